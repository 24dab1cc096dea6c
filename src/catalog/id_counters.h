// The ids of a table's columns, partition fields, schemas, specs and sort orders: one counter per
// table for all branches (formats.md §4).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

namespace catalog {

/// Columns with equal parts are one column, on whichever branch they are added.
struct ColumnName {
  int64_t parent = 0;  // id of the enclosing column; 0 = none
  std::string name;
  std::string type;  // as Iceberg writes it; "struct", "list", "map" for nested ones
  auto operator<=>(const ColumnName&) const = default;
};

/// `ids/<table uuid>`: the last ids given out (0 or -1 = none yet) and the columns they went to.
/// Monotone; gaps are fine.
struct IdCounters {
  int64_t last_column = 0;
  int64_t last_partition_field = 999;
  int64_t last_schema = -1;
  int64_t last_spec = -1;
  int64_t last_sort = -1;
  std::map<ColumnName, int64_t> columns;
  bool operator==(const IdCounters&) const = default;
};

struct ColumnRequest {
  ColumnName column;
  bool fresh = false;  // this lineage had dropped the column: it must not get its old id back
};

struct IdRequest {
  std::vector<ColumnRequest> columns;
  int64_t partition_fields = 0;  // how many of each
  int64_t schemas = 0;
  int64_t specs = 0;
  int64_t sorts = 0;
};

/// Ranges start at `first_*`.
struct IdGrant {
  std::vector<int64_t> columns;  // one per request, in order
  int64_t first_partition_field = 0;
  int64_t first_schema = 0;
  int64_t first_spec = 0;
  int64_t first_sort = 0;
};

/// Pure: the counters after a request. The caller stores them (Catalog::IdsWrite) in a batch before
/// or with the metadata that uses the ids. A parent asked for in the same request must be resolved
/// by an earlier call.
struct IdBump {
  IdCounters counters;
  IdGrant grant;
};
IdBump BumpIds(IdCounters counters, const IdRequest& request);

/// Raises the counters to what foreign metadata already uses.
IdCounters RaiseIds(IdCounters counters, const IdCounters& seen);

std::string IdsKey(const model::TableUuid& table);
base::Bytes EncodeIdCounters(const IdCounters& counters);
base::Result<IdCounters> DecodeIdCounters(base::BytesView bytes);

}  // namespace catalog
