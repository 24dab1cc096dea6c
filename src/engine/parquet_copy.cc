#include "engine/parquet_copy.h"

#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "engine/arrow_bridge_internal.h"
#include "engine/parquet_file_internal.h"
#include "engine/parquet_fitness_internal.h"
#include "engine/parquet_footer_internal.h"
#include "engine/parquet_metrics_internal.h"
#include "engine/reasons.h"

namespace engine {
namespace {

// A table's files are rolled at 128 MiB; of others' files somewhat larger ones are kept whole.
constexpr uint64_t kFileBytesMax = 512ull << 20;
constexpr uint64_t kHeadBytes = 4;  // the magic number
constexpr uint64_t kStepBytes = 64 << 20;

bool IsReal(const columnar::Field& field) {
  return field.type.id == columnar::TypeId::kFloat || field.type.id == columnar::TypeId::kDouble;
}

/// A file that may be copied, with what is written instead of its footer.
struct Fit {
  internal::FooterPlace place;
  base::Bytes old_footer;
  base::Bytes footer;
};

/// Whether each column's pages are where the footer says, and all before the footer.
base::Result<bool> HasItsPages(RangeReader& source, const parquet::FileMetaData& metadata,
                               uint64_t footer_offset) {
  for (int g = 0; g < metadata.num_row_groups(); ++g) {
    const auto group = metadata.RowGroup(g);
    for (int c = 0; c < group->num_columns(); ++c) {
      const auto chunk = group->ColumnChunk(c);
      const int64_t start = internal::StartOfChunk(*chunk);
      const int64_t size = chunk->total_compressed_size();
      if (start < static_cast<int64_t>(kHeadBytes) || size <= 0) return false;
      const auto offset = static_cast<uint64_t>(start);
      const auto bytes = static_cast<uint64_t>(size);
      if (offset > footer_offset || bytes > footer_offset - offset) return false;
      ASSIGN_OR_RETURN(const bool holds,
                       internal::HoldsPages(source, {offset, bytes, chunk->num_values()}));
      if (!holds) return false;
    }
  }
  return true;
}

bool IsSameColumn(const parquet::ColumnDescriptor& a, const parquet::ColumnDescriptor& b) {
  return a.name() == b.name() && a.physical_type() == b.physical_type() &&
         a.max_definition_level() == b.max_definition_level() &&
         a.max_repetition_level() == b.max_repetition_level() &&
         a.logical_type()->Equals(*b.logical_type());
}

/// Whether the footer we made says of the same pages the same as the old one, with our ids.
bool IsSameFile(const parquet::FileMetaData& old_one, const base::Bytes& footer,
                const columnar::Schema& schema) {
  const auto ours = parquet::FileMetaData::Make(footer.data(), static_cast<int64_t>(footer.size()));
  if (static_cast<size_t>(ours->size()) != footer.size() ||
      ours->num_rows() != old_one.num_rows() || ours->num_columns() != old_one.num_columns() ||
      ours->num_row_groups() != old_one.num_row_groups()) {
    return false;
  }
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const parquet::ColumnDescriptor& column = *ours->schema()->Column(static_cast<int>(i));
    const parquet::ColumnDescriptor& before = *old_one.schema()->Column(static_cast<int>(i));
    if (column.schema_node()->field_id() != schema.fields[i].id || !IsSameColumn(column, before)) {
      return false;
    }
  }
  for (int g = 0; g < ours->num_row_groups(); ++g) {
    if (!ours->RowGroup(g)->Equals(*old_one.RowGroup(g))) return false;
  }
  return true;
}

/// Whether the decoder would take each column for what it is stored as: a writer's own notes may
/// say otherwise, for example of a duration in a column of integers.
bool IsReadAsStored(const parquet::FileMetaData& metadata) {
  std::shared_ptr<arrow::Schema> noted;
  const arrow::Status status = parquet::arrow::FromParquetSchema(
      metadata.schema(), parquet::default_arrow_reader_properties(), metadata.key_value_metadata(),
      &noted);
  return status.ok() && internal::SchemaOfArrow(*noted).ok();
}

base::Result<std::optional<Fit>> Examine(const std::shared_ptr<RangeReader>& source,
                                         const columnar::Schema& schema) {
  const std::optional<Fit> nothing;
  ASSIGN_OR_RETURN(const uint64_t size, source->SizeBytes());
  if (size > kFileBytesMax) return nothing;
  ASSIGN_OR_RETURN(const auto place, internal::FindFooter(*source));
  if (!place) return nothing;
  ASSIGN_OR_RETURN(const internal::OpenParquet opened, internal::OpenParquetFile(source));
  Fit fit{*place, {}, {}};
  try {
    const auto metadata = opened.reader->metadata();
    if (!internal::Fits(*metadata, schema) || !IsReadAsStored(*metadata)) return nothing;
    ASSIGN_OR_RETURN(const bool has_pages, HasItsPages(*source, *metadata, place->offset));
    if (!has_pages) return nothing;
    ASSIGN_OR_RETURN(fit.old_footer, source->ReadAt(place->offset, place->size_bytes));
    std::vector<int32_t> ids;
    for (const columnar::Field& field : schema.fields) ids.push_back(field.id);
    auto footer = internal::WithFieldIds(fit.old_footer, ids);
    if (!footer || !IsSameFile(*metadata, *footer, schema)) return nothing;
    fit.footer = *std::move(footer);
    if (!internal::HasNoNan(*opened.reader)) return nothing;
  } catch (const std::exception& exception) {
    return internal::ParquetError(*opened.file, exception.what());
  }
  return std::optional(std::move(fit));
}

/// From the footer of the copy.
WrittenFile Describe(const Fit& fit, const columnar::Schema& schema) {
  const auto metadata =
      parquet::FileMetaData::Make(fit.footer.data(), static_cast<int64_t>(fit.footer.size()));
  WrittenFile out;
  out.rows = metadata->num_rows();
  std::map<int32_t, internal::MetricsOfColumn> columns;
  for (int g = 0; g < metadata->num_row_groups(); ++g) {
    const auto group = metadata->RowGroup(g);
    out.split_offsets.push_back(internal::StartOfGroup(*group));
    for (size_t i = 0; i < schema.fields.size(); ++i) {
      const columnar::Field& field = schema.fields[i];
      columns[field.id].Add(*group->ColumnChunk(static_cast<int>(i)), field.type);
    }
  }
  for (auto& [id, metrics] : columns) out.columns[id] = std::move(metrics).Finish();
  for (const columnar::Field& field : schema.fields) {
    if (IsReal(field)) out.columns[field.id].nan_count = 0;
  }
  return out;
}

base::Status CopyPages(const base::Context& ctx, RangeReader& source, uint64_t size_bytes,
                       ByteSink& sink) {
  for (uint64_t at = 0; at < size_bytes; at += kStepBytes) {
    if (ctx.stop.stop_requested()) {
      return base::Error(base::Code::kCancelled, reason::kCancelled, "copying was cancelled");
    }
    RETURN_IF_ERROR(sink.AppendFrom(source, at, std::min(kStepBytes, size_bytes - at)));
  }
  return base::Ok();
}

}  // namespace

