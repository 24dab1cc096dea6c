// Tables in shared memory: written, validated, opened and projected.
#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/nearest.h"
#include "columnar/arrow_bridge_internal.h"
#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "columnar/reasons.h"
#include "columnar/table_descriptor.h"

namespace columnar {
namespace {

base::Error Bad(const std::string& what) {
  return base::Error(base::Code::kCorrupt, reasons::kBadDescriptor,
                     "table in shared memory: " + what);
}

/// A piece of a segment that keeps the mapping alive.
class MappedBuffer final : public arrow::Buffer {
 public:
  MappedBuffer(std::shared_ptr<const Segment> segment, uint64_t offset, uint64_t length)
      : arrow::Buffer(reinterpret_cast<const uint8_t*>(segment->bytes().data()) + offset,
                      static_cast<int64_t>(length)),
        segment_(std::move(segment)) {}

 private:
  std::shared_ptr<const Segment> segment_;
};

/// What an empty buffer points to: readers may look at the first offset of an empty array.
std::shared_ptr<arrow::Buffer> EmptyBuffer() {
  alignas(64) static const uint8_t kZeros[64] = {};
  return std::make_shared<arrow::Buffer>(kZeros, 0);
}

/// Builds the ArrowSchema tree of pre-order nodes; it borrows their texts.
struct BorrowedSchema {
  std::vector<ArrowSchema> nodes;
  std::vector<std::vector<ArrowSchema*>> children;

  explicit BorrowedSchema(const std::vector<SchemaNode>& schema)
      : nodes(schema.size()), children(schema.size()) {
    size_t next = 0;
    Build(schema, next);
  }

  ArrowSchema* Build(const std::vector<SchemaNode>& schema, size_t& next) {
    const size_t at = next++;
    const SchemaNode& node = schema[at];
    for (uint32_t i = 0; i < node.children; ++i) children[at].push_back(Build(schema, next));
    ArrowSchema& out = nodes[at];
    out = ArrowSchema{};
    out.format = node.format.c_str();
    out.name = node.name.c_str();
    out.metadata = node.metadata.empty() ? nullptr : node.metadata.data();
    out.flags = node.flags;
    out.n_children = static_cast<int64_t>(children[at].size());
    out.children = children[at].data();
    out.release = [](ArrowSchema* self) { self->release = nullptr; };
    return &out;
  }
};

base::Result<std::shared_ptr<arrow::Schema>> SchemaOfDescriptor(const TableDescriptor& descriptor) {
  for (const SchemaNode& node : descriptor.schema) {
    const std::string& format = node.format;
    const bool refused = format.starts_with("+u") || format == "+r" || format.starts_with("tD") ||
                         format.starts_with("ti");
    if (refused) {
      return base::Error(base::Code::kInvalidArgument, reasons::kUnsupportedType,
                         "column \"" + node.name + "\" has the Arrow format \"" + format +
                             "\", which no table can hold")
          .Set("column", node.name);
    }
  }
  BorrowedSchema borrowed(descriptor.schema);
  auto imported = arrow::ImportSchema(&borrowed.nodes[0]);
  if (!imported.ok()) return Bad(imported.status().message());
  return imported.MoveValueUnsafe();
}

/// Builds Arrow arrays whose buffers lie in the segments, front to back through the nodes.
class ArrayAssembler {
 public:
  ArrayAssembler(const BatchDescriptor& batch, const Segments& segments)
      : batch_(batch), segments_(segments) {}

  base::Result<std::shared_ptr<arrow::ArrayData>> Take(
      const std::shared_ptr<arrow::DataType>& type) {
    if (at_ >= batch_.nodes.size()) return Bad("a batch has too few columns");
    const ArrayNode& node = batch_.nodes[at_++];
    std::vector<std::shared_ptr<arrow::Buffer>> buffers;
    for (size_t i = 0; i < node.buffers.size(); ++i) {
      ASSIGN_OR_RETURN(auto buffer, BufferAt(node.buffers[i], i == 0));
      buffers.push_back(std::move(buffer));
    }
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    const arrow::DataType* storage = type.get();
    if (type->id() == arrow::Type::EXTENSION) {
      storage = static_cast<const arrow::ExtensionType&>(*type).storage_type().get();
    }
    for (const auto& field : storage->fields()) {
      ASSIGN_OR_RETURN(auto child, Take(field->type()));
      children.push_back(std::move(child));
    }
    // Without a validity buffer there are no nulls; Arrow counts them where the number is open.
    const bool no_nulls = buffers.empty() || buffers[0] == nullptr;
    const int64_t null_count = type->id() == arrow::Type::NA ? node.length : node.null_count;
    if (no_nulls && type->id() != arrow::Type::NA && node.null_count > 0) {
      return Bad("a column counts nulls but has no validity");
    }
    return arrow::ArrayData::Make(type, node.length, std::move(buffers), std::move(children),
                                  null_count, node.offset);
  }

