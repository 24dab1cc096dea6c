// Base64 with padding (RFC 4648 §4), as others send it.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace base::crypto {

std::string ToBase64(BytesView bytes);
/// Canonical text only: no white space, full padding, no stray bits. kInvalidArgument
/// "base.bad_base64".
Result<Bytes> FromBase64(std::string_view text);

}  // namespace base::crypto
