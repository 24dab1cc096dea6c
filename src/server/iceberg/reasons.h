// The reasons of errors of the Iceberg REST catalog, each with its code and the keys of its
// Error.context.
#pragma once

namespace server::iceberg {

/// kInvalidArgument: the body of a request is not what the specification says.
inline constexpr char kBadBody[] = "iceberg_rest.bad_body";

}  // namespace server::iceberg
