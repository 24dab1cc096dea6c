// What a worker is told: one task with everything it needs, pinned to immutable things. Bytes in
// every mode (task_spec_cbor.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "columnar/literal.h"
#include "columnar/predicate.h"
#include "columnar/type.h"
#include "model/ids.h"

namespace plan {

/// A table as of one snapshot. After planning nobody asks the catalog anything.
struct ScanSpec {
  std::string table;              // "ns.table", for messages
  std::string metadata_location;  // URI of an immutable Iceberg metadata file
  std::optional<int64_t>
      snapshot_id;  // none = the table is empty; overrules the file's current-snapshot-id
  int32_t schema_id = 0;
  bool operator==(const ScanSpec&) const = default;
};

/// The in-memory result of another task of the same run.
struct ParentOutput {
  model::TaskId task;
  std::string locator;  // which worker holds it; empty = the one that runs this task
  bool operator==(const ParentOutput&) const = default;
};

/// One table a task reads. Columns and filter apply to either source.
struct TaskInput {
  std::string name;    // Python parameter, or the name SQL knows it by
  std::string source;  // what the user called it: model or "ns.table"
  std::variant<ScanSpec, ParentOutput> from;
  std::vector<std::string> columns;  // empty = all, in stored order
  std::string filter_sql;            // empty = all rows; SQL with parameters already put in
  columnar::Predicate prune;         // what filter_sql implies, for pruning: never narrower than it
  std::optional<columnar::Schema>
      contract;  // projection_schema: names and types that must be there
  bool operator==(const TaskInput&) const = default;
};

enum class TaskKind {
  kPythonModel,
  kSqlModel,
  kExpectation,
  kWriteTable,
  kInferFiles,
  kImportFiles,
  kQuery,
  kListFiles,
  kRegisterFiles,  // files of others become a table's as they are: their manifest is written
};

/// "python_model" and so on, stable.
std::string_view TaskKindName(TaskKind kind);

/// Interpreter and packages as asked for; `lock_digest` is what they resolved to (empty until
/// resolved).
struct EnvironmentSpec {
  std::string python_version;  // "3.11"; empty = the default interpreter
  std::map<std::string, std::string>
      packages;             // distribution → version as written ("2.2.0", "1.37", "" = any)
  std::string lock_digest;  // sha256 hex
  bool operator==(const EnvironmentSpec&) const = default;
};

struct ResourceLimits {
  double cpus = 1;
  uint64_t memory_bytes_max = 2ull << 30;
  uint64_t tmp_bytes_max = 1ull << 30;
  base::Duration time_max = std::chrono::minutes(30);
  bool internet_access = false;
  bool operator==(const ResourceLimits&) const = default;
};

/// The code to call. `code_digest` names the snapshot of the project's files (F-011), stored under
/// the job.
struct EntryPoint {
  std::string code_digest;  // sha256 hex over the snapshot's canonical bytes
  std::string file;         // "models.py"
  std::string function;     // Python only
  uint32_t line = 0;
  std::string sql;  // SQL only: text with parameters put in and tables renamed to TaskInput::name
  bool operator==(const EntryPoint&) const = default;
};

/// F-058…F-061.
enum class WriteStrategy { kNone, kReplace, kAppend, kOverwritePartitions };
std::string_view WriteStrategyName(WriteStrategy strategy);

/// Where a write goes. Column, partition-field and spec ids are assigned by the control plane
/// before the task starts.
struct WriteTarget {
  std::string table;  // "ns.table"
  model::TableUuid uuid;
  std::string location;        // URI of the table's folder
  std::string write_id;        // part of every file name this task writes
  columnar::Schema schema;     // with ids
  base::Bytes partition_spec;  // iceberg codec, opaque here
  WriteStrategy strategy = WriteStrategy::kReplace;
  std::optional<ScanSpec> base;   // kOverwritePartitions: what is overwritten
  columnar::Predicate overwrite;  // kOverwritePartitions
  bool operator==(const WriteTarget&) const = default;
};

enum class FileFormat { kParquet, kCsv, kJsonl };

/// How to read files that users bring (import).
struct FileReadOptions {
  FileFormat format = FileFormat::kParquet;
  std::string delimiter = ",";
  std::string quote = "\"";
  bool header = true;
  std::vector<std::string> null_tokens = {""};
  std::string date_format;       // empty = ISO only
  std::string timestamp_format;  // empty = ISO only
  std::string encoding = "utf-8";
  bool best_effort = false;        // columns the table does not have are ignored
  bool continue_on_error = false;  // a bad file is reported, the others go on
  bool operator==(const FileReadOptions&) const = default;
};

struct SourceFile {
  std::string uri;       // absolute path or file:// URI
  std::string identity;  // etag or "sha256:<hex>"
  uint64_t size_bytes = 0;
  bool operator==(const SourceFile&) const = default;
};

struct TaskSpec {
  model::TaskId task;
  uint32_t attempt = 1;
  model::RunId run;
  model::JobId job;
  TaskKind kind = TaskKind::kPythonModel;
  std::string name;  // the model's or expectation's name, for logs and messages
  EntryPoint entry;
  EnvironmentSpec environment;
  ResourceLimits limits;
  std::vector<TaskInput> inputs;
  std::map<std::string, columnar::Literal> parameters;  // Python argument → value
  /// Arguments among `parameters` that are secrets: a plan holds the secret's name in place of its
  /// value, which comes in when the task goes to a worker.
  std::vector<std::string> secret_names;
  std::optional<WriteTarget> write;  // kWriteTable, kImportFiles, kRegisterFiles
  std::vector<SourceFile> files;     // kInferFiles, kImportFiles, kRegisterFiles
  FileReadOptions read_options;
  uint64_t rows_max = 0;          // kQuery: 0 = all
  uint32_t preview_rows_max = 0;  // rows of the result to show the user
  bool preview_tail = false;
  base::Instant deadline = base::Instant::max();
  uint64_t seed = 0;
  std::vector<model::TaskId> after;  // must have succeeded before this one starts
  /// What a model says of its result: the types that columns holding nothing but nulls become.
  std::optional<columnar::Schema> result_contract;  // kPythonModel
  bool operator==(const TaskSpec&) const = default;
};

}  // namespace plan