base::Result<std::optional<WrittenFile>> CopyParquet(const base::Context& ctx,
                                                     const std::shared_ptr<RangeReader>& source,
                                                     const columnar::Schema& schema,
                                                     const OpenNextFile& open_next) {
  ASSIGN_OR_RETURN(const std::optional<Fit> fit, Examine(source, schema));
  if (!fit) return std::optional<WrittenFile>();
  WrittenFile out;
  try {
    out = Describe(*fit, schema);
  } catch (const std::exception&) {
    return std::optional<WrittenFile>();  // decoding says what is wrong
  }
  ASSIGN_OR_RETURN(const OpenedFile file, open_next({}, 0));
  RETURN_IF_ERROR(CopyPages(ctx, *source, fit->place.offset, *file.sink));
  ASSIGN_OR_RETURN(const base::Bytes footer,
                   source->ReadAt(fit->place.offset, fit->place.size_bytes));
  if (footer != fit->old_footer) {
    return base::Error(base::Code::kCorrupt, reason::kCorruptFile,
                       "\"" + source->Name() + "\" changed while it was read: import it again")
        .Set("file", source->Name());
  }
  const base::Bytes end = fit->footer + internal::FooterEnd(fit->footer.size());
  RETURN_IF_ERROR(file.sink->Append(end));
  RETURN_IF_ERROR(file.sink->Finish());
  out.path = file.path;
  out.bytes = static_cast<int64_t>(fit->place.offset + end.size());
  return std::optional(std::move(out));
}

}  // namespace engine
