// How many columns of a terminal a text takes, and cutting and padding by that measure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Columns of UTF-8 text: wide characters count two, combining marks none.
uint32_t DisplayWidth(std::string_view text);

/// `text` padded with spaces to `width` columns, at its right end or (numbers) at its left.
std::string Padded(std::string_view text, uint32_t width, bool right_aligned);

/// At most `width` columns, the last one "…" (or "~" without unicode) where something was cut.
std::string Cut(std::string_view text, uint32_t width, bool unicode = true);

/// Bytes that are no UTF-8 replaced by U+FFFD.
std::string ValidUtf8(std::string_view text);

/// One line that a terminal may be given: control characters, which could move its cursor, are
/// replaced by their pictures.
std::string Harmless(std::string_view text);

}  // namespace cli
