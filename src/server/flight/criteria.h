// What a reader of a result wants of it, as it says so in Flight's criteria.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace server {

/// {"max_rows": 10} gives 10; null, nothing and an empty text give 0: all rows. kInvalidArgument
/// "server.bad_body".
base::Result<uint64_t> RowsMaxOf(std::string_view expression);

}  // namespace server
