// api::IcebergNamespaces and api::IcebergTables behind the gate.
#pragma once

#include "api/iceberg_api.h"
#include "control/gate.h"

namespace control {

/// Thread-safe; borrows both.
class GuardedIcebergNamespaces final : public api::IcebergNamespaces {
 public:
  GuardedIcebergNamespaces(api::IcebergNamespaces& inner, Gate& gate)
      : inner_(inner), gate_(gate) {}
  base::Result<std::vector<std::vector<std::string>>> List(
      const base::Context& ctx, const std::string& ref,
      const std::vector<std::string>& parent) override;
  base::Result<api::IcebergProperties> Load(const base::Context& ctx, const std::string& ref,
                                            const std::vector<std::string>& ns) override;
  base::Status Create(const base::Context& ctx, const std::string& branch,
                      const std::vector<std::string>& ns,
                      const api::IcebergProperties& properties) override;
  base::Result<api::IcebergPropertiesChanged> Change(
      const base::Context& ctx, const std::string& branch, const std::vector<std::string>& ns,
      const api::IcebergPropertiesChange& change) override;
  base::Status Drop(const base::Context& ctx, const std::string& branch,
                    const std::vector<std::string>& ns) override;

 private:
  api::IcebergNamespaces& inner_;
  Gate& gate_;
};

class GuardedIcebergTables final : public api::IcebergTables {
 public:
  GuardedIcebergTables(api::IcebergTables& inner, Gate& gate) : inner_(inner), gate_(gate) {}
  base::Result<std::vector<api::IcebergTableName>> List(
      const base::Context& ctx, const std::string& ref,
      const std::vector<std::string>& ns) override;
  base::Result<api::IcebergTable> Load(const base::Context& ctx, const std::string& ref,
                                       const api::IcebergTableName& table) override;
  base::Result<api::IcebergTable> Create(const base::Context& ctx, const std::string& branch,
                                         const api::IcebergTableDraft& draft) override;
  base::Result<std::vector<api::IcebergTable>> Commit(
      const base::Context& ctx, const std::string& branch,
      const std::vector<api::IcebergTableCommit>& commits) override;
  base::Result<api::IcebergTable> Register(const base::Context& ctx, const std::string& branch,
                                           const api::IcebergTableName& table,
                                           const std::string& metadata_location,
                                           bool overwrite) override;
  base::Status Rename(const base::Context& ctx, const std::string& branch,
                      const api::IcebergTableName& from, const api::IcebergTableName& to) override;
  base::Status Drop(const base::Context& ctx, const std::string& branch,
                    const api::IcebergTableName& table) override;

 private:
  base::Status MayWrite(const base::Context& ctx, const std::string& branch);
  api::IcebergTables& inner_;
  Gate& gate_;
};

}  // namespace control
