// Stream: our in-process currency of data, an owned Arrow C stream. A pointer handed over, never a
// copy.
#pragma once

#include <string>

#include "base/result.h"
#include "columnar/arrow_abi.h"
#include "columnar/type.h"

namespace columnar {

/// Owns one Arrow C stream of record batches; move-only, read once, by one thread at a time. Errors
/// the producer reports through the C interface come out of ReadSchema / ReadNext with the code and
/// reason it put in (see stream.cc for how).
class Stream {
 public:
  Stream() = default;
  /// Takes over `raw`, which is left released.
  explicit Stream(ArrowArrayStream* raw);
  ~Stream();
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;

  bool valid() const { return raw_.release != nullptr; }
  /// For libraries that read a C stream: stays owned by this object.
  ArrowArrayStream* raw() { return &raw_; }
  /// Moves the C stream out to a library that will own it.
  void ReleaseTo(ArrowArrayStream* out);

  /// The caller releases `out`.
  base::Status ReadSchema(ArrowSchema* out);
  /// False at the end; else the caller releases `out`.
  base::Result<bool> ReadNext(ArrowArray* out);

 private:
  ArrowArrayStream raw_{};
};

/// What an Arrow schema is in our types; field ids come from "PARQUET:field_id" metadata where
/// present (F-055, formats §10). kInvalidArgument "columnar.unsupported_type" naming the column:
/// interval, duration, union, null without a contract, ...
base::Result<Schema> FromArrow(const ArrowSchema& schema);

/// The Arrow schema of our types, with field ids in the metadata when `with_field_ids`. The caller
/// releases `out`.
base::Status ToArrow(const Schema& schema, bool with_field_ids, ArrowSchema* out);

}  // namespace columnar
