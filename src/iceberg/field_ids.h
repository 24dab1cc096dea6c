// Assigning column and partition field ids from counters that live elsewhere (formats §4).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/type.h"
#include "iceberg/partition.h"

namespace iceberg {

inline constexpr int32_t kRootParentId = 0;  // parent of top-level columns

/// Interns (parent column id or kRootParentId, name, type as text) to an id that never had another
/// meaning.
using ColumnIdSource = std::function<base::Result<int32_t>(
    int32_t parent_id, const std::string& name, const std::string& type)>;

/// `fresh` with an id on every field at every depth: the one `previous` (may be null) has at the
/// same path with the same type, else one from `source`. Struct, list and map fields keep their id
/// as long as they stay that kind; the type text of a nested field is "struct", "list" or "map".
/// Element, key and value are named so. `identifier_field_ids` are left as they are.
base::Result<columnar::Schema> AssignColumnIds(columnar::Schema fresh,
                                               const columnar::Schema* previous,
                                               const ColumnIdSource& source);

/// A column as ColumnIdSource is asked for it, and the id it has.
struct KnownColumn {
  int32_t parent_id = kRootParentId;
  std::string name;
  std::string type;
  int32_t id = columnar::kNoFieldId;
};
/// The columns of a schema at every depth.
std::vector<KnownColumn> ColumnsOf(const columnar::Schema& schema);

/// Interns (source column id, transform text) to a partition field id.
using PartitionIdSource =
    std::function<base::Result<int32_t>(int32_t source_id, const std::string& transform)>;

/// `fresh` with an id on every field: the one any of `previous` gives to the same column and
/// transform, else one from `source`.
base::Result<PartitionSpec> AssignPartitionFieldIds(PartitionSpec fresh,
                                                    const std::vector<PartitionSpec>& previous,
                                                    const PartitionIdSource& source);

/// Same fields (source, transform, name), whatever the ids.
bool SameFields(const PartitionSpec& a, const PartitionSpec& b);

}  // namespace iceberg
