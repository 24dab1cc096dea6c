#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>

#include <set>

#include "engine/arrow_bridge_internal.h"
#include "engine/fragment_reader.h"
#include "engine/parquet_file_internal.h"
#include "engine/projector_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine {
namespace {

// A RangeReader that is borrowed for the call.
std::shared_ptr<RangeReader> Borrowed(RangeReader& file) {
  return {&file, [](RangeReader*) {}};
}

struct Leaf {
  int32_t id = columnar::kNoFieldId;
  columnar::Type type;
};

Leaf LeafOf(const parquet::ColumnDescriptor& column, const FileStats& stats,
            const columnar::Schema* schema) {
  const int32_t id = column.schema_node()->field_id();
  if (stats.has_field_ids) {
    const columnar::Field* field = id < 0 ? nullptr : stats.schema.FindById(id);
    return field == nullptr ? Leaf{} : Leaf{id, field->type};
  }
  if (schema == nullptr || column.path()->ToDotVector().size() != 1) return Leaf{};
  const columnar::Field* wanted = schema->Find(column.name());
  const columnar::Field* found = stats.schema.Find(column.name());
  return wanted == nullptr || found == nullptr ? Leaf{} : Leaf{wanted->id, found->type};
}

void AddChunk(const parquet::ColumnChunkMetaData& chunk, const Leaf& leaf, RowGroupStats* group) {
  if (leaf.id == columnar::kNoFieldId || leaf.type.is_nested()) return;
  ColumnChunkStats out;
  out.value_count = chunk.num_values();
  const auto statistics = chunk.is_stats_set() ? chunk.statistics() : nullptr;
  if (statistics != nullptr) {
    if (statistics->HasNullCount()) out.null_count = statistics->null_count();
    internal::Bounds bounds = internal::BoundsOf(*statistics, leaf.type);
    out.min = std::move(bounds.min);
    out.max = std::move(bounds.max);
  }
  group->columns[leaf.id] = std::move(out);
}

void LeavesOf(columnar::Field& field, std::vector<columnar::Field*>* out) {
  if (!field.type.is_nested()) out->push_back(&field);
  for (columnar::Field& child : field.type.children) LeavesOf(child, out);
}

// Arrow says fixed[16] of a UUID; the file knows better. Both list the leaves depth first.
void NameUuids(const parquet::SchemaDescriptor& file, columnar::Schema* schema) {
  std::vector<columnar::Field*> leaves;
  for (columnar::Field& field : schema->fields) LeavesOf(field, &leaves);
  if (leaves.size() != static_cast<size_t>(file.num_columns())) return;
  for (int i = 0; i < file.num_columns(); ++i) {
    const auto& logical = file.Column(i)->logical_type();
    if (logical == nullptr || !logical->is_UUID()) continue;
    leaves[static_cast<size_t>(i)]->type = columnar::TypeId::kUuid;
  }
}

/// What a footer says about the file as a whole, without its row groups.
base::Result<FileStats> HeadOf(const internal::OpenParquet& opened) {
  const auto metadata = opened.reader->metadata();
  std::shared_ptr<arrow::Schema> arrow_schema;
  const arrow::Status status = parquet::arrow::FromParquetSchema(
      metadata->schema(), parquet::default_arrow_reader_properties(), nullptr, &arrow_schema);
  if (!status.ok()) return internal::ParquetError(*opened.file, status.message());
  FileStats out;
  out.rows = metadata->num_rows();
  ASSIGN_OR_RETURN(out.schema, internal::SchemaOfArrow(*arrow_schema));
  NameUuids(*metadata->schema(), &out.schema);
  out.has_field_ids = out.schema.HighestFieldId() >= 0;
  return out;
}

base::Result<FileStats> StatsOf(const internal::OpenParquet& opened,
                                const columnar::Schema* schema) {
  ASSIGN_OR_RETURN(FileStats out, HeadOf(opened));
  const auto metadata = opened.reader->metadata();
  std::vector<Leaf> leaves;
  for (int i = 0; i < metadata->num_columns(); ++i) {
    leaves.push_back(LeafOf(*metadata->schema()->Column(i), out, schema));
  }
  for (int g = 0; g < metadata->num_row_groups(); ++g) {
    const auto group = metadata->RowGroup(g);
    RowGroupStats stats;
    stats.rows = group->num_rows();
    stats.bytes = group->total_byte_size();
    for (int i = 0; i < group->num_columns(); ++i) {
      AddChunk(*group->ColumnChunk(i), leaves[static_cast<size_t>(i)], &stats);
    }
    out.row_groups.push_back(std::move(stats));
  }
  return out;
}

bool IsFlat(const columnar::Type& type) {
  switch (type.id) {
    case columnar::TypeId::kBoolean:
    case columnar::TypeId::kInt:
    case columnar::TypeId::kLong:
    case columnar::TypeId::kFloat:
    case columnar::TypeId::kDouble:
    case columnar::TypeId::kDecimal:
    case columnar::TypeId::kDate:
    case columnar::TypeId::kTimestamp:
    case columnar::TypeId::kTimestamptz:
    case columnar::TypeId::kString:
      return true;
    default:
      return false;
  }
}

// Physical types that DuckDB and we read alike without any conversion of ours.
bool SameInFile(const parquet::ColumnDescriptor& column, const columnar::Type& type) {
  if (column.physical_type() == parquet::Type::INT96) return false;
  const auto& logical = column.logical_type();
  if (logical != nullptr && logical->is_int()) {
    return static_cast<const parquet::IntLogicalType&>(*logical).is_signed();
  }
  if (type.id == columnar::TypeId::kString) return logical != nullptr && logical->is_string();
  if (logical != nullptr && logical->is_timestamp()) {
    return static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit() ==
           parquet::LogicalType::TimeUnit::MICROS;
  }
  return true;
}

}  // namespace

base::Result<FileStats> ReadFileStats(RangeReader& file, const columnar::Schema* schema) {
  ASSIGN_OR_RETURN(const internal::OpenParquet opened, internal::OpenParquetFile(Borrowed(file)));
  try {
    return StatsOf(opened, schema);
  } catch (const std::exception& exception) {
    return internal::ParquetError(*opened.file, exception.what());
  }
}

base::Result<bool> IsPlain(const FragmentScan& scan) {
  if (!scan.row_groups.empty() || !scan.constants.empty() || !scan.name_mapping.empty() ||
      scan.by_name || !scan.file->LocalPath()) {
    return false;
  }
  ASSIGN_OR_RETURN(const internal::OpenParquet opened, internal::OpenParquetFile(scan.file));
  try {
    const auto metadata = opened.reader->metadata();
    const parquet::SchemaDescriptor& schema = *metadata->schema();
    ASSIGN_OR_RETURN(const FileStats stats, HeadOf(opened));
    std::set<std::string> folded;
    for (const columnar::Field& field : stats.schema.fields) {
      if (!folded.insert(internal::Fold(field.name)).second) return false;
    }
    for (const columnar::Field& field : scan.output.fields) {
      const columnar::Field* found = stats.schema.Find(field.name);
      if (found == nullptr || field.id < 0 || found->id != field.id || !IsFlat(field.type) ||
          !(found->type == field.type)) {
        return false;
      }
      const int column = schema.ColumnIndex(field.name);
      if (column < 0 || !SameInFile(*schema.Column(column), field.type)) return false;
    }
    return true;
  } catch (const std::exception& exception) {
    return internal::ParquetError(*opened.file, exception.what());
  }
}

}  // namespace engine
