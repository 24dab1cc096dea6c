// The table descriptor: a table as schema plus (segment, offset, length) of every buffer, so that
// handing a table to another process copies nothing. A flat little-endian format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "columnar/segment.h"
#include "columnar/stream.h"

namespace columnar {

inline constexpr uint32_t kDescriptorMagic = 0x54484F42;  // "BOHT"
inline constexpr uint32_t kDescriptorVersion = 1;
inline constexpr uint64_t kBufferAlignment = 64;

/// One node of the schema, pre-order; the first is the struct of the columns. format, metadata and
/// flags are those of the Arrow C data interface.
struct SchemaNode {
  std::string format;
  std::string name;
  std::string metadata;
  int64_t flags = 0;
  uint32_t children = 0;
  bool operator==(const SchemaNode&) const = default;
};

struct BufferPlace {
  uint32_t segment = 0;  // index into the segments that travel with the descriptor
  uint64_t offset = 0;   // multiple of kBufferAlignment
  uint64_t length = 0;   // 0 = no buffer
  bool operator==(const BufferPlace&) const = default;
};

struct ArrayNode {
  int64_t length = 0;
  int64_t null_count = 0;
  int64_t offset = 0;
  std::vector<BufferPlace> buffers;  // in the C data interface's order
  bool operator==(const ArrayNode&) const = default;
};

/// Nodes pre-order, as many as the schema has.
struct BatchDescriptor {
  std::vector<ArrayNode> nodes;
  bool operator==(const BatchDescriptor&) const = default;
};

struct TableDescriptor {
  uint32_t segments = 0;
  std::vector<SchemaNode> schema;
  std::vector<BatchDescriptor> batches;
  bool operator==(const TableDescriptor&) const = default;

  uint64_t rows() const;
  /// Sum of the lengths of all buffers.
  uint64_t bytes() const;
};

base::Bytes EncodeDescriptor(const TableDescriptor& descriptor);
/// kBadDescriptor for anything malformed, with bounds on every count; kDescriptorVersion.
base::Result<TableDescriptor> DecodeDescriptor(base::BytesView bytes);

using Segments = std::vector<std::shared_ptr<const Segment>>;

/// A table in shared memory: cheap to copy, immutable.
struct SharedTable {
  std::shared_ptr<const TableDescriptor> descriptor;
  Segments segments;
  uint64_t rows() const { return descriptor->rows(); }
};

/// Checks a table whose descriptor and segments come from hostile code: every buffer inside its
/// segment, big enough for its node, offsets monotone and inside their values, text valid UTF-8,
/// null counts right. Call it after the seal and before any use. kBadDescriptor,
/// kUnsupportedType.
base::Status ValidateTable(const SharedTable& table);

struct WrittenSegment {
  SharedTable table;
  uint64_t bytes_copied = 0;
};

/// Reads the stream to its end into one new segment. Field ids are left out of the schema.
base::Result<WrittenSegment> WriteTable(Stream stream, const std::string& name, uint64_t bytes_max);

/// The table as a stream whose buffers point into the mapping, which they keep alive. A table from
/// hostile code must have passed ValidateTable.
base::Result<Stream> OpenTable(const SharedTable& table);

/// The same table with the named columns only, in this order; nothing is copied. kUnknownColumn.
base::Result<SharedTable> ProjectTable(const SharedTable& table,
                                       const std::vector<std::string>& columns);

}  // namespace columnar
