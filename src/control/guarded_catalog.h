// api::Refs, api::Namespaces and api::Tables behind the gate: what a server lets its callers do.
#pragma once

#include "api/catalog_api.h"
#include "api/tables_api.h"
#include "control/gate.h"

namespace control {

/// Thread-safe; borrows both.
class GuardedRefs final : public api::Refs {
 public:
  GuardedRefs(api::Refs& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Result<api::RefEntry> Get(const base::Context& ctx, const std::string& ref) override;
  base::Result<std::vector<api::RefEntry>> ListBranches(const base::Context& ctx,
                                                        const api::ListOptions& options) override;
  base::Result<std::vector<api::RefEntry>> ListTags(const base::Context& ctx,
                                                    const api::ListOptions& options) override;
  base::Result<api::RefEntry> CreateBranch(const base::Context& ctx, const std::string& name,
                                           const std::string& from) override;
  base::Result<api::RefEntry> CreateTag(const base::Context& ctx, const std::string& name,
                                        const std::string& from) override;
  base::Status Delete(const base::Context& ctx, const std::string& name,
                      api::RefKind kind) override;
  base::Result<api::RefEntry> Rename(const base::Context& ctx, const std::string& name,
                                     const std::string& new_name, api::RefKind kind) override;
  base::Result<api::RefEntry> Merge(const base::Context& ctx,
                                    const api::MergeRequest& request) override;
  base::Result<std::vector<api::TableDifference>> Diff(const base::Context& ctx,
                                                       const std::string& from,
                                                       const std::string& to) override;
  base::Result<std::vector<api::CommitEntry>> Log(const base::Context& ctx, const std::string& ref,
                                                  const api::CommitFilter& filter) override;

 private:
  /// A tag that exists, with who made it.
  base::Result<api::RefEntry> Tag(const base::Context& ctx, const std::string& name);
  base::Result<AccessRequest> MayChange(const base::Context& ctx, AccessRequest request,
                                        api::RefKind kind);
  api::Refs& inner_;
  Gate& gate_;
};

class GuardedNamespaces final : public api::Namespaces {
 public:
  GuardedNamespaces(api::Namespaces& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Result<std::vector<std::string>> List(const base::Context& ctx, const std::string& ref,
                                              const api::ListOptions& options) override;
  base::Result<api::RefEntry> Create(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;
  base::Result<api::RefEntry> Delete(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;

 private:
  api::Namespaces& inner_;
  Gate& gate_;
};

class GuardedTables final : public api::Tables {
 public:
  GuardedTables(api::Tables& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Result<std::vector<api::TableEntry>> List(const base::Context& ctx, const std::string& ref,
                                                  const api::TableListOptions& options) override;
  base::Result<api::TableDescription> Get(const base::Context& ctx, const std::string& ref,
                                          const std::string& table, const std::string& ns) override;
  base::Result<api::RefEntry> Drop(const base::Context& ctx, const std::string& branch,
                                   const std::string& table, const std::string& ns,
                                   const api::WriteOptions& options) override;
  base::Result<api::RefEntry> Revert(const base::Context& ctx,
                                     const api::RevertRequest& request) override;

 private:
  api::Tables& inner_;
  Gate& gate_;
};

}  // namespace control
