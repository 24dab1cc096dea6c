// What a worker reports back: sizes, schema, written manifests, or the error. Never rows (but a
// bounded preview as text).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "columnar/text_column.h"
#include "columnar/type.h"
#include "model/ids.h"

namespace plan {

enum class TaskStatus { kSucceeded, kFailed, kCancelled, kTimedOut, kSkipped };
std::string_view TaskStatusName(TaskStatus status);

/// Files that a write task produced, for the committer (formats.md §5).
struct WrittenTable {
  std::vector<base::Bytes>
      added_manifests;  // iceberg::ManifestFile, encoded by the iceberg module; entries inherit
  std::vector<std::string> removed_files;  // data files of the base that the change replaces
  uint64_t rows_added = 0;
  uint64_t rows_removed = 0;
  uint64_t files_added = 0;
  uint64_t bytes_added = 0;
  bool operator==(const WrittenTable&) const = default;
};

/// One imported file, or why it was not.
struct FileOutcome {
  std::string uri;
  std::string identity;
  uint64_t size_bytes = 0;
  uint64_t rows = 0;
  std::optional<base::Error> error;
};

struct TaskOutcome {
  model::TaskId task;
  uint32_t attempt = 1;
  TaskStatus status = TaskStatus::kSucceeded;
  std::optional<base::Error> error;        // set unless succeeded
  std::optional<columnar::Schema> schema;  // of the result: models, kInferFiles, kQuery
  uint64_t rows = 0;
  uint64_t bytes = 0;
  std::optional<bool> check_passed;  // expectations
  std::string check_message;
  std::optional<WrittenTable> written;
  std::vector<FileOutcome> files;
  std::string preview;                                // text table, bounded
  std::vector<columnar::TextColumn> preview_columns;  // the same, column by column
  std::string environment_lock;                       // digest
  std::map<std::string, int64_t>
      counters;  // "scan.files", "scan.bytes", "copy.bytes", "start.micros", ...
};

}  // namespace plan
