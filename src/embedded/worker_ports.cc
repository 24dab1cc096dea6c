#include "embedded/worker_ports.h"

#include <utility>

#include "api/job_record_cbor.h"
#include "control/job.h"
#include "plan/task_spec_cbor.h"

namespace embedded {
namespace {

engine::SqlEngineOptions EngineOptions(const WorkerOptions& options, const base::Clock& clock) {
  engine::SqlEngineOptions engine;
  engine.threads = static_cast<int>(options.threads);
  engine.memory_bytes_max = options.memory_bytes_max / 2;
  engine.temp_folder = options.work_folder + "/sql";
  engine.readable_folders = {options.lake_folder};
  engine.clock = &clock;
  return engine;
}

}  // namespace

WorkerParts::WorkerParts(WorkerOptions options, storage::ObjectStore& lake,
                         const base::Clock& clock)
    : options_(std::move(options)),
      lake_(lake),
      sql_(EngineOptions(options_, clock)),
      exchange_({options_.memory_bytes_max / 2, options_.work_folder}) {
  executor_ = std::make_unique<runtime::TaskExecutor>(runtime::ExecutorParts{
      .lake = lake_,
      .clock = clock,
      .exchange = exchange_,
      .sql = sql_,
      .code = *this,
      .launcher = [this] { return Launcher(); },
      .environments = [this] { return EnvironmentsStore(); },
      .on_line =
          [this](const plan::TaskSpec& task, const runtime::OutputLine& line) {
            if (gateway_ != nullptr)
              gateway_->Report({task.job, task.task, line.is_error, line.line, line.text});
          },
      .buckets = options_.buckets,
      .python_folder = options_.python_folder,
      .work_folder = options_.work_folder});
}

WorkerParts::~WorkerParts() = default;

base::Result<runtime::SandboxLauncher*> WorkerParts::Launcher() {
  return lazy_.With([&](Lazy& lazy) -> base::Result<runtime::SandboxLauncher*> {
    if (!lazy.launcher) {
      ASSIGN_OR_RETURN(lazy.launcher, runtime::SandboxLauncher::Start(options_.launcher));
    }
    return lazy.launcher.get();
  });
}

base::Result<runtime::EnvironmentStore*> WorkerParts::EnvironmentsStore() {
  ASSIGN_OR_RETURN(runtime::SandboxLauncher * launcher, Launcher());
  return lazy_.With([&](Lazy& lazy) -> base::Result<runtime::EnvironmentStore*> {
    if (!lazy.environments) {
      ASSIGN_OR_RETURN(lazy.environments,
                       runtime::EnvironmentStore::Open(options_.environment, *launcher));
    }
    return lazy.environments.get();
  });
}

plan::TaskOutcome WorkerParts::Run(const base::Context& ctx, const plan::TaskSpec& task) {
  return executor_->Execute(ctx, task);
}

void WorkerParts::Release(const model::JobId& job) {
  executor_->Release(model::RunId(job.text()));
}

base::Result<columnar::Stream> WorkerParts::RunQuery(const base::Context& ctx,
                                                     const base::Bytes& task_spec) {
  ASSIGN_OR_RETURN(const plan::TaskSpec task, plan::DecodeTaskSpec(task_spec));
  return executor_->Query(ctx, task);
}

base::Result<control::PreparedEnvironment> WorkerParts::Prepare(
    const base::Context& ctx, const plan::EnvironmentSpec& environment,
    const std::string& requirements_txt, const std::function<void(std::string_view)>& on_line) {
  ASSIGN_OR_RETURN(runtime::EnvironmentStore * store, EnvironmentsStore());
  ASSIGN_OR_RETURN(const runtime::ReadyEnvironment ready,
                   store->Prepare(ctx, environment, requirements_txt, on_line));
  return control::PreparedEnvironment{
      ready.lock_digest, static_cast<uint32_t>(ready.lock.packages.size()), ready.resolved_now};
}

base::Result<std::map<std::string, std::string>> WorkerParts::Fetch(const base::Context& ctx,
                                                                    const model::JobId& job,
                                                                    const std::string&) {
  ASSIGN_OR_RETURN(const base::Bytes bytes,
                   storage::ReadAll(ctx, lake_, control::SnapshotKey(job)));
  ASSIGN_OR_RETURN(api::ProjectSnapshot snapshot, api::DecodeSnapshot(bytes));
  return std::move(snapshot.files);
}

}  // namespace embedded
