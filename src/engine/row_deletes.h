// Rows that other files say are deleted: by position, or by being equal in some columns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/type.h"
#include "engine/fragment_reader.h"
#include "engine/range_reader.h"

namespace engine {

/// What a Parquet file of deletes by position says: data file → positions, ascending.
using DeletedPositions = std::map<std::string, std::vector<int64_t>>;
base::Result<DeletedPositions> ReadDeletedPositions(const base::Context& ctx,
                                                    std::shared_ptr<RangeReader> file);

/// The rows of files of deletes by equality, held in memory. Immutable. Null equals null.
struct DeletedKeys {
  columnar::Schema key;  // top-level columns of the table, no nested ones
  std::set<std::string> rows;
};
base::Result<std::shared_ptr<const DeletedKeys>> ReadDeletedKeys(const base::Context& ctx,
                                                                 std::shared_ptr<RangeReader> file,
                                                                 columnar::Schema key);

struct RowDeletes {
  std::vector<int64_t> positions;  // in the file, ascending; may repeat
  std::vector<std::shared_ptr<const DeletedKeys>> keys;
};

/// ReadFragment without the rows that `deletes` names. Reads the columns of the keys beside those
/// asked for.
base::Result<columnar::Stream> ReadFragmentWithout(const base::Context& ctx, FragmentScan scan,
                                                   RowDeletes deletes);

}  // namespace engine
