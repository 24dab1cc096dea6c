// Reads files that users bring (CSV, JSONL, Parquet): what columns they have, then their rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/type.h"
#include "engine/range_reader.h"

namespace engine {

enum class InputFormat { kParquet, kCsv, kJsonl };

struct InputOptions {
  InputFormat format = InputFormat::kParquet;
  char delimiter = ',';
  char quote = '"';
  bool header = true;  // false: columns are called c0, c1, ...
  std::vector<std::string> null_tokens = {""};
  std::string date_format;              // strptime; empty = ISO only
  std::string timestamp_format;         // strptime; empty = ISO only
  std::string encoding = "utf-8";       // or "latin-1"
  bool ignore_unknown_columns = false;  // columns the schema lacks are left out, not refused
};

struct InputFile {
  std::string name;                     // for messages
  std::shared_ptr<RangeReader> reader;  // a name ending in .gz is decompressed (CSV, JSONL)
};

/// The columns of all files together, from every row of every file: whole numbers → long, other
/// numbers → double, true and false → boolean, ISO dates and times → date, timestamp, timestamptz,
/// the rest string; where rows or files disagree the narrowest type that holds both. No field ids.
/// kUserCode "engine.bad_csv", "engine.bad_json" with file, line and column; "engine.bad_encoding";
/// "engine.duplicate_column"; "engine.no_columns"; kCorrupt "engine.corrupt_file".
base::Result<columnar::Schema> InferSchema(const base::Context& ctx,
                                           const std::vector<InputFile>& files,
                                           const InputOptions& options);

/// The rows of one file in exactly `schema`'s columns, matched by name. A column the file lacks is
/// null. kUserCode "engine.changed_header" for a column that `schema` lacks (with the nearest name)
/// or a required one that the file lacks; "engine.bad_csv" / "engine.bad_json" with line and column
/// for a row too long or short and a value that is not of its column's type.
base::Result<columnar::Stream> ReadInputFile(const base::Context& ctx, const InputFile& file,
                                             const InputOptions& options,
                                             const columnar::Schema& schema);

}  // namespace engine
