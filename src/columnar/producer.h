// BatchProducer: what a producer of batches implements to become a Stream, and small streams made
// of streams.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/stream.h"

namespace columnar {

/// Produces one table as batches; read once, by one thread at a time, from start to end. Owned by
/// the Stream made of it and destroyed with it. Errors cross the C interface with code and reason.
/// Must not throw.
class BatchProducer {
 public:
  virtual ~BatchProducer() = default;
  /// May be called at any time, also more than once. The caller releases `out`.
  virtual base::Status ReadSchema(ArrowSchema* out) = 0;
  /// False at the end; else the caller releases `out`.
  virtual base::Result<bool> ReadNext(ArrowArray* out) = 0;
};

Stream StreamOf(std::unique_ptr<BatchProducer> producer);

/// A table of `schema` (as ToArrow writes it) whose batches `next` fills in; false ends it.
using NextBatch = std::function<base::Result<bool>(ArrowArray* out)>;
Stream MakeStream(Schema schema, NextBatch next);
/// A table without rows.
Stream EmptyStream(Schema schema);
/// A stream that fails at its first use, for producers whose Open failed.
Stream FailedStream(base::Error error);

/// The first `rows_max` rows; reads no more batches than that needs.
Stream Limit(Stream stream, uint64_t rows_max);
/// The named columns in this order, without copying. The error kUnknownColumn comes at the first
/// read.
Stream Project(Stream stream, std::vector<std::string> columns);
/// Calls `seen` with the number of rows of each batch that passes.
Stream Observe(Stream stream, std::function<void(uint64_t rows)> seen);
/// Rows left in the stream, read to its end.
base::Result<uint64_t> CountRows(Stream stream);

/// What a stream's schema is in our types; the stream stays readable.
base::Result<Schema> SchemaOf(Stream& stream);

/// An Error as the last-error text of the C stream interface ("[not_found base.x] words"), and back
/// from it wherever that text stands inside a longer one.
std::string ErrorToText(const base::Error& error);
base::Error ErrorFromText(int error_number, const char* text);

}  // namespace columnar
