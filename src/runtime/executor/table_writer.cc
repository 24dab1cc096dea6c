#include <algorithm>
#include <cstdio>
#include <utility>

#include "engine/parquet_copy.h"
#include "iceberg/written_file.h"
#include "runtime/executor/store_bytes.h"
#include "runtime/executor/table_writer_internal.h"

namespace runtime {
namespace {

iceberg::WrittenFile ToIceberg(const engine::WrittenFile& file) {
  iceberg::WrittenFile written;
  written.path = file.path;
  written.record_count = file.rows;
  written.file_size_bytes = file.bytes;
  written.split_offsets = file.split_offsets;
  for (const auto& [id, column] : file.columns) {
    iceberg::WrittenColumn& out = written.columns[id];
    out.size_bytes = column.size_bytes;
    out.value_count = column.value_count;
    out.null_count = column.null_count;
    out.nan_count = column.nan_count;
    out.min = column.lower;
    out.max = column.upper;
  }
  return written;
}

std::string FileName(const std::string& write_id, int64_t index) {
  char number[16];
  std::snprintf(number, sizeof(number), "%05lld", static_cast<long long>(index));
  return write_id + "-" + number + ".parquet";
}

}  // namespace

base::Result<TableWriter> TableWriter::Open(storage::ObjectStore& lake,
                                            const plan::WriteTarget& target) {
  ASSIGN_OR_RETURN(iceberg::PartitionSpec spec,
                   iceberg::DecodePartitionSpec(target.partition_spec));
  return TableWriter(lake, target, std::move(spec));
}

engine::WriteOptions TableWriter::Options() const {
  engine::WriteOptions options;
  for (const iceberg::PartitionField& field : spec_.fields) {
    const iceberg::Transform transform = field.transform;
    options.partition.push_back(
        engine::PartitionField{field.source_id, [transform](const columnar::Literal& value) {
                                 return iceberg::ApplyTransform(transform, value);
                               }});
  }
  return options;
}

base::Result<engine::OpenedFile> TableWriter::OpenNext(const base::Context& ctx,
                                                       const engine::PartitionKey& partition,
                                                       int64_t number) {
  files_ = std::max(files_, number + 1);  // no name twice, also after rows that fail
  std::string name = FileName(target_->write_id, number);
  if (!spec_.fields.empty()) name = iceberg::PartitionPath(spec_, partition) + "/" + name;
  const std::string key = iceberg::DataKey(target_->uuid.text(), name);
  ASSIGN_OR_RETURN(std::unique_ptr<engine::ByteSink> sink, CreateObject(ctx, *lake_, key));
  return engine::OpenedFile{lake_->Uri(key), std::move(sink)};
}

void TableWriter::Add(const engine::WrittenFile& file) {
  iceberg::ManifestEntry entry;
  entry.file = iceberg::MakeDataFile(ToIceberg(file), spec_.id, file.partition);
  entries_.push_back(std::move(entry));
  rows_ += static_cast<uint64_t>(file.rows);
  bytes_ += static_cast<uint64_t>(file.bytes);
}

base::Status TableWriter::Write(const base::Context& ctx, columnar::Stream rows) {
  const int64_t first = files_;
  const auto open_next = [&](const engine::PartitionKey& partition, int64_t index) {
    return OpenNext(ctx, partition, first + index);
  };
  ASSIGN_OR_RETURN(
      const std::vector<engine::WrittenFile> files,
      engine::WriteParquet(ctx, std::move(rows), target_->schema, Options(), open_next));
  for (const engine::WrittenFile& file : files) Add(file);
  return base::Ok();
}

base::Result<std::optional<uint64_t>> TableWriter::Copy(
    const base::Context& ctx, const std::shared_ptr<engine::RangeReader>& file) {
  if (!spec_.fields.empty()) return std::optional<uint64_t>();
  const auto open_next = [&](const engine::PartitionKey& partition, int64_t) {
    return OpenNext(ctx, partition, files_);
  };
  ASSIGN_OR_RETURN(const std::optional<engine::WrittenFile> copied,
                   engine::CopyParquet(ctx, file, target_->schema, open_next));
  if (!copied) return std::optional<uint64_t>();
  Add(*copied);
  return std::optional(static_cast<uint64_t>(copied->rows));
}

void TableWriter::Register(const iceberg::WrittenFile& file) {
  iceberg::ManifestEntry entry;
  entry.file = iceberg::MakeDataFile(file, spec_.id, {});
  entries_.push_back(std::move(entry));
  rows_ += static_cast<uint64_t>(file.record_count);
  bytes_ += static_cast<uint64_t>(file.file_size_bytes);
}

base::Status TableWriter::Finish(const base::Context& ctx, plan::WrittenTable& written) {
  written.rows_added = rows_;
  written.files_added = entries_.size();
  written.bytes_added = bytes_;
  if (entries_.empty()) return base::Ok();
  iceberg::Manifest manifest;
  manifest.schema = target_->schema;
  manifest.spec = spec_;
  manifest.entries = std::move(entries_);
  const std::string key =
      iceberg::MetadataKey(target_->uuid.text(), target_->write_id + "-m0.avro");
  ASSIGN_OR_RETURN(const iceberg::ManifestFile row,
                   iceberg::WriteManifest(ctx, *lake_, key, manifest));
  written.added_manifests.push_back(iceberg::EncodeManifestFile(row));
  return base::Ok();
}

}  // namespace runtime
