#include <algorithm>
#include <utility>

#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "columnar/render.h"
#include "engine/sql_analysis.h"
#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"

// How tables come into a task and leave it.

namespace runtime {
namespace {

constexpr uint32_t kPreviewWidthMax = 32;

/// The rows of a table of the lake; the filter's columns are read too, and left out again by it.
base::Result<columnar::Stream> ScanRows(const base::Context& ctx, ExecutorParts& parts,
                                        const plan::TaskInput& input,
                                        const std::shared_ptr<TableScan>& scan) {
  engine::ScanRequest request;
  request.columns = input.columns;
  if (request.columns.empty()) request.columns = scan->schema().Names();
  if (!input.filter_sql.empty()) {
    ASSIGN_OR_RETURN(const engine::FilterAnalysis filter, engine::ParseFilter(input.filter_sql));
    for (const std::string& written : filter.columns) {
      const columnar::Field* field = engine::FindColumn(scan->schema(), written);
      const std::string& column = field == nullptr ? written : field->name;
      if (std::find(request.columns.begin(), request.columns.end(), column) ==
          request.columns.end()) {
        request.columns.push_back(column);
      }
    }
  }
  ASSIGN_OR_RETURN(columnar::Stream rows, scan->Open(ctx, request));
  if (!input.filter_sql.empty()) {
    const std::vector<std::string> columns =
        input.columns.empty() ? scan->schema().Names() : input.columns;
    ASSIGN_OR_RETURN(
        rows, engine::FilterStream(ctx, parts.sql, std::move(rows), input.filter_sql, columns));
  }
  return rows;
}

base::Status CheckContract(const plan::TaskInput& input, const columnar::Schema& found) {
  if (!input.contract) return base::Ok();
  for (const columnar::Field& wanted : input.contract->fields) {
    const columnar::Field* field = found.Find(wanted.name);
    if (field != nullptr && field->type.ToString() == wanted.type.ToString()) continue;
    return base::Error(
               base::Code::kUserCode, reasons::kInputContract,
               "input \"" + input.source + "\" " +
                   (field == nullptr
                        ? "has no column \"" + wanted.name + "\""
                        : "has column \"" + wanted.name + "\" as " + field->type.ToString() +
                              ", its projection_schema says " + wanted.type.ToString()))
        .Set("column", wanted.name);
  }
  return base::Ok();
}

}  // namespace

void AddScanCounters(const TableScan& scan, plan::TaskOutcome& outcome) {
  const ScanCounts counts = scan.counts();
  outcome.counters["scan.files_read"] += counts.files_read;
  outcome.counters["scan.files_skipped"] += counts.files_skipped;
  outcome.counters["scan.manifests_read"] += counts.manifests_read;
  outcome.counters["scan.manifests_skipped"] += counts.manifests_skipped;
  outcome.counters["scan.row_groups_read"] += counts.row_groups_read;
  outcome.counters["scan.row_groups_skipped"] += counts.row_groups_skipped;
  outcome.counters["scan.bytes_read"] += counts.bytes_read;
}

base::Result<columnar::SharedTable> ToSharedMemory(const plan::TaskSpec& task,
                                                   columnar::Stream rows,
                                                   plan::TaskOutcome& outcome) {
  columnar::CanonicalOptions plain;
  ASSIGN_OR_RETURN(columnar::WrittenSegment written,
                   columnar::WriteTable(columnar::Canonical(std::move(rows), plain), task.name,
                                        task.limits.memory_bytes_max));
  outcome.counters["copy.bytes"] += static_cast<int64_t>(written.bytes_copied);
  return std::move(written.table);
}

base::Result<columnar::SharedTable> InputTable(const base::Context& ctx, ExecutorParts& parts,
                                               const plan::TaskSpec& task,
                                               const plan::TaskInput& input,
                                               plan::TaskOutcome& outcome) {
  columnar::SharedTable table;
  if (const auto* parent = std::get_if<plan::ParentOutput>(&input.from)) {
    ASSIGN_OR_RETURN(table, parts.exchange.Find(parent->task));
    if (!input.filter_sql.empty()) {
      ASSIGN_OR_RETURN(columnar::Stream rows, columnar::OpenTable(table));
      ASSIGN_OR_RETURN(rows, engine::FilterStream(ctx, parts.sql, std::move(rows), input.filter_sql,
                                                  input.columns));
      ASSIGN_OR_RETURN(table, ToSharedMemory(task, std::move(rows), outcome));
    } else if (!input.columns.empty()) {
      ASSIGN_OR_RETURN(table, columnar::ProjectTable(table, input.columns));
    }
  } else {
    ASSIGN_OR_RETURN(
        const std::shared_ptr<TableScan> scan,
        TableScan::Open(ctx, parts.lake, std::get<plan::ScanSpec>(input.from), input.prune));
    ASSIGN_OR_RETURN(columnar::Stream rows, ScanRows(ctx, parts, input, scan));
    ASSIGN_OR_RETURN(table, ToSharedMemory(task, std::move(rows), outcome));
    AddScanCounters(*scan, outcome);  // what was read is known only now
  }
  if (input.contract) {
    ASSIGN_OR_RETURN(columnar::Stream opened, columnar::OpenTable(table));
    ASSIGN_OR_RETURN(const columnar::Schema found, columnar::SchemaOf(opened));
    RETURN_IF_ERROR(CheckContract(input, found));
  }
  return table;
}

base::Status PublishOutput(ExecutorParts& parts, const plan::TaskSpec& task,
                           columnar::SharedTable table, plan::TaskOutcome& outcome) {
  ASSIGN_OR_RETURN(columnar::Stream opened, columnar::OpenTable(table));
  ASSIGN_OR_RETURN(outcome.schema, columnar::SchemaOf(opened));
  outcome.rows = table.rows();
  outcome.bytes = table.descriptor->bytes();
  if (task.preview_rows_max > 0) {
    columnar::RenderOptions options;
    options.rows_max = task.preview_rows_max;
    options.width_max = kPreviewWidthMax;
    if (task.preview_tail && table.rows() > task.preview_rows_max) {
      const std::string rest = std::to_string(table.rows() - task.preview_rows_max);
      engine::Query query{"select * from t offset " + rest, {}, 0};
      ASSIGN_OR_RETURN(query.tables["t"], engine::SourceOf(std::move(opened)));
      ASSIGN_OR_RETURN(opened, parts.sql.Run(base::Context{}, query));
    }
    ASSIGN_OR_RETURN(outcome.preview_columns, columnar::ReadText(std::move(opened), options));
    outcome.preview = columnar::RenderText(outcome.preview_columns);
  }
  ASSIGN_OR_RETURN(const Exchange::Published published,
                   parts.exchange.Publish(task.run, task.task, std::move(table), 0));
  outcome.counters["spilled.bytes"] += static_cast<int64_t>(published.bytes_spilled);
  return base::Ok();
}

std::string PredicateSql(const columnar::Predicate& predicate) {
  using Op = columnar::Predicate::Op;
  const auto quoted = [](const std::string& name) {
    std::string text = "\"";
    for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
  };
  const auto joined = [&](const char* word) {
    std::string text = "(";
    for (const columnar::Predicate& child : predicate.children) {
      if (text.size() > 1) text += word;
      text += PredicateSql(child);
    }
    return text + ")";
  };
  const auto compared = [&](const char* sign) {
    return quoted(predicate.column) + sign + predicate.literals.at(0).ToSql();
  };
  const auto listed = [&](const char* word) {
    std::string text = quoted(predicate.column) + word + "(";
    for (size_t i = 0; i < predicate.literals.size(); ++i)
      text += (i > 0 ? ", " : "") + predicate.literals[i].ToSql();
    return text + ")";
  };
  switch (predicate.op) {
    case Op::kTrue:
      return "true";
    case Op::kFalse:
      return "false";
    case Op::kUnknown:
      return "null";
    case Op::kAnd:
      return joined(" and ");
    case Op::kOr:
      return joined(" or ");
    case Op::kNot:
      return "not " + joined("");
    case Op::kEqual:
      return compared(" = ");
    case Op::kNotEqual:
      return compared(" <> ");
    case Op::kLess:
      return compared(" < ");
    case Op::kLessOrEqual:
      return compared(" <= ");
    case Op::kGreater:
      return compared(" > ");
    case Op::kGreaterOrEqual:
      return compared(" >= ");
    case Op::kIn:
      return listed(" in ");
    case Op::kNotIn:
      return listed(" not in ");
    case Op::kIsNull:
      return quoted(predicate.column) + " is null";
    case Op::kIsNotNull:
      return quoted(predicate.column) + " is not null";
    case Op::kStartsWith:
      return "starts_with(" + quoted(predicate.column) + ", " + predicate.literals.at(0).ToSql() +
             ")";
  }
  return "null";
}

}  // namespace runtime
