#include "iceberg/prefix_successor.h"

#include <cstdint>

namespace iceberg {
namespace {

base::Bytes EncodeCharacter(uint32_t character) {
  base::Bytes out;
  const auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    push(character);
  } else if (character < 0x800) {
    push(0xc0 | (character >> 6));
    push(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    push(0xe0 | (character >> 12));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  } else {
    push(0xf0 | (character >> 18));
    push(0x80 | ((character >> 12) & 0x3f));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  }
  return out;
}

/// Takes the last character off `text`; nothing when it is not UTF-8.
std::optional<uint32_t> PopCharacter(base::Bytes& text) {
  size_t start = text.size();
  while (start > 0 && (static_cast<uint8_t>(text[start - 1]) & 0xc0) == 0x80) --start;
  if (start == 0) return std::nullopt;
  --start;
  const auto lead = static_cast<uint8_t>(text[start]);
  const size_t length = text.size() - start;
  const size_t expected = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead >= 0xf8 || (lead >= 0x80 && lead < 0xc0) || length != expected) return std::nullopt;
  constexpr uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t character = lead & kLeadBits[length];
  for (size_t i = start + 1; i < text.size(); ++i) {
    character = (character << 6) | (static_cast<uint8_t>(text[i]) & 0x3f);
  }
  text.resize(start);
  return character;
}

}  // namespace

std::optional<base::Bytes> NextTextAfter(base::Bytes prefix) {
  while (!prefix.empty()) {
    const auto character = PopCharacter(prefix);
    if (!character) return std::nullopt;
    uint32_t next = *character + 1;
    if (next >= 0xd800 && next < 0xe000) next = 0xe000;
    if (next <= 0x10ffff) return prefix + EncodeCharacter(next);
  }
  return std::nullopt;
}

std::optional<base::Bytes> NextBytesAfter(base::Bytes prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<uint8_t>(prefix.back());
    prefix.pop_back();
    if (last != 0xff) return prefix + static_cast<char>(last + 1);
  }
  return std::nullopt;
}

}  // namespace iceberg
