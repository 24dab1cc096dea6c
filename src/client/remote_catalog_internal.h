// Refs, namespaces and tables at a server: the catalog's REST resources.
#pragma once

#include <string>
#include <vector>

#include "api/catalog_api.h"
#include "api/tables_api.h"
#include "client/rest_internal.h"

namespace client {

class RemoteRefs final : public api::Refs {
 public:
  explicit RemoteRefs(Rest& rest) : rest_(rest) {}
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
  Rest& rest_;
};

class RemoteNamespaces final : public api::Namespaces {
 public:
  explicit RemoteNamespaces(Rest& rest) : rest_(rest) {}
  base::Result<std::vector<std::string>> List(const base::Context& ctx, const std::string& ref,
                                              const api::ListOptions& options) override;
  base::Result<api::RefEntry> Create(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;
  base::Result<api::RefEntry> Delete(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;

 private:
  Rest& rest_;
};

class RemoteTables final : public api::Tables {
 public:
  explicit RemoteTables(Rest& rest) : rest_(rest) {}
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
  Rest& rest_;
};

}  // namespace client
