// The job that tells what a table would be, and the order that makes it so.
#include <algorithm>
#include <utility>

#include "catalog/errors.h"
#include "control/import_driver.h"

namespace control {
namespace {

constexpr size_t kFilesApartMax = 1000;  // how many files are read one by one to tell a conflict

}  // namespace

base::Result<ImportOrder> OrderOf(const api::PlanTableRequest& request) {
  ASSIGN_OR_RETURN(ImportOrder order, OrderOf(request.table));
  order.plan_only = true;
  return order;
}

base::Result<ImportOrder> OrderOf(const api::ApplyTablePlanRequest& request) {
  ASSIGN_OR_RETURN(TablePlan plan, ReadTablePlan(request.plan_yaml));
  ImportOrder order;
  order.table = plan.table;
  order.branch = plan.branch;
  order.schema = plan.schema();
  order.partitioned_by = std::move(plan.partitioned_by);
  order.create = true;
  order.rows = false;
  order.if_exists = plan.replace ? api::IfExists::kReplace : api::IfExists::kFail;
  return order;
}

base::Result<columnar::Schema> ImportDriver::InferTogether(const base::Context& ctx,
                                                           std::vector<plan::SourceFile> files) {
  plan::TaskSpec task = NewTask(plan::TaskKind::kInferFiles);
  task.files = Named(std::move(files));
  ASSIGN_OR_RETURN(plan::TaskOutcome inferred, RunTask(ctx, std::move(task)));
  return *std::move(inferred.schema);
}

/// Of all files together; when they do not go together, of each apart, to say which columns differ.
base::Result<std::vector<TablePlan::Column>> ImportDriver::InferColumns(const base::Context& ctx) {
  auto together = InferTogether(ctx, files_);
  if (together.ok()) return MergeColumns({*together});
  if (together.error().code != base::Code::kUserCode || files_.size() < 2 ||
      files_.size() > kFilesApartMax) {
    return std::move(together).error();
  }
  std::vector<columnar::Schema> schemas;
  for (const plan::SourceFile& file : files_) {
    ASSIGN_OR_RETURN(columnar::Schema schema, InferTogether(ctx, {file}));
    schemas.push_back(std::move(schema));
  }
  std::vector<TablePlan::Column> columns = MergeColumns(schemas);
  const bool differ = std::any_of(columns.begin(), columns.end(),
                                  [](const auto& column) { return column.chosen.size() > 1; });
  if (!differ) return std::move(together).error();
  return columns;
}

base::Status ImportDriver::PlanTable(const base::Context& ctx, const model::CommitId& head) {
  ASSIGN_OR_RETURN(const auto table, parts_.lakehouse.Find(ctx, head, order_.table));
  if (table && order_.if_exists != api::IfExists::kReplace) {
    return catalog::TableExists(order_.table, head);
  }
  TablePlan plan;
  plan.branch = order_.branch;
  plan.table = order_.table;
  plan.replace = order_.if_exists == api::IfExists::kReplace;
  plan.sources = order_.sources;
  for (const plan::SourceFile& file : files_) plan.files.push_back(file.uri);
  ASSIGN_OR_RETURN(plan.columns, InferColumns(ctx));
  columnar::Schema schema = plan.schema();
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    schema.fields[i].id = static_cast<int32_t>(i) + 1;
  }
  ASSIGN_OR_RETURN(const iceberg::PartitionSpec spec,
                   iceberg::ParsePartitionSpec(order_.partitioned_by, schema));
  plan.partitioned_by = iceberg::PartitionTexts(spec, schema);
  job_.Tell(api::TablePlanned{WriteTablePlan(plan), plan.files, plan.resolved()});
  return base::Ok();
}

}  // namespace control
