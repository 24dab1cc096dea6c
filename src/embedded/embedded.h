// A whole Boathouse in one process: stores, control plane and worker, wired over a lake in a
// folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "api/credentials_api.h"
#include "api/jobs_api.h"
#include "api/tables_api.h"
#include "base/context.h"
#include "base/result.h"
#include "control/accounts_service.h"
#include "control/guarded_plane.h"
#include "control/recovery.h"
#include "embedded/lake_folder.h"
#include "runtime/environment/environment.h"
#include "runtime/sandbox/sandbox.h"
#include "storage/s3_options.h"

namespace embedded {

struct Options {
  std::string lake;  // folder
  std::string user;
  bool create = true;                  // make the lake when there is none
  std::optional<Warehouse> warehouse;  // of a lake to make; none = its folder
  storage::S3Options s3;               // keys for it, and where imports from s3:// go
  bool isolated = true;                // false only by the user's explicit flag
  uint32_t slots = 2;                  // tasks at once
  uint32_t jobs_running_max = 0;       // more are queued; 0 = as many as are submitted
  uint64_t memory_bytes_max = 0;       // for all tasks; 0 = three quarters of the machine's
  std::string python_folder;           // python/runner
  std::string temp_folder;  // for unpacked code and spilled data; a folder of its own is made in it
  runtime::LauncherOptions launcher;
  runtime::EnvironmentOptions environment;
  /// Where the key of everything encrypted is; without either it is beside the lake:
  /// "<lake>.secret-key".
  control::SecretBoxOptions secrets;
  /// Folders of this machine open to a server's callers; none at all (not: no folder) = no server:
  /// whoever runs this process reads what the process may.
  std::optional<std::vector<std::string>> import_folders;
};

/// Dropping it stops what it runs and waits. One per process and lake; several processes may have
/// the same lake.
class Embedded {
 public:
  static base::Result<std::unique_ptr<Embedded>> Open(const base::Context& ctx, Options options);
  ~Embedded();

  api::Refs& refs();
  api::Namespaces& namespaces();
  api::Tables& tables();
  /// Starts the worker (and the sandbox launcher) with the first job that needs it.
  api::Jobs& jobs();
  api::Accounts& accounts();
  api::Credentials& credentials();
  /// The same ports as the callers of a server may use them: by the rights of ctx.principal.
  control::GuardedPlane& guarded();
  /// Organisation, first admin and key, where there are none yet.
  base::Result<control::InitialisedAccounts> InitialiseAccounts(
      const base::Context& ctx, const control::InitialAccounts& wanted);
  const LakeFolder& folder() const;
  /// What dead processes left, as found at Open.
  const std::vector<control::Recovered>& recovered() const;

 private:
  struct Wiring;
  explicit Embedded(std::unique_ptr<Wiring> wiring);
  std::unique_ptr<Wiring> wiring_;
};

}  // namespace embedded
