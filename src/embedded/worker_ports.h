// The worker's side of the process: launcher, environments and executor, made when the first task
// needs them.
#pragma once

#include <memory>
#include <string>

#include "api/worker_gateway.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "control/ports.h"
#include "engine/sql_engine.h"
#include "runtime/environment/environment.h"
#include "runtime/exchange/exchange.h"
#include "runtime/executor/task_executor.h"
#include "runtime/sandbox/sandbox.h"
#include "storage/object_store.h"
#include "worker/task_runner.h"

namespace embedded {

struct WorkerOptions {
  runtime::LauncherOptions launcher;
  runtime::EnvironmentOptions environment;
  std::string python_folder;
  std::string work_folder;  // exists; of this process alone
  std::string lake_folder;
  runtime::BucketSource buckets;
  uint64_t memory_bytes_max = 0;
  uint32_t threads = 2;
};

/// Owns what a worker is made of and stands behind the ports of control and worker. Thread-safe.
class WorkerParts final : public worker::TaskRunner,
                          public api::QueryRunner,
                          public control::Environments,
                          public runtime::CodeSource {
 public:
  WorkerParts(WorkerOptions options, storage::ObjectStore& lake, const base::Clock& clock);
  ~WorkerParts() override;

  /// Where lines of functions go; before the first task.
  void ReportTo(api::WorkerGateway& gateway) { gateway_ = &gateway; }

  plan::TaskOutcome Run(const base::Context& ctx, const plan::TaskSpec& task) override;
  void Release(const model::JobId& job) override;
  base::Result<columnar::Stream> RunQuery(const base::Context& ctx,
                                          const base::Bytes& task_spec) override;
  base::Result<control::PreparedEnvironment> Prepare(
      const base::Context& ctx, const plan::EnvironmentSpec& environment,
      const std::string& requirements_txt,
      const std::function<void(std::string_view)>& on_line) override;
  base::Result<std::map<std::string, std::string>> Fetch(const base::Context& ctx,
                                                         const model::JobId& job,
                                                         const std::string& code_digest) override;

 private:
  struct Lazy {
    std::unique_ptr<runtime::SandboxLauncher> launcher;
    std::unique_ptr<runtime::EnvironmentStore> environments;
  };
  base::Result<runtime::SandboxLauncher*> Launcher();
  base::Result<runtime::EnvironmentStore*> EnvironmentsStore();

  const WorkerOptions options_;
  storage::ObjectStore& lake_;
  api::WorkerGateway* gateway_ = nullptr;
  base::Guarded<Lazy> lazy_;
  engine::SqlEngine sql_;
  runtime::Exchange exchange_;
  std::unique_ptr<runtime::TaskExecutor> executor_;
};

}  // namespace embedded
