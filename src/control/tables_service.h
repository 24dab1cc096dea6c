// api::Tables over the lakehouse.
#pragma once

#include "api/tables_api.h"
#include "control/parts.h"

namespace control {

class TablesService final : public api::Tables {
 public:
  explicit TablesService(Parts& parts) : parts_(parts) {}
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
  Parts& parts_;
};

}  // namespace control
