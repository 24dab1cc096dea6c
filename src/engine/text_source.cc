#include "engine/text_source_internal.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/util/compression.h>

#include "engine/parquet_file_internal.h"
#include "engine/reasons.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

constexpr int64_t kPieceBytes = 4 << 20;

class ArrowText final : public TextSource {
 public:
  ArrowText(std::shared_ptr<RangeFile> file, std::shared_ptr<arrow::io::InputStream> stream,
            bool latin1)
      : file_(std::move(file)), stream_(std::move(stream)), latin1_(latin1) {}

  base::Result<bool> Append(std::string* out) override {
    auto piece = stream_->Read(kPieceBytes);
    if (!piece.ok()) {
      if (auto own = file_->failure()) return *std::move(own);
      return base::Error(base::Code::kCorrupt, reason::kCorruptFile,
                         "\"" + file_->name() + "\" cannot be read: " + piece.status().message())
          .Set("file", file_->name());
    }
    if ((*piece)->size() == 0) return false;
    const std::string_view text(reinterpret_cast<const char*>((*piece)->data()),
                                static_cast<size_t>((*piece)->size()));
    if (!latin1_) {
      out->append(text);
      return true;
    }
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80) {
        out->push_back(c);
      } else {
        out->push_back(static_cast<char>(0xC0 | (byte >> 6)));
        out->push_back(static_cast<char>(0x80 | (byte & 0x3F)));
      }
    }
    return true;
  }

 private:
  const std::shared_ptr<RangeFile> file_;
  const std::shared_ptr<arrow::io::InputStream> stream_;
  const bool latin1_;
};

}  // namespace

base::Result<std::unique_ptr<TextSource>> TextSource::Open(const InputFile& file,
                                                           const InputOptions& options) {
  std::string encoding = Fold(options.encoding);
  std::erase(encoding, '-');
  std::erase(encoding, '_');
  const bool latin1 = encoding == "latin1" || encoding == "iso88591";
  if (!latin1 && encoding != "utf8") {
    return base::Error(base::Code::kInvalidArgument, reason::kBadEncoding,
                       "unknown encoding \"" + options.encoding + "\": use utf-8 or latin-1");
  }
  ASSIGN_OR_RETURN(const uint64_t size, file.reader->SizeBytes());
  auto raw = std::make_shared<RangeFile>(file.reader, size);
  std::shared_ptr<arrow::io::InputStream> stream = raw;
  if (file.name.ends_with(".gz")) {
    auto codec = arrow::util::Codec::Create(arrow::Compression::GZIP);
    auto unpacked =
        codec.ok() ? arrow::io::CompressedInputStream::Make(codec->get(), raw) : codec.status();
    if (!unpacked.ok()) {
      return base::Error(base::Code::kInternal, reason::kArrowFailed, unpacked.status().message());
    }
    stream = *unpacked;
  }
  return std::unique_ptr<TextSource>(
      std::make_unique<ArrowText>(std::move(raw), std::move(stream), latin1));
}

size_t FindBadUtf8(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    size_t more = 0;
    if (lead >= 0x80) {
      if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
      } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
      } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
      } else {
        return at;
      }
    }
    if (at + more >= text.size() && more > 0) return at;
    for (size_t i = 1; i <= more; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return at;
    }
    if (more == 2) {
      const auto second = static_cast<unsigned char>(text[at + 1]);
      if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return at;
    }
    if (more == 3) {
      const auto second = static_cast<unsigned char>(text[at + 1]);
      if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return at;
    }
    at += more + 1;
  }
  return std::string_view::npos;
}

}  // namespace engine::internal
