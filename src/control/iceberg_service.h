// api::IcebergNamespaces and api::IcebergTables over the lakehouse.
#pragma once

#include "api/iceberg_api.h"
#include "control/parts.h"
#include "lakehouse/engine_tables.h"

namespace control {

class IcebergNamespacesService final : public api::IcebergNamespaces {
 public:
  explicit IcebergNamespacesService(Parts& parts) : parts_(parts) {}
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
  Parts& parts_;
};

class IcebergTablesService final : public api::IcebergTables {
 public:
  explicit IcebergTablesService(Parts& parts)
      : parts_(parts),
        tables_(parts.objects, parts.catalog, parts.lakehouse, parts.clock, parts.rng) {}
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
  Parts& parts_;
  lakehouse::EngineTables tables_;
};

}  // namespace control
