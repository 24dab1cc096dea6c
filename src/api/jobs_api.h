// The port for everything heavy: runs, queries, table creation, imports. A job has events, a record
// and an end.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/catalog_api.h"
#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "columnar/text_column.h"
#include "columnar/type.h"
#include "model/ids.h"
#include "plan/physical_plan.h"
#include "plan/task_outcome.h"

namespace api {

/// The files of a project as shipped (F-011): relative path → content, canonical order.
struct ProjectSnapshot {
  std::map<std::string, std::string> files;
};

enum class PreviewMode { kOff, kHead, kTail };

/// A value only the control plane can read: base64 of RSA-OAEP (SHA-256) over "<project
/// id>=<value>" under the public key of the organisation; `key` names it
/// (Organization::secret_key_name).
struct SecretValue {
  std::string ciphertext;
  std::string key;
  bool operator==(const SecretValue&) const = default;
};

struct RunRequest {
  ProjectSnapshot project;
  std::string ref;  // a branch (any ref for a dry run)
  std::string ns;   // empty = the project's default, else "bauplan"
  std::map<std::string, std::string> parameters;
  bool strict = true;
  bool dry_run = false;
  bool transaction = true;
  bool cache = true;  // for the result cache to come; recorded
  PreviewMode preview = PreviewMode::kOff;
  int32_t priority = 5;  // 1 to 10
  std::map<std::string, std::string> args;
  std::string request_id;
  std::map<std::string, SecretValue> secrets;  // parameters of type secret, by name
};

struct PlanRequest {
  ProjectSnapshot project;
  std::string ref;
  std::string ns;
  std::map<std::string, std::string> parameters;
  std::map<std::string, SecretValue> secrets;
};

/// What was wrong with a project: all of it at once.
struct Diagnostic {
  bool is_error = true;  // else a warning
  base::Error error;     // with its place
};

struct PlanReport {
  std::vector<Diagnostic> diagnostics;
  std::optional<plan::PhysicalPlan> plan;  // none when a diagnostic is an error
  std::map<std::string, int64_t> micros;   // "read", "resolve", "plan"
};

struct QueryRequest {
  std::string sql;
  std::string ref;
  std::string ns;
  uint64_t rows_max = 0;  // 0 = all
  model::JobId job;       // a fresh one that the caller chose; empty = one is made
};

struct QueryResult {
  model::JobId job;
  columnar::Schema schema;
  columnar::Stream stream;  // read it to the end or drop it; errors while running come out of it
};

enum class IfExists { kFail, kReplace, kKeep };

struct CreateTableRequest {
  std::string table;
  std::string ns;
  std::string branch;
  std::vector<std::string> sources;  // paths and globs; the schema is inferred from all files
  std::vector<std::string> partitioned_by;  // "year(ts)", "region"
  IfExists if_exists = IfExists::kFail;
  plan::FileReadOptions read;
  bool detect_format = true;  // by file name
  std::string credential;     // as of an import
  WriteOptions options;
};

struct ImportRequest {
  std::string table;
  std::string ns;
  std::string branch;
  std::vector<std::string> sources;
  bool create = false;  // `ingest`: create the table when it is absent
  std::vector<std::string> partitioned_by;
  bool import_duplicate_files = false;
  bool accept_changed_files =
      false;  // a known file with other content is imported again instead of refused
  plan::FileReadOptions read;
  bool detect_format = true;
  /// By which of the server's credentials sources in buckets are read; empty = the one whose prefix
  /// fits, else the process's own.
  std::string credential;
  WriteOptions options;
};

/// Looks at the files a table would be created from and tells what it would be, as a document that
/// people edit (TablePlanned). Creates nothing.
struct PlanTableRequest {
  CreateTableRequest table;
};

/// Creates the empty table that such a document describes; a job of kind kTableCreate.
struct ApplyTablePlanRequest {
  std::string plan_yaml;
};

/// A table over Parquet files where they are: read, never changed or removed, and nothing is added.
struct ExternalTableRequest {
  std::string table;
  std::string ns;
  std::string branch;
  std::vector<std::string> sources;  // as of an import
  bool overwrite = false;            // in the place of a table of this name
  std::string credential;            // as of an import
  WriteOptions options;
};

using JobRequest = std::variant<RunRequest, CreateTableRequest, ImportRequest, PlanTableRequest,
                                ApplyTablePlanRequest, ExternalTableRequest>;

enum class JobKind { kRun, kQuery, kTableCreate, kTableImport, kTablePlan, kExternalTable };
enum class JobStatus { kNotStarted, kRunning, kComplete, kFail, kAbort };
std::string_view JobKindName(JobKind kind);        // "Run", "Query", "TableCreate", ...
std::string_view JobStatusName(JobStatus status);  // "RUNNING", ...

struct TaskRecord {
  model::TaskId task;
  std::string name;
  std::string kind;
  std::string file;
  uint32_t line = 0;
  std::optional<plan::TaskStatus> status;  // none = not ended
  base::Instant started{};
  base::Instant ended{};
  uint64_t rows = 0;
  std::string message;
  std::map<std::string, int64_t> counters;
};

struct JobRecord {
  model::JobId id;
  JobKind kind = JobKind::kRun;
  JobStatus status = JobStatus::kNotStarted;
  std::string user;
  base::Instant created{};
  std::optional<base::Instant> finished;
  std::string ref;
  std::string run_branch;  // the temporary branch; kept when the job failed
  std::string published;   // commit on the target, when it was published
  std::string project_id;
  std::string project_name;
  std::optional<base::Error> error;
  std::vector<TaskRecord> tasks;
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> environment_locks;  // node → digest
  std::map<std::string, std::string> details;            // "sql", "table", "rows_imported", ...
};

// Job events, in the order of their sequence numbers. What a terminal or a log file shows.
struct JobStarted {
  std::string run_branch;
};
struct PlanReady {
  plan::LogicalPlan plan;
};
struct EnvironmentReady {
  std::string node;
  std::string digest;
  uint32_t packages = 0;
  bool resolved_now = false;
};
struct TaskStarted {
  model::TaskId task;
  std::string name;
};
struct UserOutput {
  std::string name;
  std::string file;
  uint32_t line = 0;
  bool is_error = false;
  std::string text;
};
struct TaskEnded {
  TaskRecord task;
  std::string preview;
  std::vector<columnar::TextColumn> preview_columns = {};  // the same
};
struct Notice {
  bool is_warning = true;
  std::string text;
};
struct FileImported {
  plan::FileOutcome file;
  bool skipped = false;
};
struct Published {
  std::string branch;
  std::string commit;
  std::vector<std::string> tables;
};
struct JobEnded {
  JobRecord job;
};
/// What a job of kind kTablePlan found out.
struct TablePlanned {
  std::string plan_yaml;
  std::vector<std::string> files;
  bool can_apply = true;  // false: columns have types between which somebody must choose
};
using JobEventBody =
    std::variant<JobStarted, PlanReady, EnvironmentReady, TaskStarted, UserOutput, TaskEnded,
                 Notice, FileImported, Published, JobEnded, TablePlanned>;
struct JobEvent {
  uint64_t sequence = 0;
  base::Instant at{};
  JobEventBody body;
};

/// Which jobs are meant: each list that is not empty must hold what the job has.
struct JobFilter {
  std::vector<std::string> ids;
  std::vector<std::string> users;
  std::vector<JobKind> kinds;
  std::vector<JobStatus> statuses;
  std::optional<base::Instant> created_after;
  std::optional<base::Instant> created_before;
  uint32_t limit = 10;  // 0 = all
};
/// Whether `filter` means the job, its limit apart.
bool Fits(const JobRecord& job, const JobFilter& filter);

class Jobs {
 public:
  virtual ~Jobs() = default;
  /// Starts it; planning errors come back here and leave a failed job record.
  virtual base::Result<model::JobId> Submit(const base::Context& ctx,
                                            const JobRequest& request) = 0;
  /// Calls `sink` for each event from `from_sequence` on, live, until the job has ended and all
  /// were delivered (then its final record is returned) or `ctx` says stop (kCancelled; the job
  /// goes on).
  virtual base::Result<JobRecord> Follow(const base::Context& ctx, const model::JobId& job,
                                         uint64_t from_sequence,
                                         const std::function<void(const JobEvent&)>& sink) = 0;
  /// Asks it to stop and waits until it has ended or `ctx` is over.
  virtual base::Result<JobRecord> Cancel(const base::Context& ctx, const model::JobId& job) = 0;
  virtual base::Result<JobRecord> Get(const base::Context& ctx, const model::JobId& job) = 0;
  virtual base::Result<std::vector<JobRecord>> List(const base::Context& ctx,
                                                    const JobFilter& filter) = 0;
  virtual base::Result<ProjectSnapshot> GetSnapshot(const base::Context& ctx,
                                                    const model::JobId& job) = 0;
  virtual base::Result<PlanReport> Plan(const base::Context& ctx, const PlanRequest& request) = 0;
  virtual base::Result<QueryResult> Query(const base::Context& ctx,
                                          const QueryRequest& request) = 0;
};

}  // namespace api
