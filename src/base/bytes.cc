#include "base/bytes.h"

#include "base/percent.h"

namespace base {
std::string ToHex(BytesView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    text.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return text;
}

Result<Bytes> FromHex(std::string_view text) {
  const Error bad(Code::kInvalidArgument, "base.bad_hex",
                  "\"" + std::string(text) + "\" is not hexadecimal");
  if (text.size() % 2 != 0) return bad;
  Bytes bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]);
    const int low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return bad;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

}  // namespace base
