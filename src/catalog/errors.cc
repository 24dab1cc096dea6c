#include "catalog/errors.h"

#include "catalog/reasons.h"

namespace catalog {

base::Error TableExists(const model::TableName& table, const model::CommitId& commit) {
  return base::Error(base::Code::kAlreadyExists, kTableExists,
                     "table \"" + table.ToString() + "\" exists already")
      .Set("table", table.ToString())
      .Set("hash", commit.text());
}

}  // namespace catalog
