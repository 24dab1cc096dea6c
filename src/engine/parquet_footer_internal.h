// Parquet's own bytes around the pages, read and changed without decoding a page.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/range_reader.h"

namespace engine::internal {

/// Where the footer of a file lies.
struct FooterPlace {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;  // without its length and the magic number behind it
};
/// Nothing: not a Parquet file with a plain footer.
base::Result<std::optional<FooterPlace>> FindFooter(RangeReader& file);

/// The footer of a file of flat columns with these field ids, in the order of the columns, and
/// without the key-value metadata, in which other programs describe the columns once more. All else
/// stays as it is. Nothing: not such a footer.
std::optional<base::Bytes> WithFieldIds(base::BytesView footer, const std::vector<int32_t>& ids);

/// What stands behind the footer.
base::Bytes FooterEnd(size_t footer_bytes);

/// A range that the footer says holds the pages of one column, all in all `values` of them.
struct PageRange {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
  int64_t values = 0;
};
/// Whether page follows page there up to the very end, by their headers.
base::Result<bool> HoldsPages(RangeReader& file, const PageRange& range);

}  // namespace engine::internal
