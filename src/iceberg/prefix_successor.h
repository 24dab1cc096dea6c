// The least value above everything that starts with a prefix: upper bounds that may be shortened.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace iceberg {

/// Text of no more characters; nothing when there is none, or `prefix` is not UTF-8.
std::optional<base::Bytes> NextTextAfter(base::Bytes prefix);
/// The same for raw bytes.
std::optional<base::Bytes> NextBytesAfter(base::Bytes prefix);

}  // namespace iceberg
