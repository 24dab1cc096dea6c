// TaskExecutor: one task from start to end; picks the way by its kind. Knows no refs and no
// catalog.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "engine/sql_engine.h"
#include "plan/task_outcome.h"
#include "plan/task_spec.h"
#include "runtime/environment/environment.h"
#include "runtime/exchange/exchange.h"
#include "runtime/runner/runner_session.h"
#include "runtime/sandbox/sandbox.h"
#include "storage/object_store.h"
#include "storage/s3_store.h"

namespace runtime {

/// Where a worker gets the code of a job: relative path → content.
class CodeSource {
 public:
  virtual ~CodeSource() = default;
  virtual base::Result<std::map<std::string, std::string>> Fetch(
      const base::Context& ctx, const model::JobId& job, const std::string& code_digest) = 0;
};

/// The store in which an s3:// URI of somebody's file is; it outlives the executor.
using BucketSource = std::function<base::Result<storage::S3Store*>(const std::string& uri)>;

/// Borrowed; all of it outlives the executor. The parts behind functions are made when first
/// needed: a query starts no launcher and opens no environment store.
struct ExecutorParts {
  storage::ObjectStore& lake;
  const base::Clock& clock;
  Exchange& exchange;
  engine::SqlEngine& sql;
  CodeSource& code;
  std::function<base::Result<SandboxLauncher*>()> launcher;
  std::function<base::Result<EnvironmentStore*>()> environments;
  /// Lines that functions print, from threads of the sessions.
  std::function<void(const plan::TaskSpec&, const OutputLine&)> on_line;
  BucketSource buckets;       // none: sources in s3:// are refused
  std::string python_folder;  // python/ of this program: runner, compat, src
  std::string work_folder;    // for unpacked code; exists
};

/// Thread-safe: tasks run side by side.
class TaskExecutor {
 public:
  explicit TaskExecutor(ExecutorParts parts) : parts_(std::move(parts)) {}

  /// Always ends with an outcome; never throws.
  plan::TaskOutcome Execute(const base::Context& ctx, const plan::TaskSpec& task) noexcept;
  /// The rows of a kQuery task as they are computed.
  base::Result<columnar::Stream> Query(const base::Context& ctx, const plan::TaskSpec& task);
  /// Drops the results of a run.
  void Release(const model::RunId& run);

 private:
  ExecutorParts parts_;
};

}  // namespace runtime
