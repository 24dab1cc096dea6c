// Canonical batches: any Arrow data brought to the one Arrow type we use for each of our types.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/type.h"

namespace columnar {

struct CanonicalOptions {
  /// The columns wanted, by name and in this order: missing optional ones become null, extra ones
  /// are an error, values must fit exactly (checked casts: HUGEINT decimal → long, ns → µs). None:
  /// as FromArrow says.
  std::optional<Schema> target;
  bool with_field_ids = false;  // in the metadata of the schema; off between functions (F-054)
};

/// The stream with plain types: utf8, int32/int64, decimal128, µs timestamps, lists with 32-bit
/// offsets, no dictionaries. Columns already in their canonical type are passed on without a copy.
/// Errors at the first read: kUnsupportedType, kDuplicateColumn, kUnknownColumn; kBadValue where a
/// value does not fit.
Stream Canonical(Stream stream, CanonicalOptions options);

}  // namespace columnar
