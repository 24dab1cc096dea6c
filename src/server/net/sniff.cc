#include "server/net/sniff.h"

#include <algorithm>
#include <cstdint>

namespace server {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr uint8_t kHandshakeRecord = 0x16;
constexpr uint8_t kClientHello = 0x01;
constexpr uint16_t kAlpnExtension = 16;
constexpr size_t kRecordHeader = 5;

/// Reads big-endian numbers and pieces from the front; every read beyond the end says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool empty() const { return bytes_.empty(); }

  uint32_t Number(size_t width) {
    const std::string_view piece = Piece(width);
    uint32_t number = 0;
    for (const char byte : piece) number = number << 8 | static_cast<uint8_t>(byte);
    return number;
  }
  std::string_view Piece(size_t size) {
    if (size > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view piece = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return piece;
  }
  Reader Vector(size_t width) { return Reader(Piece(Number(width))); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

std::vector<std::string> OfferedIn(Reader extensions) {
  std::vector<std::string> offered;
  while (extensions.ok() && !extensions.empty()) {
    const uint32_t type = extensions.Number(2);
    Reader content = extensions.Vector(2);
    if (type != kAlpnExtension) continue;
    Reader list = content.Vector(2);
    while (list.ok() && !list.empty()) offered.emplace_back(list.Piece(list.Number(1)));
  }
  return offered;
}

bool Has(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

HelloProtocols ReadClientHello(std::string_view bytes) {
  HelloProtocols hello;
  if (bytes.size() < kRecordHeader) return hello;
  Reader header(bytes);
  const uint32_t type = header.Number(1);
  const uint32_t version = header.Number(2);
  const uint32_t size = header.Number(2);
  if (type != kHandshakeRecord || version >> 8 != 3 || size == 0 ||
      size + kRecordHeader > kHelloBytesMax) {
    hello.complete = true;
    return hello;
  }
  if (bytes.size() < kRecordHeader + size) return hello;
  hello.complete = true;
  Reader record(bytes.substr(kRecordHeader, size));
  if (record.Number(1) != kClientHello) return hello;
  // A hello in several records is cut here: its extensions are then those that came in the first.
  const uint32_t body_size = record.Number(3);
  const size_t have = size - 4;
  Reader body(record.Piece(std::min<size_t>(body_size, have)));
  (void)body.Piece(2 + 32);  // version, random
  (void)body.Vector(1);      // session
  (void)body.Vector(2);      // ciphers
  (void)body.Vector(1);      // compressions
  if (!body.ok()) return hello;
  hello.valid = true;
  if (!body.empty()) hello.offered = OfferedIn(body.Vector(2));
  return hello;
}

Spoken Sniff(std::string_view bytes) {
  if (bytes.empty()) return Spoken::kUnknownYet;
  if (static_cast<uint8_t>(bytes.front()) == kHandshakeRecord) {
    const HelloProtocols hello = ReadClientHello(bytes);
    if (!hello.complete) return Spoken::kUnknownYet;
    if (!hello.valid) return Spoken::kGarbage;
    const bool only_http2 = Has(hello.offered, "h2") && !Has(hello.offered, "http/1.1");
    return only_http2 ? Spoken::kTlsHttp2 : Spoken::kTlsHttp1;
  }
  const size_t known = std::min(bytes.size(), kPreface.size());
  if (bytes.substr(0, known) == kPreface.substr(0, known)) {
    return known == kPreface.size() ? Spoken::kHttp2 : Spoken::kUnknownYet;
  }
  // Methods are upper-case letters: what opens otherwise is no HTTP at all.
  return bytes.front() >= 'A' && bytes.front() <= 'Z' ? Spoken::kHttp1 : Spoken::kGarbage;
}

}  // namespace server
