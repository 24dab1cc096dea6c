// The port between workers and the control plane: one level-triggered call (formats.md §8,
// architecture.md §2.5).
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/result.h"
#include "columnar/stream.h"
#include "model/ids.h"
#include "plan/task_outcome.h"

namespace api {

/// What the worker is doing. Finished outcomes are repeated until the gateway no longer asks for
/// them.
struct WorkerState {
  std::string worker_id;
  uint32_t slots = 1;
  uint64_t memory_bytes_max = 0;
  std::vector<model::TaskId> running;
  std::vector<plan::TaskOutcome> finished;
  std::vector<model::JobId> held;  // jobs of which results are held in memory
};

/// What it should be doing.
struct DesiredState {
  std::vector<base::Bytes> start;       // TaskSpec bytes
  std::vector<model::TaskId> stop;      // cancel these
  std::vector<model::TaskId> received;  // outcomes that need not be repeated
  std::vector<model::JobId> release;    // drop their results
};

struct OutputLine {
  model::JobId job;
  model::TaskId task;
  bool is_error = false;
  uint32_t line = 0;
  std::string text;
};

class WorkerGateway {
 public:
  virtual ~WorkerGateway() = default;
  /// Waits a bounded time until there is something to say.
  virtual base::Result<DesiredState> Synchronize(const base::Context& ctx,
                                                 const WorkerState& state) = 0;
  /// Lines a function printed, as they come.
  virtual void Report(const OutputLine& line) = 0;
  virtual void ReportStarted(const model::JobId& job, const model::TaskId& task) = 0;
  /// Ends this worker's wait in Synchronize, the present one or the next: it has something to say.
  virtual void Wake(const std::string& worker_id) = 0;
};

/// Runs a kQuery task and hands its rows over as they come; in one process with the asker.
class QueryRunner {
 public:
  virtual ~QueryRunner() = default;
  virtual base::Result<columnar::Stream> RunQuery(const base::Context& ctx,
                                                  const base::Bytes& task_spec) = 0;
};

}  // namespace api
