#include <algorithm>
#include <utility>

#include "iceberg/deletion_vector.h"
#include "iceberg/own_properties.h"
#include "iceberg/reasons.h"
#include "runtime/executor/store_bytes.h"
#include "runtime/executor/table_scan.h"
#include "storage/s3_options.h"

// What other files say about the rows of a data file: deletes of other writers.

namespace runtime {
namespace {

constexpr uint64_t kVectorBytesMax = 256ULL << 20;

base::Error CannotRead(const iceberg::DataFile& file, const std::string& why) {
  return base::Error(base::Code::kUnimplemented, iceberg::kDeleteFiles,
                     "delete file \"" + file.path + "\" " + why +
                         ": rewrite the table's data files with the engine that wrote them");
}

const columnar::Field* TopLevel(const columnar::Schema& schema, int32_t id) {
  const auto found = std::find_if(schema.fields.begin(), schema.fields.end(),
                                  [&](const auto& field) { return field.id == id; });
  return found == schema.fields.end() ? nullptr : &*found;
}

}  // namespace

base::Result<std::shared_ptr<engine::RangeReader>> TableScan::OpenCounted(const base::Context& ctx,
                                                                          const std::string& uri) {
  const auto counts = counts_;
  const auto credential = metadata_.properties.find(iceberg::kCredentialProperty);
  const std::string place = credential == metadata_.properties.end()
                                ? uri
                                : storage::NamingCredential(uri, credential->second);
  return OpenObject(ctx, store_, place, [counts](uint64_t bytes) {
    counts->With([&](ScanCounts& seen) { seen.bytes_read += static_cast<int64_t>(bytes); });
  });
}

base::Result<std::vector<int64_t>> TableScan::PositionsOf(const base::Context& ctx,
                                                          const iceberg::DeleteFile& file,
                                                          const std::string& data_file) {
  if (file.is_vector()) {
    const int64_t offset = *file.file.content_offset;
    const int64_t size = file.file.content_size_bytes.value_or(-1);
    if (offset < 0 || size < 0 || static_cast<uint64_t>(size) > kVectorBytesMax)
      return CannotRead(file.file, "has a vector of no known size");
    ASSIGN_OR_RETURN(const std::string key, store_.KeyOf(file.file.path));
    ASSIGN_OR_RETURN(const base::Bytes blob, store_.Read(ctx, key, static_cast<uint64_t>(offset),
                                                         static_cast<uint64_t>(size)));
    auto positions = iceberg::DecodeDeletionVector(blob);
    if (!positions.ok()) return std::move(positions).error().With(file.file.path);
    return positions;
  }
  auto known =
      deletes_.With([&](KnownDeletes& deletes) { return deletes.positions[file.file.path]; });
  if (known == nullptr) {
    ASSIGN_OR_RETURN(auto reader, OpenCounted(ctx, file.file.path));
    ASSIGN_OR_RETURN(engine::DeletedPositions read,
                     engine::ReadDeletedPositions(ctx, std::move(reader)));
    known = std::make_shared<const engine::DeletedPositions>(std::move(read));
    deletes_.With([&](KnownDeletes& deletes) { deletes.positions[file.file.path] = known; });
  }
  const auto found = known->find(data_file);
  return found == known->end() ? std::vector<int64_t>() : found->second;
}

base::Result<std::shared_ptr<const engine::DeletedKeys>> TableScan::KeysOf(
    const base::Context& ctx, const iceberg::DeleteFile& file) {
  columnar::Schema key;
  for (const int32_t id : file.file.equality_ids) {
    const columnar::Field* field = TopLevel(schema_, id);
    // A column that was dropped since still says which rows are gone.
    for (const columnar::Schema& older : metadata_.schemas) {
      if (field == nullptr) field = TopLevel(older, id);
    }
    if (field == nullptr || field->type.is_nested())
      return CannotRead(file.file, "names rows by column id " + std::to_string(id) +
                                       ", which is nested or unknown");
    key.fields.push_back(*field);
    key.fields.back().required = false;
  }
  if (key.fields.empty()) return CannotRead(file.file, "names no columns");
  auto known = deletes_.With([&](KnownDeletes& deletes) { return deletes.keys[file.file.path]; });
  if (known != nullptr) return known;
  ASSIGN_OR_RETURN(auto reader, OpenCounted(ctx, file.file.path));
  ASSIGN_OR_RETURN(known, engine::ReadDeletedKeys(ctx, std::move(reader), std::move(key)));
  deletes_.With([&](KnownDeletes& deletes) { deletes.keys[file.file.path] = known; });
  return known;
}

base::Result<engine::RowDeletes> TableScan::DeletesOf(const base::Context& ctx,
                                                      const iceberg::FileScanTask& task) {
  engine::RowDeletes deletes;
  for (const auto& file : task.deletes) {
    if (file->file.content == iceberg::FileContent::kPositionDeletes) {
      ASSIGN_OR_RETURN(const std::vector<int64_t> positions,
                       PositionsOf(ctx, *file, task.file.path));
      deletes.positions.insert(deletes.positions.end(), positions.begin(), positions.end());
      continue;
    }
    ASSIGN_OR_RETURN(auto keys, KeysOf(ctx, *file));
    deletes.keys.push_back(std::move(keys));
  }
  std::sort(deletes.positions.begin(), deletes.positions.end());
  return deletes;
}

base::Result<std::map<int32_t, columnar::Literal>> TableScan::Defaults(
    const std::vector<columnar::Field>& fields) const {
  std::map<int32_t, columnar::Literal> values;
  const auto defaults = metadata_.defaults.find(schema_.id);
  if (defaults == metadata_.defaults.end()) return values;
  for (const columnar::Field& field : fields) {
    const auto found = defaults->second.find(field.id);
    if (found == defaults->second.end() || found->second.initial.empty()) continue;
    const auto value = iceberg::ParseDefault(found->second.initial, field.type);
    if (!value) {
      return base::Error(base::Code::kUnimplemented, iceberg::kUnsupported,
                         "column \"" + field.name + "\" has the default " + found->second.initial +
                             ", which is not read");
    }
    values.emplace(field.id, *value);
  }
  return values;
}

}  // namespace runtime
