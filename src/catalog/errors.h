// Errors that those who write through the catalog say too, in its words.
#pragma once

#include "base/error.h"
#include "model/ids.h"
#include "model/names.h"

namespace catalog {

/// kAlreadyExists "catalog.table_exists": there is such a table at this commit.
base::Error TableExists(const model::TableName& table, const model::CommitId& commit);

}  // namespace catalog
