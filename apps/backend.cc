#include "backend.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/versions.h"

namespace apps {

EmbeddedBackend::EmbeddedBackend(std::ostream& notices)
    : notices_(notices),
      installation_(FindInstallation()),
      settings_(ConfigFolder()),
      doctor_(installation_, settings_),
      lakes_(settings_),
      projects_(rng_),
      serving_(
          notices,
          [this](const base::Context& ctx, const cli::LakeChoice& lake,
                 const cli::ServeChoice& choice) -> base::Result<embedded::Embedded*> {
            RETURN_IF_ERROR(OpenLake(ctx, lake, choice.jobs_running_max, choice.import_folders));
            return embedded_.get();
          }) {}

EmbeddedBackend::~EmbeddedBackend() = default;

base::Status EmbeddedBackend::OpenLake(
    const base::Context& ctx, const cli::LakeChoice& lake, uint32_t jobs_running_max,
    const std::optional<std::vector<std::string>>& import_folders) {
  embedded::Options options;
  options.lake = settings_.LakePath(lake);
  options.user = settings_.User(lake);
  if (!embedded::ReadLakeFolder(options.lake).ok()) {
    options.warehouse = settings_.WarehouseOfNewLakes(lake);  // a lake that is there knows its own
  }
  options.s3 = settings_.S3();
  options.isolated = !lake.unisolated;
  options.slots = std::max(2u, std::jthread::hardware_concurrency());
  options.python_folder = installation_.python_folder;
  options.temp_folder = TempFolder();
  options.launcher.program = installation_.launcher;
  options.jobs_running_max = jobs_running_max;
  options.import_folders = import_folders;
  options.environment.uv = installation_.uv;
  options.secrets.key_file = Variable("BOATHOUSE_SECRET_KEY_FILE", "");
  options.secrets.passphrase = Variable("BOATHOUSE_SECRET_PASSPHRASE", "");
  ASSIGN_OR_RETURN(embedded_, embedded::Embedded::Open(ctx, std::move(options)));
  for (const control::Recovered& recovered : embedded_->recovered()) {
    if (recovered.direct) {
      notices_ << "job " << recovered.job.text() << " is over: its process had ended; what it had "
               << "finished is on \"" << recovered.target << "\"\n";
      continue;
    }
    notices_ << "rolled back job " << recovered.job.text() << ": its process had ended; \""
             << recovered.target << "\" was not changed"
             << (recovered.run_branch.empty()
                     ? ""
                     : ", what it wrote is on branch \"" + recovered.run_branch + "\"")
             << "\n";
  }
  return base::Ok();
}

base::Result<cli::Services> EmbeddedBackend::Open(const base::Context& ctx,
                                                  const cli::LakeChoice& lake) {
  RETURN_IF_ERROR(OpenLake(ctx, lake, 0, std::nullopt));
  cli::Services services;
  services.refs = &embedded_->refs();
  services.namespaces = &embedded_->namespaces();
  services.tables = &embedded_->tables();
  services.jobs = &embedded_->jobs();
  services.accounts = &embedded_->accounts();
  services.credentials = &embedded_->credentials();
  services.result_files = &result_files_;
  return services;
}

std::string EmbeddedBackend::version() const {
  return BOATHOUSE_VERSION;
}

std::map<std::string, std::string> EmbeddedBackend::components() const {
  std::map<std::string, std::string> all = engine::LibraryVersions();
  all["lake format"] = std::to_string(embedded::kLakeFormat);
  return all;
}

}  // namespace apps
