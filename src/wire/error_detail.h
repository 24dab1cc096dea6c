// An error of ours whole, as JSON: what replies say beside their own kind of error to a client of
// ours, so that it gives its caller the very same error.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wire {

/// What a client of ours sends with each request, as a header and as gRPC metadata: "1".
inline constexpr char kClientHeader[] = "boathouse-client";
inline constexpr char kClientVersion[] = "1";
/// The trailing metadata of gRPC that carries ErrorDetail.
inline constexpr char kErrorTrailer[] = "boathouse-error-bin";

/// {"code", "reason", "message", "context", "place", "cause"}; absent where there is none.
std::string ErrorDetail(const base::Error& error);
/// Nothing for what ErrorDetail did not write.
std::optional<base::Error> ReadErrorDetail(std::string_view json);

/// `body`, an object, with the detail under the key "boathouse"; anything else stays as it is.
std::string AddErrorDetail(const std::string& body, const base::Error& error);
/// What AddErrorDetail added; else, from what any server says, the nearest error of ours.
base::Error ErrorOfReply(int status, std::string_view body);

}  // namespace wire
