// Schemas, specs and sort orders as JSON values: shared by the codecs of this module only, which
// include the JSON library before it.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "columnar/type.h"
#include "iceberg/partition.h"
#include "iceberg/table_metadata.h"

namespace iceberg {

/// Defaults of columns, where there are any, are beside the schema: by field id.
using Defaults = std::map<int32_t, ColumnDefault>;
nlohmann::json SchemaToJson(const columnar::Schema& schema, const Defaults& defaults = {});
base::Result<columnar::Schema> SchemaFromJson(const nlohmann::json& json,
                                              Defaults* defaults = nullptr);
nlohmann::json PartitionFieldsToJson(const PartitionSpec& spec);
base::Result<PartitionSpec> PartitionFieldsFromJson(const nlohmann::json& json, int32_t spec_id);

nlohmann::json SortOrderToJson(const SortOrder& order);
base::Result<SortOrder> SortOrderFromJson(const nlohmann::json& json);
nlohmann::json SnapshotToJson(const Snapshot& snapshot, int32_t format_version);
base::Result<Snapshot> SnapshotFromJson(const nlohmann::json& json);
nlohmann::json SnapshotRefToJson(const SnapshotRef& ref);
base::Result<SnapshotRef> SnapshotRefFromJson(const nlohmann::json& json);
base::Result<std::map<std::string, std::string>> TextMap(const nlohmann::json& json,
                                                         const char* key);

/// kCorrupt "iceberg.bad_metadata".
base::Error BadMetadata(const std::string& message);
base::Result<const nlohmann::json*> RequiredMember(const nlohmann::json& json, const char* key);
base::Result<int64_t> RequiredLong(const nlohmann::json& json, const char* key);
base::Result<int32_t> RequiredInt(const nlohmann::json& json, const char* key);
base::Result<std::string> RequiredText(const nlohmann::json& json, const char* key);
base::Result<int32_t> IntOr(const nlohmann::json& json, const char* key, int32_t absent);
base::Result<int64_t> LongOr(const nlohmann::json& json, const char* key, int64_t absent);
/// Parses text, refusing what is nested too deep or not JSON.
base::Result<nlohmann::json> ParseJson(std::string_view text);

}  // namespace iceberg
