// One value of an Arrow array as a Literal, and back into groups: what partitioning needs.
#pragma once

#include <arrow/array.h>

#include <optional>

#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"

namespace engine::internal {

/// Nothing for null. `type` is ours for the array's type; nested types are not values.
base::Result<std::optional<columnar::Literal>> LiteralAt(const arrow::Array& array, int64_t row,
                                                         const columnar::Type& type);

}  // namespace engine::internal
