// GuardedPlane: all of api as the callers of a server may use it.
#pragma once

#include <string>
#include <vector>

#include "control/guarded_accounts.h"
#include "control/guarded_catalog.h"
#include "control/guarded_iceberg.h"
#include "control/guarded_jobs.h"

namespace control {

/// The ports behind the gate; they outlive it.
struct Unguarded {
  api::Refs& refs;
  api::Namespaces& namespaces;
  api::Tables& tables;
  api::Jobs& jobs;
  api::Accounts& accounts;
  api::Credentials& credentials;
  api::IcebergNamespaces& iceberg_namespaces;
  api::IcebergTables& iceberg_tables;
};

/// Thread-safe. Each call's Context names the caller in `principal`; without one it is refused.
class GuardedPlane {
 public:
  /// Imports read files of this machine only under `import_folders`.
  GuardedPlane(const Unguarded& inner, std::vector<std::string> import_folders)
      : gate_(inner.accounts, inner.refs),
        refs_(inner.refs, gate_),
        namespaces_(inner.namespaces, gate_),
        tables_(inner.tables, gate_),
        jobs_(inner.jobs, gate_, std::move(import_folders)),
        accounts_(inner.accounts, gate_),
        credentials_(inner.credentials, gate_),
        iceberg_namespaces_(inner.iceberg_namespaces, gate_),
        iceberg_tables_(inner.iceberg_tables, gate_) {}
  GuardedPlane(const GuardedPlane&) = delete;
  GuardedPlane& operator=(const GuardedPlane&) = delete;

  api::Refs& refs() { return refs_; }
  api::Namespaces& namespaces() { return namespaces_; }
  api::Tables& tables() { return tables_; }
  api::Jobs& jobs() { return jobs_; }
  api::Accounts& accounts() { return accounts_; }
  api::Credentials& credentials() { return credentials_; }
  api::IcebergNamespaces& iceberg_namespaces() { return iceberg_namespaces_; }
  api::IcebergTables& iceberg_tables() { return iceberg_tables_; }

 private:
  Gate gate_;
  GuardedRefs refs_;
  GuardedNamespaces namespaces_;
  GuardedTables tables_;
  GuardedJobs jobs_;
  GuardedAccounts accounts_;
  GuardedCredentials credentials_;
  GuardedIcebergNamespaces iceberg_namespaces_;
  GuardedIcebergTables iceberg_tables_;
};

}  // namespace control
