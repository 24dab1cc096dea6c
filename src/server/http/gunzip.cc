#include "server/http/gunzip.h"

#include <zlib.h>

#include <array>
#include <memory>

#include "server/reasons.h"

namespace server {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window, gzip's header only
constexpr size_t kPieceBytes = 64 * 1024;

struct End {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

}  // namespace

base::Result<std::string> Gunzip(std::string_view bytes, uint64_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return base::Error(base::Code::kInternal, kBadBody, "the body could not be unpacked");
  }
  const std::unique_ptr<z_stream, End> end(&stream);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, kPieceBytes> piece{};
  int state = Z_OK;
  while (state != Z_STREAM_END) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = kPieceBytes;
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) {
      return base::Error(base::Code::kInvalidArgument, kBadBody,
                         "the body is not the gzip its headers say");
    }
    out.append(piece.data(), kPieceBytes - stream.avail_out);
    if (out.size() > bytes_max) {
      return base::Error(base::Code::kResourceExhausted, kTooLarge,
                         "the body unpacks to more than is taken");
    }
  }
  return out;
}

}  // namespace server
