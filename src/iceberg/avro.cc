#include "iceberg/avro.h"

#include <zlib.h>
#include <zstd.h>

#include <bit>
#include <cstring>

#include "base/sha256.h"
#include "iceberg/reasons.h"

namespace iceberg::avro {
namespace {

using Kind = Schema::Kind;

constexpr std::string_view kMagic("Obj\1", 4);
constexpr size_t kSyncBytes = 16;
constexpr size_t kBlockTarget = 64 * 1024;

base::Error Bad(const char* message) {
  return base::Error(base::Code::kCorrupt, kBadAvro, std::string("avro file: ") + message);
}

/// Reads primitive values; every read is checked against the end.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}
  size_t left() const { return rest_.size(); }

  base::Result<int64_t> Long() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (rest_.empty()) return Bad("ends inside a number");
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) return Bad("a number is too long");
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) {
        return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
      }
    }
    return Bad("a number is too long");
  }

  base::Result<std::string_view> Take(int64_t size) {
    if (size < 0 || static_cast<uint64_t>(size) > rest_.size()) return Bad("ends inside a value");
    const std::string_view taken = rest_.substr(0, static_cast<size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  base::Result<std::string_view> Bytes() {
    ASSIGN_OR_RETURN(const int64_t size, Long());
    return Take(size);
  }

  /// The item count of the next block of an array or map; 0 at its end.
  base::Result<int64_t> BlockCount() {
    ASSIGN_OR_RETURN(int64_t count, Long());
    if (count < 0) {
      if (count == INT64_MIN) return Bad("a block count is out of range");
      count = -count;
      RETURN_IF_ERROR(Long());  // its size in bytes
    }
    // Every item of ours takes at least a byte: more cannot be there, and would be a bomb.
    if (static_cast<uint64_t>(count) > rest_.size()) return Bad("a block has too many items");
    return count;
  }

 private:
  std::string_view rest_;
};

base::Result<Value> DecodeValue(Decoder& in, const Schema& schema);

base::Result<Value> DecodeItems(Decoder& in, const Schema& schema) {
  std::vector<Value> items;
  for (;;) {
    ASSIGN_OR_RETURN(const int64_t count, in.BlockCount());
    if (count == 0) return Value{std::move(items)};
    for (int64_t i = 0; i < count; ++i) {
      const size_t before = in.left();
      if (schema.kind == Kind::kMap) {
        ASSIGN_OR_RETURN(const std::string_view key, in.Bytes());
        items.push_back(Value{std::string(key)});
      }
      ASSIGN_OR_RETURN(Value item, DecodeValue(in, schema.items[0]));
      if (in.left() == before) return Bad("an array of nothing");
      items.push_back(std::move(item));
    }
  }
}

base::Result<Value> DecodeRecord(Decoder& in, const Schema& schema) {
  std::vector<Value> fields;
  fields.reserve(schema.fields.size());
  for (const SchemaField& field : schema.fields) {
    ASSIGN_OR_RETURN(Value value, DecodeValue(in, field.schema));
    fields.push_back(std::move(value));
  }
  return Value{std::move(fields)};
}

template <class Float, class Bits>
base::Result<Value> DecodeFloat(Decoder& in) {
  ASSIGN_OR_RETURN(const std::string_view bytes, in.Take(sizeof(Bits)));
  Bits bits = 0;
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return Value{static_cast<double>(std::bit_cast<Float>(bits))};
}

base::Result<Value> DecodeValue(Decoder& in, const Schema& schema) {
  if (schema.optional || schema.union_single) {
    ASSIGN_OR_RETURN(const int64_t branch, in.Long());
    if (branch < 0 || branch > (schema.optional ? 1 : 0)) return Bad("no such branch of a union");
    if (schema.optional && (branch == 0) == schema.null_first) return Value{};
  }
  switch (schema.kind) {
    case Kind::kNull:
      return Value{};
    case Kind::kBoolean: {
      ASSIGN_OR_RETURN(const std::string_view byte, in.Take(1));
      return Value{byte[0] != 0};
    }
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum: {
      ASSIGN_OR_RETURN(const int64_t value, in.Long());
      if (schema.kind == Kind::kInt && (value < INT32_MIN || value > INT32_MAX)) {
        return Bad("an int is out of range");
      }
      return Value{value};
    }
    case Kind::kFloat:
      return DecodeFloat<float, uint32_t>(in);
    case Kind::kDouble:
      return DecodeFloat<double, uint64_t>(in);
    case Kind::kBytes:
    case Kind::kString: {
      ASSIGN_OR_RETURN(const std::string_view bytes, in.Bytes());
      return Value{std::string(bytes)};
    }
    case Kind::kFixed: {
      ASSIGN_OR_RETURN(const std::string_view bytes, in.Take(schema.size));
      return Value{std::string(bytes)};
    }
    case Kind::kRecord:
      return DecodeRecord(in, schema);
    case Kind::kArray:
    case Kind::kMap:
      return DecodeItems(in, schema);
  }
  return Bad("unknown kind");
}

base::Result<base::Bytes> Inflate(std::string_view in) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Bad("cannot start inflating");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  base::Bytes out;
  int code = Z_OK;
  while (code == Z_OK && out.size() < kBlockBytesMax) {
    const size_t had = out.size();
    out.resize(had + std::max<size_t>(kBlockTarget, had));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    const size_t room = out.size() - had;
    stream.avail_out = static_cast<uInt>(room);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(had + room - stream.avail_out);
    if (code == Z_OK && out.size() == had) code = Z_DATA_ERROR;  // no progress: truncated
  }
  inflateEnd(&stream);
  if (code != Z_STREAM_END) return Bad("a deflated block is broken");
  return out;
}

