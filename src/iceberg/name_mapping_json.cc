#include <nlohmann/json.hpp>

#include "iceberg/name_mapping.h"

namespace iceberg {
namespace {

using Json = nlohmann::ordered_json;

Json MappingOf(const std::vector<columnar::Field>& fields) {
  Json list = Json::array();
  for (const columnar::Field& field : fields) {
    Json one = {{"field-id", field.id}, {"names", Json::array({field.name})}};
    if (!field.type.children.empty()) one["fields"] = MappingOf(field.type.children);
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

std::string WriteNameMapping(const columnar::Schema& schema) {
  return MappingOf(schema.fields).dump();
}

}  // namespace iceberg
