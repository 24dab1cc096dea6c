#include "cli/display_width.h"

#include <array>

namespace cli {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};
// Blocks of East Asian wide and emoji characters, and of marks that take no column of their own.
constexpr std::array<Range, 15> kWide = {{{0x1100, 0x115f},
                                          {0x231a, 0x231b},
                                          {0x23e9, 0x23f3},
                                          {0x2614, 0x2615},
                                          {0x26a1, 0x26a1},
                                          {0x2705, 0x2705},
                                          {0x274c, 0x274c},
                                          {0x2e80, 0x303e},
                                          {0x3041, 0xa4cf},
                                          {0xa960, 0xa97c},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0x1f300, 0x3fffd}}};
constexpr std::array<Range, 8> kZero = {{{0x300, 0x36f},
                                         {0x483, 0x489},
                                         {0x591, 0x5bd},
                                         {0x610, 0x61a},
                                         {0x64b, 0x65f},
                                         {0x200b, 0x200f},
                                         {0x20d0, 0x20ff},
                                         {0xfe00, 0xfe0f}}};

template <size_t N>
bool Within(const std::array<Range, N>& ranges, uint32_t point) {
  for (const Range& range : ranges) {
    if (point >= range.first && point <= range.last) return true;
  }
  return false;
}

/// The code point at `*at`, which moves behind it; 0xfffd for each byte that starts none.
uint32_t NextPoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t first = byte((*at)++);
  if (first < 0x80) return first;
  const uint32_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || *at + more > text.size()) return 0xfffd;
  uint32_t point = first & (0x3fu >> more);
  for (uint32_t i = 0; i < more; ++i) {
    if ((byte(*at + i) & 0xc0) != 0x80) return 0xfffd;
    point = (point << 6) | (byte(*at + i) & 0x3f);
  }
  const bool overlong = (more == 2 && point < 0x800) || (more == 3 && point < 0x10000);
  if (overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return 0xfffd;
  *at += more;
  return point;
}

uint32_t PointWidth(uint32_t point) {
  if (point < 0x300) return point < 0x20 ? 0 : 1;
  if (Within(kZero, point)) return 0;
  return Within(kWide, point) ? 2 : 1;
}

}  // namespace

uint32_t DisplayWidth(std::string_view text) {
  uint32_t width = 0;
  for (size_t at = 0; at < text.size();) width += PointWidth(NextPoint(text, &at));
  return width;
}

std::string Padded(std::string_view text, uint32_t width, bool right_aligned) {
  const uint32_t has = DisplayWidth(text);
  const std::string spaces(has < width ? width - has : 0, ' ');
  return right_aligned ? spaces + std::string(text) : std::string(text) + spaces;
}

std::string Cut(std::string_view text, uint32_t width, bool unicode) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  uint32_t used = 0;
  size_t end = 0;
  for (size_t at = 0; at < text.size(); end = at) {
    used += PointWidth(NextPoint(text, &at));
    if (used + 1 > width) break;
  }
  return std::string(text.substr(0, end)) + (unicode ? "…" : "~");
}

std::string ValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const bool bad = NextPoint(text, &at) == 0xfffd && at == start + 1;
    out += bad ? std::string_view("\xef\xbf\xbd") : text.substr(start, at - start);
  }
  return out;
}

std::string Harmless(std::string_view text) {
  std::string out;
  for (const char c : ValidUtf8(text)) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte == '\t') {
      out += "    ";
    } else if (byte < 0x20) {
      out += {'\xe2', '\x90', static_cast<char>(0x80 + byte)};
    } else if (byte == 0x7f) {
      out += "\xe2\x90\xa1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace cli
