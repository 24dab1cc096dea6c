// Bytes: owned and borrowed raw bytes, and their hexadecimal form.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

using Bytes = std::string;
using BytesView = std::string_view;  // borrowed for the call, never stored

std::string ToHex(BytesView bytes);
/// kInvalidArgument "base.bad_hex" for an odd length or another character.
Result<Bytes> FromHex(std::string_view text);

}  // namespace base
