// api::Refs and api::Namespaces over the catalog.
#pragma once

#include "api/catalog_api.h"
#include "control/parts.h"

namespace control {

class RefsService final : public api::Refs {
 public:
  explicit RefsService(Parts& parts) : parts_(parts) {}
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
  base::Result<std::vector<api::RefEntry>> List(const base::Context& ctx, api::RefKind kind,
                                                const api::ListOptions& options);
  base::Result<api::TableDifference> Describe(const base::Context& ctx,
                                              const catalog::TableDifference& difference);
  Parts& parts_;
};

class NamespacesService final : public api::Namespaces {
 public:
  explicit NamespacesService(Parts& parts) : parts_(parts) {}
  base::Result<std::vector<std::string>> List(const base::Context& ctx, const std::string& ref,
                                              const api::ListOptions& options) override;
  base::Result<api::RefEntry> Create(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;
  base::Result<api::RefEntry> Delete(const base::Context& ctx, const std::string& branch,
                                     const std::string& ns,
                                     const api::WriteOptions& options) override;

 private:
  base::Result<api::RefEntry> Commit(const base::Context& ctx, const std::string& branch,
                                     catalog::Change change, const std::string& message,
                                     const api::WriteOptions& options);
  Parts& parts_;
};

/// Subject (the user's, else `fallback`), then the body where there is one.
std::string MessageOf(const std::string& message, const std::string& body,
                      const std::string& fallback);

/// What a write by hand says in its commit: the user's message, else `fallback`.
catalog::CommitNote NoteOf(const base::Context& ctx, const Parts& parts,
                           const api::WriteOptions& options, const std::string& fallback);

}  // namespace control
