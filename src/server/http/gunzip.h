// Bodies sent with "content-encoding: gzip".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace server {

/// kInvalidArgument "server.bad_body" for bytes that are no gzip or end early, kResourceExhausted
/// "server.too_large" beyond `bytes_max` unpacked.
base::Result<std::string> Gunzip(std::string_view bytes, uint64_t bytes_max);

}  // namespace server
