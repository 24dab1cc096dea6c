// The ways to carry out a task, one function per kind, and what they share. Internal to the
// executor.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/executor/table_scan.h"
#include "runtime/executor/task_executor.h"

namespace runtime {

/// Each fills in what it produced and returns the error that ended it.
base::Status RunPythonTask(const base::Context& ctx, ExecutorParts& parts,
                           const plan::TaskSpec& task, plan::TaskOutcome& outcome);
base::Status RunSqlTask(const base::Context& ctx, ExecutorParts& parts, const plan::TaskSpec& task,
                        plan::TaskOutcome& outcome);
base::Status RunWriteTask(const base::Context& ctx, ExecutorParts& parts,
                          const plan::TaskSpec& task, plan::TaskOutcome& outcome);
base::Status RunListFilesTask(const base::Context& ctx, ExecutorParts& parts,
                              const plan::TaskSpec& task, plan::TaskOutcome& outcome);
base::Status RunInferTask(const base::Context& ctx, ExecutorParts& parts,
                          const plan::TaskSpec& task, plan::TaskOutcome& outcome);
base::Status RunImportTask(const base::Context& ctx, ExecutorParts& parts,
                           const plan::TaskSpec& task, plan::TaskOutcome& outcome);
base::Status RunRegisterTask(const base::Context& ctx, ExecutorParts& parts,
                             const plan::TaskSpec& task, plan::TaskOutcome& outcome);

/// The SQL of a kSqlModel or kQuery task over its inputs, as it is computed. `scans` collects the
/// scans it reads.
base::Result<columnar::Stream> RunSql(const base::Context& ctx, ExecutorParts& parts,
                                      const plan::TaskSpec& task,
                                      std::vector<std::shared_ptr<TableScan>>& scans);

/// An input as a table in shared memory, its columns and filter applied; a parent's output without
/// a filter is passed on without a copy.
base::Result<columnar::SharedTable> InputTable(const base::Context& ctx, ExecutorParts& parts,
                                               const plan::TaskSpec& task,
                                               const plan::TaskInput& input,
                                               plan::TaskOutcome& outcome);

/// Rows to shared memory, bounded by the task's memory limit; counts "copy.bytes".
base::Result<columnar::SharedTable> ToSharedMemory(const plan::TaskSpec& task,
                                                   columnar::Stream rows,
                                                   plan::TaskOutcome& outcome);

/// Makes `table` the output of the task, with its schema, size and preview in the outcome.
base::Status PublishOutput(ExecutorParts& parts, const plan::TaskSpec& task,
                           columnar::SharedTable table, plan::TaskOutcome& outcome);

void AddScanCounters(const TableScan& scan, plan::TaskOutcome& outcome);

/// A predicate as SQL text over quoted columns.
std::string PredicateSql(const columnar::Predicate& predicate);

}  // namespace runtime
