#include "embedded/embedded.h"

#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <utility>

#include "base/file.h"
#include "catalog/catalog.h"
#include "control/control_plane.h"
#include "control/credentials_service.h"
#include "embedded/engine_ports.h"
#include "embedded/warehouse.h"
#include "embedded/work_folder.h"
#include "embedded/worker_ports.h"
#include "lakehouse/lakehouse.h"
#include "state/sqlite_store.h"
#include "storage/wide_store.h"
#include "worker/worker_loop.h"

namespace embedded {
namespace {

uint64_t MachineMemory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Jobs that start the worker when the first of them needs it, so that `branch ls` starts nothing.
class LazyJobs final : public api::Jobs {
 public:
  LazyJobs(api::Jobs& inner, std::function<base::Status()> start_worker)
      : inner_(inner), start_worker_(std::move(start_worker)) {}

  base::Result<model::JobId> Submit(const base::Context& ctx,
                                    const api::JobRequest& request) override {
    RETURN_IF_ERROR(start_worker_());
    return inner_.Submit(ctx, request);
  }
  base::Result<api::JobRecord> Follow(
      const base::Context& ctx, const model::JobId& job, uint64_t from_sequence,
      const std::function<void(const api::JobEvent&)>& sink) override {
    return inner_.Follow(ctx, job, from_sequence, sink);
  }
  base::Result<api::JobRecord> Cancel(const base::Context& ctx, const model::JobId& job) override {
    return inner_.Cancel(ctx, job);
  }
  base::Result<api::JobRecord> Get(const base::Context& ctx, const model::JobId& job) override {
    return inner_.Get(ctx, job);
  }
  base::Result<std::vector<api::JobRecord>> List(const base::Context& ctx,
                                                 const api::JobFilter& filter) override {
    return inner_.List(ctx, filter);
  }
  base::Result<api::ProjectSnapshot> GetSnapshot(const base::Context& ctx,
                                                 const model::JobId& job) override {
    return inner_.GetSnapshot(ctx, job);
  }
  base::Result<api::PlanReport> Plan(const base::Context& ctx,
                                     const api::PlanRequest& request) override {
    return inner_.Plan(ctx, request);
  }
  base::Result<api::QueryResult> Query(const base::Context& ctx,
                                       const api::QueryRequest& request) override {
    return inner_.Query(ctx, request);
  }

 private:
  api::Jobs& inner_;
  const std::function<base::Status()> start_worker_;
};

WorkerOptions WorkerOptionsOf(const Options& options, const LakeFolder& folder,
                              const std::string& work_folder) {
  WorkerOptions worker;
  worker.launcher = options.launcher;
  if (!options.isolated) worker.launcher.isolation = runtime::Isolation::kNone;
  worker.environment = options.environment;
  worker.python_folder = options.python_folder;
  worker.work_folder = work_folder;
  worker.lake_folder = folder.path;
  worker.memory_bytes_max = options.memory_bytes_max;
  worker.threads = options.slots;
  return worker;
}

}  // namespace

// Members in the order of their making; dropped in reverse: first the jobs, then the worker, then
// what they stand on.
struct Embedded::Wiring {
  Options options;
  LakeFolder folder;
  base::SystemClock clock;
  base::SystemRng rng;
  std::unique_ptr<WorkFolder> work_folder;
  std::unique_ptr<state::SqliteStore> state;
  std::unique_ptr<storage::ObjectStore> objects;
  std::unique_ptr<control::SecretBox> secret_box;
  std::unique_ptr<control::CredentialsService> credentials;
  std::unique_ptr<Buckets> buckets;
  std::unique_ptr<storage::WideStore> files;  // the lake's objects, and files of others
  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<lakehouse::Lakehouse> lakehouse;
  EngineSqlAnalyzer sql;
  EngineQueryAnalyzer query_analyzer;
  std::unique_ptr<WorkerParts> worker_parts;
  std::unique_ptr<control::TaskBoard> board;
  std::unique_ptr<control::AccountsService> accounts;
  std::unique_ptr<control::Parts> parts;
  std::once_flag worker_started;  // several requests of a server may be the first
  std::unique_ptr<worker::WorkerLoop> worker;
  std::unique_ptr<control::ControlPlane> control;
  std::unique_ptr<LazyJobs> jobs;
  std::unique_ptr<control::GuardedPlane> guarded;
  std::vector<control::Recovered> recovered;

