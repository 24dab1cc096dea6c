// Rows of a stream as JSON or CSV text, written piece by piece.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.h"
#include "columnar/stream.h"

namespace columnar {

/// Takes one piece of the text; an error stops the writing and is returned.
using TextSink = std::function<base::Status(std::string_view piece)>;

enum class JsonShape {
  kArray,  // [ {...}, ... ]
  kLines,  // one object per line
};

/// Objects with every column in order; null is null, decimals and 64-bit integers are numbers,
/// NaN and infinities are null, dates and times ISO text, binary base64, uuid its text form.
/// Returns the number of rows.
base::Result<uint64_t> WriteRowsAsJson(Stream stream, JsonShape shape, const TextSink& sink);

struct CsvOptions {
  char delimiter = ',';
  bool header = true;
};
/// RFC 4180 with "\n"; null is an empty field, an empty string is "". Nested values are JSON text.
base::Result<uint64_t> WriteRowsAsCsv(Stream stream, const CsvOptions& options,
                                      const TextSink& sink);

}  // namespace columnar