  bool done() const { return at_ == batch_.nodes.size(); }
  const ArrayNode& TakeRoot() { return batch_.nodes[at_++]; }

 private:
  base::Result<std::shared_ptr<arrow::Buffer>> BufferAt(const BufferPlace& place, bool validity) {
    if (place.length == 0) {
      return validity ? std::shared_ptr<arrow::Buffer>() : EmptyBuffer();
    }
    if (place.segment >= segments_.size()) return Bad("a buffer names no segment");
    const std::shared_ptr<const Segment>& segment = segments_[place.segment];
    if (place.offset > segment->size() || place.length > segment->size() - place.offset) {
      return Bad("a buffer reaches outside its segment");
    }
    if (place.offset % kBufferAlignment != 0) return Bad("a buffer is not aligned to 64 bytes");
    return std::shared_ptr<arrow::Buffer>(
        std::make_shared<MappedBuffer>(segment, place.offset, place.length));
  }

  const BatchDescriptor& batch_;
  const Segments& segments_;
  size_t at_ = 0;
};

base::Result<std::shared_ptr<arrow::RecordBatch>> AssembleBatch(
    const std::shared_ptr<arrow::Schema>& schema, const BatchDescriptor& batch,
    const Segments& segments) {
  if (batch.nodes.empty()) return Bad("a batch has no columns");
  ArrayAssembler assembler(batch, segments);
  const ArrayNode& root = assembler.TakeRoot();
  if (root.offset != 0 || root.null_count > 0) return Bad("the rows of a batch start at 0");
  std::vector<std::shared_ptr<arrow::ArrayData>> columns;
  for (const auto& field : schema->fields()) {
    ASSIGN_OR_RETURN(auto column, assembler.Take(field->type()));
    if (column->length != root.length) return Bad("columns of one batch differ in length");
    columns.push_back(std::move(column));
  }
  if (!assembler.done()) return Bad("a batch has too many columns");
  return arrow::RecordBatch::Make(schema, root.length, std::move(columns));
}

class SharedTableProducer final : public BatchProducer {
 public:
  SharedTableProducer(SharedTable table, std::shared_ptr<arrow::Schema> schema)
      : table_(std::move(table)), schema_(std::move(schema)) {}

  base::Status ReadSchema(ArrowSchema* out) override {
    RETURN_IF_ARROW_ERROR(arrow::ExportSchema(*schema_, out));
    return base::Ok();
  }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (next_ >= table_.descriptor->batches.size()) return false;
    const BatchDescriptor& batch = table_.descriptor->batches[next_++];
    ASSIGN_OR_RETURN(auto assembled, AssembleBatch(schema_, batch, table_.segments));
    RETURN_IF_ARROW_ERROR(arrow::ExportRecordBatch(*assembled, out));
    return true;
  }

 private:
  SharedTable table_;
  std::shared_ptr<arrow::Schema> schema_;
  size_t next_ = 0;
};

/// Copies canonical arrays into a segment and notes where every buffer went.
class TableWriter {
 public:
  explicit TableWriter(SegmentBuilder builder) : builder_(std::move(builder)) {}

  base::Status AddBatch(const arrow::RecordBatch& batch) {
    BatchDescriptor descriptor;
    descriptor.nodes.push_back(ArrayNode{batch.num_rows(), 0, 0, {BufferPlace{}}});
    for (const auto& column : batch.columns()) RETURN_IF_ERROR(AddArray(column, descriptor));
    batches_.push_back(std::move(descriptor));
    return base::Ok();
  }

  std::vector<BatchDescriptor> TakeBatches() { return std::move(batches_); }
  uint64_t bytes_copied() const { return bytes_copied_; }
  base::Result<std::shared_ptr<const Segment>> Seal() { return std::move(builder_).Seal(); }