base::Result<base::Bytes> Decompress(const std::string& codec, std::string_view in) {
  if (codec.empty() || codec == "null") return base::Bytes(in);
  if (in.size() > kBlockBytesMax) return Bad("a block is too large");
  if (codec == "deflate") return Inflate(in);
  if (codec != "zstandard") {
    return base::Error(base::Code::kUnimplemented, kUnsupported,
                       "avro codec \"" + codec + "\" is not supported");
  }
  base::Bytes out;
  ZSTD_DStream* const stream = ZSTD_createDStream();
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  size_t code = 1;
  while (code != 0 && !ZSTD_isError(code) && out.size() < kBlockBytesMax) {
    const size_t had = out.size();
    const size_t consumed = input.pos;
    out.resize(had + std::max<size_t>(kBlockTarget, had));
    ZSTD_outBuffer output{out.data() + had, out.size() - had, 0};
    code = ZSTD_decompressStream(stream, &output, &input);
    out.resize(had + output.pos);
    if (out.size() == had && input.pos == consumed) break;
  }
  ZSTD_freeDStream(stream);
  if (code != 0) return Bad("a zstandard block is broken");
  return out;
}

base::Result<std::map<std::string, std::string>> DecodeMetadata(Decoder& in) {
  std::map<std::string, std::string> metadata;
  for (;;) {
    ASSIGN_OR_RETURN(const int64_t count, in.BlockCount());
    if (count == 0) return metadata;
    for (int64_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(const std::string_view key, in.Bytes());
      ASSIGN_OR_RETURN(const std::string_view value, in.Bytes());
      metadata[std::string(key)] = std::string(value);
    }
  }
}

base::Bytes Deflate(std::string_view in) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) == Z_OK);
  base::Bytes out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

base::Result<File> ReadFile(base::BytesView bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return Bad("does not start as one");
  Decoder in(bytes.substr(kMagic.size()));
  File file;
  ASSIGN_OR_RETURN(file.metadata, DecodeMetadata(in));
  ASSIGN_OR_RETURN(file.schema, ParseSchema(file.metadata["avro.schema"]));
  const std::string codec = file.metadata["avro.codec"];
  ASSIGN_OR_RETURN(const std::string_view sync, in.Take(kSyncBytes));
  while (in.left() > 0) {
    ASSIGN_OR_RETURN(const int64_t count, in.Long());
    ASSIGN_OR_RETURN(const std::string_view packed, in.Bytes());
    ASSIGN_OR_RETURN(const std::string_view marker, in.Take(kSyncBytes));
    if (marker != sync) return Bad("a sync marker is wrong");
    ASSIGN_OR_RETURN(const base::Bytes block, Decompress(codec, packed));
    if (count < 0 || static_cast<uint64_t>(count) > block.size()) {
      return Bad("a block's record count is out of range");
    }
    Decoder records(block);
    for (int64_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(Value record, DecodeValue(records, file.schema));
      file.records.push_back(std::move(record));
    }
    if (records.left() != 0) return Bad("a block is longer than its records");
  }
  return file;
}

void Encoder::Long(int64_t value) {
  uint64_t rest = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  while (rest >= 0x80) {
    bytes_.push_back(static_cast<char>(rest | 0x80));
    rest >>= 7;
  }
  bytes_.push_back(static_cast<char>(rest));
}

void Encoder::Float(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  bytes_.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

void Encoder::Double(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  bytes_.append(reinterpret_cast<const char*>(&bits), sizeof bits);
}

void Encoder::Bytes(std::string_view value) {
  Long(static_cast<int64_t>(value.size()));
  bytes_.append(value);
}

void Encoder::OptionalLong(const std::optional<int64_t>& value) {
  Branch(value.has_value());
  if (value) Long(*value);
}

void Encoder::OptionalBytes(const std::optional<std::string>& value) {
  Branch(value.has_value());
  if (value) Bytes(*value);
}

FileWriter::FileWriter(const std::string& schema_json,
                       const std::map<std::string, std::string>& metadata) {
  Encoder header;
  header.Fixed(kMagic);
  header.Long(static_cast<int64_t>(metadata.size()) + 2);
  header.Bytes("avro.schema");
  header.Bytes(schema_json);
  header.Bytes("avro.codec");
  header.Bytes("deflate");
  for (const auto& [key, value] : metadata) {
    header.Bytes(key);
    header.Bytes(value);
  }
  header.Long(0);
  sync_ = base::Sha256(header.bytes()).substr(0, kSyncBytes);
  file_ = header.bytes() + sync_;
}

void FileWriter::Append(const Encoder& record) {
  block_ += record.bytes();
  ++block_records_;
  if (block_.size() >= kBlockTarget) FlushBlock();
}

void FileWriter::FlushBlock() {
  if (block_records_ == 0) return;
  Encoder head;
  head.Long(block_records_);
  head.Bytes(Deflate(block_));
  file_ += head.bytes() + sync_;
  block_.clear();
  block_records_ = 0;
}

base::Bytes FileWriter::Finish() && {
  FlushBlock();
  return std::move(file_);
}

}  // namespace iceberg::avro
