// The flat form, all numbers little-endian:
//   u32 magic, u32 version, u32 segments, u32 schema nodes, u32 batches, u32 dictionaries (0)
//   schema node: u32 format length, u32 name length, u32 metadata length, i64 flags, u32 children,
//                then the three texts
//   batch:       per schema node  i64 length, i64 null count, i64 offset, u32 buffers,
//                then per buffer  u32 segment, u64 offset, u64 length
#include "columnar/table_descriptor.h"

#include <bit>
#include <cstring>
#include <limits>

#include "columnar/reasons.h"

namespace columnar {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

constexpr uint32_t kNodesMax = 1u << 16;
constexpr uint32_t kDepthMax = 64;
constexpr uint32_t kBuffersMax = 1u << 16;

base::Error Bad(const std::string& what) {
  return base::Error(base::Code::kCorrupt, reasons::kBadDescriptor, "table descriptor: " + what);
}

template <class T>
void Put(base::Bytes& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// Reads front to back; after a read past the end everything reads as zero and `bad` is set.
struct Reader {
  base::BytesView left;
  bool bad = false;

  template <class T>
  T Take() {
    T value{};
    if (left.size() < sizeof(T)) {
      bad = true;
      left = {};
      return value;
    }
    std::memcpy(&value, left.data(), sizeof(T));
    left.remove_prefix(sizeof(T));
    return value;
  }

  std::string TakeText(uint32_t length) {
    if (left.size() < length) {
      bad = true;
      left = {};
      return "";
    }
    std::string text(left.substr(0, length));
    left.remove_prefix(length);
    return text;
  }
};

/// Metadata of the C data interface carries its own lengths: they must add up.
bool MetadataAddsUp(base::BytesView metadata) {
  if (metadata.empty()) return true;
  Reader reader{metadata};
  const auto pairs = reader.Take<int32_t>();
  if (pairs < 0) return false;
  for (int64_t i = 0; i < 2ll * pairs && !reader.bad; ++i) {
    const auto length = reader.Take<int32_t>();
    if (length < 0) return false;
    reader.TakeText(static_cast<uint32_t>(length));
  }
  return !reader.bad && reader.left.empty();
}

base::Result<SchemaNode> TakeSchemaNode(Reader& reader) {
  SchemaNode node;
  const auto format_length = reader.Take<uint32_t>();
  const auto name_length = reader.Take<uint32_t>();
  const auto metadata_length = reader.Take<uint32_t>();
  node.flags = reader.Take<int64_t>();
  node.children = reader.Take<uint32_t>();
  node.format = reader.TakeText(format_length);
  node.name = reader.TakeText(name_length);
  node.metadata = reader.TakeText(metadata_length);
  if (reader.bad) return Bad("the schema is cut short");
  if (node.format.empty() || node.format.find('\0') != std::string::npos ||
      node.name.find('\0') != std::string::npos) {
    return Bad("a format or a name holds a zero byte");
  }
  if (!MetadataAddsUp(node.metadata)) return Bad("the lengths in the metadata do not add up");
  return node;
}

base::Result<ArrayNode> TakeArrayNode(Reader& reader, uint32_t segments) {
  ArrayNode node;
  node.length = reader.Take<int64_t>();
  node.null_count = reader.Take<int64_t>();
  node.offset = reader.Take<int64_t>();
  const auto buffers = reader.Take<uint32_t>();
  if (reader.bad) return Bad("a batch is cut short");
  if (node.length < 0 || node.offset < 0 || node.null_count < -1 || node.null_count > node.length ||
      node.offset > std::numeric_limits<int64_t>::max() - node.length) {
    return Bad("a length, offset or null count is out of range");
  }
  if (buffers > kBuffersMax) return Bad("a column has too many buffers");
  for (uint32_t i = 0; i < buffers && !reader.bad; ++i) {
    BufferPlace place;
    place.segment = reader.Take<uint32_t>();
    place.offset = reader.Take<uint64_t>();
    place.length = reader.Take<uint64_t>();
    if (place.length > 0 && place.segment >= segments) return Bad("a buffer names no segment");
    if (place.length > 0 && place.offset % kBufferAlignment != 0) {
      return Bad("a buffer is not aligned to 64 bytes");
    }
    node.buffers.push_back(place);
  }
  if (reader.bad) return Bad("a batch is cut short");
  return node;
}

/// The number of nodes of the tree that starts at `at`, 0 if it is cut short or too deep.
size_t TreeSize(const std::vector<SchemaNode>& nodes, size_t at, uint32_t depth) {
  if (at >= nodes.size() || depth > kDepthMax) return 0;
  size_t next = at + 1;
  for (uint32_t i = 0; i < nodes[at].children; ++i) {
    const size_t size = TreeSize(nodes, next, depth + 1);
    if (size == 0) return 0;
    next += size;
  }
  return next - at;
}

}  // namespace

uint64_t TableDescriptor::rows() const {
  uint64_t rows = 0;
  for (const BatchDescriptor& batch : batches) {
    if (!batch.nodes.empty()) rows += static_cast<uint64_t>(batch.nodes.front().length);
  }
  return rows;
}

uint64_t TableDescriptor::bytes() const {
  uint64_t bytes = 0;
  for (const BatchDescriptor& batch : batches) {
    for (const ArrayNode& node : batch.nodes) {
      for (const BufferPlace& buffer : node.buffers) bytes += buffer.length;
    }
  }
  return bytes;
}

base::Bytes EncodeDescriptor(const TableDescriptor& descriptor) {
  base::Bytes out;
  Put(out, kDescriptorMagic);
  Put(out, kDescriptorVersion);
  Put(out, descriptor.segments);
  Put(out, static_cast<uint32_t>(descriptor.schema.size()));
  Put(out, static_cast<uint32_t>(descriptor.batches.size()));
  Put(out, uint32_t{0});
  for (const SchemaNode& node : descriptor.schema) {
    Put(out, static_cast<uint32_t>(node.format.size()));
    Put(out, static_cast<uint32_t>(node.name.size()));
    Put(out, static_cast<uint32_t>(node.metadata.size()));
    Put(out, node.flags);
    Put(out, node.children);
    out += node.format;
    out += node.name;
    out += node.metadata;
  }
  for (const BatchDescriptor& batch : descriptor.batches) {
    CHECK(batch.nodes.size() == descriptor.schema.size());
    for (const ArrayNode& node : batch.nodes) {
      Put(out, node.length);
      Put(out, node.null_count);
      Put(out, node.offset);
      Put(out, static_cast<uint32_t>(node.buffers.size()));
      for (const BufferPlace& buffer : node.buffers) {
        Put(out, buffer.segment);
        Put(out, buffer.offset);
        Put(out, buffer.length);
      }
    }
  }
  return out;
}

base::Result<TableDescriptor> DecodeDescriptor(base::BytesView bytes) {
  Reader reader{bytes};
  if (reader.Take<uint32_t>() != kDescriptorMagic) return Bad("it does not begin as one");
  const auto version = reader.Take<uint32_t>();
  if (version != kDescriptorVersion) {
    return base::Error(base::Code::kUnimplemented, reasons::kDescriptorVersion,
                       "table descriptor version " + std::to_string(version) +
                           " is not known here, use the same release on both sides");
  }
  TableDescriptor descriptor;
  descriptor.segments = reader.Take<uint32_t>();
  const auto nodes = reader.Take<uint32_t>();
  const auto batches = reader.Take<uint32_t>();
  const auto dictionaries = reader.Take<uint32_t>();
  if (reader.bad) return Bad("it is cut short");
  if (dictionaries != 0) return Bad("version 1 has no dictionaries");
  if (nodes == 0 || nodes > kNodesMax) return Bad("too many columns, or none");
  for (uint32_t i = 0; i < nodes; ++i) {
    ASSIGN_OR_RETURN(SchemaNode node, TakeSchemaNode(reader));
    descriptor.schema.push_back(std::move(node));
  }
  if (descriptor.schema[0].format != "+s" || TreeSize(descriptor.schema, 0, 0) != nodes) {
    return Bad("the schema is no tree of columns");
  }
  // Each batch takes at least 28 bytes per node, so a count that the bytes cannot hold fails fast.
  for (uint32_t i = 0; i < batches; ++i) {
    BatchDescriptor batch;
    for (uint32_t node = 0; node < nodes; ++node) {
      ASSIGN_OR_RETURN(ArrayNode array, TakeArrayNode(reader, descriptor.segments));
      batch.nodes.push_back(std::move(array));
    }
    descriptor.batches.push_back(std::move(batch));
  }
  if (!reader.left.empty()) return Bad("bytes are left over at its end");
  return descriptor;
}

}  // namespace columnar