 private:
  base::Status AddArray(std::shared_ptr<arrow::Array> array, BatchDescriptor& out) {
    if (array->type_id() == arrow::Type::EXTENSION) {
      array = static_cast<const arrow::ExtensionArray&>(*array).storage();
    }
    if (array->offset() != 0) {  // a slice: compacted first, so that only its rows are written
      auto compact = arrow::Concatenate({array});
      if (!compact.ok()) return FromStatus(compact.status());
      array = compact.MoveValueUnsafe();
    }
    ArrayNode node{array->length(), array->null_count(), 0, {}};
    const auto& buffers = array->data()->buffers;
    const int64_t bitmap_bytes = arrow::bit_util::BytesForBits(array->length());
    RETURN_IF_ERROR(AddBuffer(node.null_count > 0 ? buffers[0] : nullptr, bitmap_bytes, node));
    switch (array->type_id()) {
      case arrow::Type::BOOL:
        RETURN_IF_ERROR(AddBuffer(buffers[1], bitmap_bytes, node));
        break;
      case arrow::Type::STRING:
      case arrow::Type::BINARY: {
        const auto& text = static_cast<const arrow::BinaryArray&>(*array);
        const int64_t bytes = array->length() == 0 ? 0 : text.value_offset(array->length());
        RETURN_IF_ERROR(AddBuffer(buffers[1], (array->length() + 1) * 4, node));
        RETURN_IF_ERROR(AddBuffer(buffers[2], bytes, node));
        break;
      }
      case arrow::Type::LIST:
      case arrow::Type::MAP: {
        const auto& list = static_cast<const arrow::ListArray&>(*array);
        const int64_t values = array->length() == 0 ? 0 : list.value_offset(array->length());
        RETURN_IF_ERROR(AddBuffer(buffers[1], (array->length() + 1) * 4, node));
        out.nodes.push_back(std::move(node));
        return AddArray(list.values()->Slice(0, values), out);
      }
      case arrow::Type::STRUCT: {
        out.nodes.push_back(std::move(node));
        const auto& fields = static_cast<const arrow::StructArray&>(*array);
        for (int i = 0; i < fields.num_fields(); ++i)
          RETURN_IF_ERROR(AddArray(fields.field(i), out));
        return base::Ok();
      }
      default: {
        const auto& fixed = static_cast<const arrow::FixedWidthType&>(*array->type());
        RETURN_IF_ERROR(AddBuffer(buffers[1], array->length() * (fixed.bit_width() / 8), node));
      }
    }
    out.nodes.push_back(std::move(node));
    return base::Ok();
  }

  base::Status AddBuffer(const std::shared_ptr<arrow::Buffer>& buffer, int64_t length,
                         ArrayNode& node) {
    BufferPlace place;
    if (buffer != nullptr && length > 0) {
      place.length = static_cast<uint64_t>(std::min(length, buffer->size()));
    }
    if (place.length > 0) {
      const base::BytesView bytes(reinterpret_cast<const char*>(buffer->data()), place.length);
      ASSIGN_OR_RETURN(place.offset, builder_.Append(bytes));
      bytes_copied_ += place.length;
    }
    node.buffers.push_back(place);
    return base::Ok();
  }

  SegmentBuilder builder_;
  std::vector<BatchDescriptor> batches_;
  uint64_t bytes_copied_ = 0;
};

void FlattenSchema(const ArrowSchema& schema, std::vector<SchemaNode>& out, size_t metadata_bytes);

/// The length of metadata as the C data interface writes it.
size_t MetadataBytes(const char* metadata) {
  if (metadata == nullptr) return 0;
  size_t at = 4;
  int32_t pairs = 0;
  std::copy_n(metadata, 4, reinterpret_cast<char*>(&pairs));
  for (int32_t i = 0; i < 2 * pairs; ++i) {
    int32_t length = 0;
    std::copy_n(metadata + at, 4, reinterpret_cast<char*>(&length));
    at += 4 + static_cast<size_t>(length);
  }
  return at;
}

void FlattenSchema(const ArrowSchema& schema, std::vector<SchemaNode>& out, size_t metadata_bytes) {
  SchemaNode node;
  node.format = schema.format;
  node.name = schema.name == nullptr ? "" : schema.name;
  if (metadata_bytes > 0) node.metadata.assign(schema.metadata, metadata_bytes);
  node.flags = schema.flags;
  node.children = static_cast<uint32_t>(schema.n_children);
  out.push_back(std::move(node));
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    FlattenSchema(child, out, MetadataBytes(child.metadata));
  }
}

