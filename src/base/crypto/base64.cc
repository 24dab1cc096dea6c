#include "base/crypto/base64.h"

namespace base::crypto {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error Bad() {
  return Error(Code::kInvalidArgument, "base.bad_base64", "this is not base64 with padding");
}

}  // namespace

std::string ToBase64(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      const uint32_t byte = at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0;
      group = group << 8 | byte;
    }
    for (size_t i = 0; i < 4; ++i) {
      const bool padding = at + i > bytes.size();
      text += padding ? '=' : kAlphabet[group >> (18 - 6 * i) & 63];
    }
  }
  return text;
}

Result<Bytes> FromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return Bad();
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t bits_count = 0;
  for (const char character : text.substr(0, text.size() - padding)) {
    const size_t value = kAlphabet.find(character);
    if (value == std::string_view::npos) return Bad();
    bits = bits << 6 | static_cast<uint32_t>(value);
    bits_count += 6;
    if (bits_count < 8) continue;
    bits_count -= 8;
    bytes += static_cast<char>(bits >> bits_count & 255);
  }
  if ((bits & ((1u << bits_count) - 1)) != 0) return Bad();
  return bytes;
}

}  // namespace base::crypto
