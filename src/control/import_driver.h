// Table creation and import as jobs: list files, infer, write, publish, each on a run branch of its
// own (F-128, F-175…F-188).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/job.h"
#include "control/parts.h"
#include "control/table_plan.h"

namespace control {

/// What both kinds of jobs need, in one shape.
struct ImportOrder {
  model::TableName table;
  std::string branch;
  std::vector<std::string> sources;
  std::vector<std::string> partitioned_by;
  plan::FileReadOptions read;
  bool detect_format = true;
  bool create = false;                             // when the table is absent
  bool rows = true;                                // false: an empty table
  api::IfExists if_exists = api::IfExists::kKeep;  // of a table to create
  bool import_duplicate_files = false;
  bool accept_changed_files = false;
  bool external = false;                   // a table over the files where they are
  std::string credential;                  // that sources in buckets are read by; empty = as fits
  bool plan_only = false;                  // tell what the table would be, and create nothing
  std::optional<columnar::Schema> schema;  // of the table to create; none = inferred from the files
  api::WriteOptions options;
};

base::Result<ImportOrder> OrderOf(const api::CreateTableRequest& request);
base::Result<ImportOrder> OrderOf(const api::ImportRequest& request);
base::Result<ImportOrder> OrderOf(const api::PlanTableRequest& request);
base::Result<ImportOrder> OrderOf(const api::ExternalTableRequest& request);
/// As ReadTablePlan.
base::Result<ImportOrder> OrderOf(const api::ApplyTablePlanRequest& request);

/// Several may import into one table at once: appends are put on top of one another, and a file is
/// imported once.
class ImportDriver {
 public:
  ImportDriver(Parts& parts, Job& job, ImportOrder order)
      : parts_(parts), job_(job), order_(std::move(order)) {}
  base::Status Run(const base::Context& ctx);

 private:
  base::Status Work(const base::Context& ctx);
  base::Result<plan::TaskOutcome> RunTask(const base::Context& ctx, plan::TaskSpec task);
  plan::TaskSpec NewTask(plan::TaskKind kind) const;
  std::vector<plan::SourceFile> Named(std::vector<plan::SourceFile> files) const;
  base::Status ListFiles(const base::Context& ctx);
  base::Status LeaveOutImported(const base::Context& ctx, const lakehouse::TableAtRef& table);
  base::Result<columnar::Schema> InferTogether(const base::Context& ctx,
                                               std::vector<plan::SourceFile> files);
  base::Result<std::vector<TablePlan::Column>> InferColumns(const base::Context& ctx);
  base::Status PlanTable(const base::Context& ctx, const model::CommitId& head);
  base::Result<std::optional<lakehouse::PreparedWrite>> PrepareTable(const base::Context& ctx,
                                                                     const model::CommitId& head);
  base::Result<lakehouse::PreparedWrite> PrepareExternal(const base::Context& ctx,
                                                         const model::CommitId& head);
  base::Status RegisterFiles(const base::Context& ctx, lakehouse::FinishedWrite& write);
  base::Result<std::vector<lakehouse::ImportedFile>> ImportRows(const base::Context& ctx,
                                                                lakehouse::FinishedWrite& write);
  catalog::CommitNote Note() const;
  base::Status StartRun(const base::Context& ctx);
  base::Status Attempt(const base::Context& ctx, lakehouse::PreparedWrite prepared);
  base::Status Commit(const base::Context& ctx, lakehouse::FinishedWrite write);
  base::Status Publish(const base::Context& ctx);
  base::Status CatchUp(const base::Context& ctx);

  Parts& parts_;
  Job& job_;
  const ImportOrder order_;
  plan::FileReadOptions read_;
  std::vector<plan::SourceFile> files_;
  std::string run_branch_;
  model::CommitId base_;  // of the target: what the run branch stands on
  int attempt_ = 1;
  lakehouse::CommitInput committed_;
};

}  // namespace control
