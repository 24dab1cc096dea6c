// What a table to be created would be, as a document that people read, edit and hand back. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/type.h"
#include "iceberg/partition.h"
#include "model/names.h"

namespace control {

struct TablePlan {
  struct Column {
    std::string name;
    std::vector<columnar::Type> found;   // in the files, each once
    std::vector<columnar::Type> chosen;  // more than one: somebody must choose between them
    bool required = false;
  };
  std::string branch;
  model::TableName table;
  bool replace = false;
  std::vector<std::string> sources;
  std::vector<std::string> files;
  std::vector<Column> columns;
  std::vector<std::string> partitioned_by;  // "year(ts)", one field each

  bool resolved() const;
  /// With the first type that is left to choose, where there are several.
  columnar::Schema schema() const;
};

/// Columns by name from the schemas of single files; where two types have no wider one in common,
/// both are left to choose from.
std::vector<TablePlan::Column> MergeColumns(const std::vector<columnar::Schema>& schemas);

std::string WriteTablePlan(const TablePlan& plan);

/// kInvalidArgument "control.bad_table_plan" with the place in the text; kFailedPrecondition
/// "control.table_plan_conflicts" while something is to be chosen. Files and sources are not read.
base::Result<TablePlan> ReadTablePlan(std::string_view yaml);

}  // namespace control
