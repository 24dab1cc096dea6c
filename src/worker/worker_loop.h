// The worker's loop: say what it is doing, hear what it should be doing, act (architecture.md, "Two
// modes, one code").
#pragma once

#include <memory>
#include <string>

#include "api/worker_gateway.h"
#include "base/clock.h"
#include "worker/task_runner.h"

namespace worker {

struct Options {
  std::string worker_id = "local";
  uint32_t slots = 2;  // tasks at once
  uint64_t memory_bytes_max = 0;
};

/// Runs until dropped; dropping it stops every task it started and waits for them. Gateway and
/// runner must outlive it.
class WorkerLoop {
 public:
  WorkerLoop(Options options, api::WorkerGateway& gateway, TaskRunner& runner,
             const base::Clock& clock);
  ~WorkerLoop();
  WorkerLoop(const WorkerLoop&) = delete;
  WorkerLoop& operator=(const WorkerLoop&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace worker