size_t NodesOf(const std::vector<SchemaNode>& schema, size_t at) {
  size_t next = at + 1;
  for (uint32_t i = 0; i < schema[at].children; ++i) next += NodesOf(schema, next);
  return next - at;
}

}  // namespace

base::Status ValidateTable(const SharedTable& table) {
  const TableDescriptor& descriptor = *table.descriptor;
  if (descriptor.segments != table.segments.size()) return Bad("the number of segments is wrong");
  ASSIGN_OR_RETURN(auto schema, SchemaOfDescriptor(descriptor));
  for (const BatchDescriptor& batch : descriptor.batches) {
    ASSIGN_OR_RETURN(auto assembled, AssembleBatch(schema, batch, table.segments));
    const arrow::Status valid = assembled->ValidateFull();
    if (!valid.ok()) return Bad(valid.message());
  }
  return base::Ok();
}

base::Result<WrittenSegment> WriteTable(Stream stream, const std::string& name,
                                        uint64_t bytes_max) {
  ASSIGN_OR_RETURN(auto builder, SegmentBuilder::Create(name, bytes_max));
  ASSIGN_OR_RETURN(auto reader, ReaderOf(Canonical(std::move(stream), {})));
  TableWriter writer(std::move(builder));
  while (true) {
    auto batch = reader->Next();
    if (!batch.ok()) return FromStatus(batch.status());
    if (*batch == nullptr) break;
    if ((*batch)->num_rows() > 0) RETURN_IF_ERROR(writer.AddBatch(**batch));
  }
  TableDescriptor descriptor;
  descriptor.segments = 1;
  ArrowSchema raw{};
  RETURN_IF_ARROW_ERROR(arrow::ExportSchema(*reader->schema(), &raw));
  FlattenSchema(raw, descriptor.schema, 0);
  raw.release(&raw);
  descriptor.batches = writer.TakeBatches();
  ASSIGN_OR_RETURN(auto segment, writer.Seal());
  WrittenSegment written;
  written.bytes_copied = writer.bytes_copied();
  written.table.descriptor = std::make_shared<const TableDescriptor>(std::move(descriptor));
  written.table.segments = {std::move(segment)};
  return written;
}

base::Result<Stream> OpenTable(const SharedTable& table) {
  ASSIGN_OR_RETURN(auto schema, SchemaOfDescriptor(*table.descriptor));
  return StreamOf(std::make_unique<SharedTableProducer>(table, std::move(schema)));
}

base::Result<SharedTable> ProjectTable(const SharedTable& table,
                                       const std::vector<std::string>& columns) {
  const TableDescriptor& from = *table.descriptor;
  std::map<std::string, std::pair<size_t, size_t>> places;  // name → first node, number of nodes
  std::vector<std::string> names;
  for (size_t at = 1; at < from.schema.size(); at += NodesOf(from.schema, at)) {
    places[from.schema[at].name] = {at, NodesOf(from.schema, at)};
    names.push_back(from.schema[at].name);
  }
  TableDescriptor projected;
  projected.segments = from.segments;
  projected.schema.push_back(from.schema[0]);
  projected.schema[0].children = static_cast<uint32_t>(columns.size());
  projected.batches.resize(from.batches.size());
  for (size_t i = 0; i < from.batches.size(); ++i) {
    projected.batches[i].nodes.push_back(from.batches[i].nodes[0]);
  }
  for (const std::string& column : columns) {
    const auto place = places.find(column);
    if (place == places.end()) {
      return base::Error(base::Code::kInvalidArgument, reasons::kUnknownColumn,
                         "no column \"" + column + "\"" + base::DidYouMean(column, names))
          .Set("column", column);
    }
    const auto [first, count] = place->second;
    for (size_t at = first; at < first + count; ++at) {
      projected.schema.push_back(from.schema[at]);
      for (size_t i = 0; i < from.batches.size(); ++i) {
        projected.batches[i].nodes.push_back(from.batches[i].nodes[at]);
      }
    }
  }
  return SharedTable{std::make_shared<const TableDescriptor>(std::move(projected)), table.segments};
}

}  // namespace columnar
