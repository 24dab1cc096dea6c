// Deletion vectors: the positions of deleted rows of one data file, as a blob of a Puffin file.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace iceberg {

/// The positions in ascending order. `blob` is what content_offset and content_size_in_bytes of the
/// manifest entry name: length, magic, a 64-bit Roaring bitmap in its portable form, CRC-32.
/// kCorrupt "iceberg.bad_deletion_vector".
base::Result<std::vector<int64_t>> DecodeDeletionVector(base::BytesView blob);

}  // namespace iceberg
