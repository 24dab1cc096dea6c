// How readers find columns in files that carry no field ids.
#pragma once

#include <string>

#include "columnar/type.h"

namespace iceberg {

inline constexpr char kNameMappingProperty[] = "schema.name-mapping.default";

/// The names of a schema's fields at every depth as the format writes the property: JSON.
std::string WriteNameMapping(const columnar::Schema& schema);

}  // namespace iceberg
