// Schemas, specs and sort orders as JSON values: shared by the codecs of this module only, which
// include the JSON library before it.
#pragma once

#include <string>

#include "base/result.h"
#include "columnar/type.h"
#include "iceberg/partition.h"

namespace iceberg {

nlohmann::json SchemaToJson(const columnar::Schema& schema);
base::Result<columnar::Schema> SchemaFromJson(const nlohmann::json& json);
nlohmann::json PartitionFieldsToJson(const PartitionSpec& spec);
base::Result<PartitionSpec> PartitionFieldsFromJson(const nlohmann::json& json, int32_t spec_id);

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
