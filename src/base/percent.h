// The percent form of bytes in URLs: "a b" is "a%20b" (RFC 3986).
#pragma once

#include <string>
#include <string_view>

namespace base {

/// 0 to 15; -1 where `c` is no hexadecimal digit of either case.
int HexDigit(char c);

/// Letters, digits, "-", ".", "_", "~" and what `plain_too` holds stay as they are.
std::string PercentEncode(std::string_view text, std::string_view plain_too = {});

/// "%41+%" → "A+%": what is no escape stays as it is.
std::string PercentDecode(std::string_view text);

}  // namespace base
