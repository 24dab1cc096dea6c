// Takes a Parquet file into a table without decoding it: same pages, the table's field ids.
#pragma once

#include <memory>
#include <optional>

#include "base/context.h"
#include "base/result.h"
#include "columnar/type.h"
#include "engine/parquet_writer.h"
#include "engine/range_reader.h"

namespace engine {

/// Copies the pages byte by byte under a footer with the ids of `schema`. Nothing where the file is
/// not as WriteParquet could have written it (docs/design/0007): the caller then decodes it, which
/// also says what is wrong with a broken one. `open_next` is called only for a copy. kCorrupt
/// "engine.corrupt_file" when the source changed meanwhile. Costs the copy, and reading float and
/// double columns without a dictionary, to know of NaN.
base::Result<std::optional<WrittenFile>> CopyParquet(const base::Context& ctx,
                                                     const std::shared_ptr<RangeReader>& source,
                                                     const columnar::Schema& schema,
                                                     const OpenNextFile& open_next);

}  // namespace engine