  base::Status OpenStores(const base::Context& ctx);
  base::Status WireControl(const base::Context& ctx);
  base::Status StartWorker();
};

base::Status Embedded::Wiring::OpenStores(const base::Context& ctx) {
  const StoreParts stores{options.s3, clock, rng};
  if (options.create) {
    ASSIGN_OR_RETURN(folder, OpenOrMakeLake(ctx, options.lake, options.warehouse, stores));
  } else {
    ASSIGN_OR_RETURN(folder, ReadLakeFolder(options.lake));
  }
  if (options.memory_bytes_max == 0) options.memory_bytes_max = MachineMemory() / 4 * 3;
  state::SqliteOptions sqlite;
  sqlite.path = folder.path + "/state.db";
  sqlite.create = true;
  ASSIGN_OR_RETURN(state, state::SqliteStore::Open(clock, sqlite));
  ASSIGN_OR_RETURN(objects, OpenObjects(folder, stores));
  control::SecretBoxOptions secrets = options.secrets;
  if (secrets.key_file.empty()) secrets.key_file = folder.path + ".secret-key";
  secret_box = std::make_unique<control::SecretBox>(std::move(secrets), rng);
  credentials = std::make_unique<control::CredentialsService>(*state, *secret_box, clock);
  buckets = std::make_unique<Buckets>(stores, *credentials);
  files = std::make_unique<storage::WideStore>(
      *objects,
      storage::ForeignFiles{[this](const std::string& uri) -> base::Result<storage::ObjectStore*> {
                              ASSIGN_OR_RETURN(storage::S3Store * bucket, buckets->Open(uri));
                              return static_cast<storage::ObjectStore*>(bucket);
                            },
                            options.import_folders});
  catalog = std::make_unique<catalog::Catalog>(*state, clock, rng);
  base::Context founder = ctx;
  if (founder.principal.empty()) founder.principal = options.user;
  RETURN_IF_ERROR(catalog->Init(founder));
  lakehouse = std::make_unique<lakehouse::Lakehouse>(*state, *files, *catalog, clock, rng);
  return base::Ok();
}

base::Status Embedded::Wiring::WireControl(const base::Context& ctx) {
  ASSIGN_OR_RETURN(work_folder, WorkFolder::Make(options.temp_folder, rng));
  WorkerOptions of_worker = WorkerOptionsOf(options, folder, work_folder->path());
  of_worker.buckets = [this](const std::string& uri) { return buckets->Open(uri); };
  worker_parts = std::make_unique<WorkerParts>(std::move(of_worker), *files, clock);
  board = std::make_unique<control::TaskBoard>(clock);
  worker_parts->ReportTo(*board);
  control::Options control_options;
  control_options.user = options.user;
  control_options.lake_folder = folder.path;
  control_options.isolated = options.isolated;
  accounts = std::make_unique<control::AccountsService>(*state, *secret_box, clock, rng);
  control_options.jobs.running_max = options.jobs_running_max;
  parts = std::make_unique<control::Parts>(
      control::Parts{*state, *objects, *catalog, *lakehouse, *board, sql, query_analyzer,
                     *worker_parts, *worker_parts, clock, rng, control_options, accounts.get()});
  ASSIGN_OR_RETURN(recovered, control::Recover(ctx, *parts));
  control = std::make_unique<control::ControlPlane>(*parts);
  jobs = std::make_unique<LazyJobs>(control->jobs(), [this] { return StartWorker(); });
  guarded = std::make_unique<control::GuardedPlane>(
      control::Unguarded{control->refs(), control->namespaces(), control->tables(), *jobs,
                         *accounts, *credentials, control->iceberg_namespaces(),
                         control->iceberg_tables()},
      options.import_folders.value_or(std::vector<std::string>()));
  return base::Ok();
}

base::Status Embedded::Wiring::StartWorker() {
  std::call_once(worker_started, [this] {
    worker::Options loop;
    loop.slots = options.slots;
    loop.memory_bytes_max = options.memory_bytes_max;
    worker = std::make_unique<worker::WorkerLoop>(loop, *board, *worker_parts, clock);
  });
  return base::Ok();
}

Embedded::Embedded(std::unique_ptr<Wiring> wiring) : wiring_(std::move(wiring)) {}

Embedded::~Embedded() {
  // Jobs end before the worker does: what they wait for must still come.
  if (wiring_) {
    wiring_->guarded.reset();
    wiring_->jobs.reset();
    wiring_->control.reset();
  }
}

base::Result<std::unique_ptr<Embedded>> Embedded::Open(const base::Context& ctx, Options options) {
  auto wiring = std::make_unique<Wiring>();
  wiring->options = std::move(options);
  RETURN_IF_ERROR(wiring->OpenStores(ctx));
  RETURN_IF_ERROR(wiring->WireControl(ctx));
  return std::unique_ptr<Embedded>(new Embedded(std::move(wiring)));
}

api::Refs& Embedded::refs() {
  return wiring_->control->refs();
}
api::Namespaces& Embedded::namespaces() {
  return wiring_->control->namespaces();
}
api::Tables& Embedded::tables() {
  return wiring_->control->tables();
}
api::Jobs& Embedded::jobs() {
  return *wiring_->jobs;
}
api::Accounts& Embedded::accounts() {
  return *wiring_->accounts;
}
api::Credentials& Embedded::credentials() {
  return *wiring_->credentials;
}
control::GuardedPlane& Embedded::guarded() {
  return *wiring_->guarded;
}
base::Result<control::InitialisedAccounts> Embedded::InitialiseAccounts(
    const base::Context& ctx, const control::InitialAccounts& wanted) {
  return wiring_->accounts->Initialise(ctx, wanted);
}
const LakeFolder& Embedded::folder() const {
  return wiring_->folder;
}
const std::vector<control::Recovered>& Embedded::recovered() const {
  return wiring_->recovered;
}

}  // namespace embedded
