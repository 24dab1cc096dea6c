#include "cli/job_views.h"

#include <cstdlib>

#include "cli/dag_drawing.h"
#include "cli/render_error.h"
#include "cli/text_table.h"

namespace cli {
namespace {

std::string TaskOutcomeName(const api::TaskRecord& task) {
  if (!task.status.has_value()) return "RUNNING";
  switch (*task.status) {
    case plan::TaskStatus::kSucceeded:
      return "SUCCESS";
    case plan::TaskStatus::kFailed:
      return "FAILED";
    case plan::TaskStatus::kCancelled:
      return "CANCELLED";
    case plan::TaskStatus::kTimedOut:
      return "TIMEOUT";
    case plan::TaskStatus::kSkipped:
      return "SKIPPED";
  }
  return "FAILED";
}

Json InstantOrNull(base::Instant instant) {
  return base::Micros(instant) == 0 ? Json() : Json(base::FormatInstant(instant));
}

Json TextMap(const std::map<std::string, std::string>& texts) {
  Json object = Json::Object();
  for (const auto& [key, value] : texts) object.Set(key, value);
  return object;
}

Json TaskJson(const api::TaskRecord& task) {
  Json counters = Json::Object();
  for (const auto& [key, value] : task.counters) counters.Set(key, value);
  return Json::Object({{"task_id", task.task.text()},
                       {"name", task.name},
                       {"description", task.kind},
                       {"file_name", Json::OrNull(task.file)},
                       {"line_number", task.line == 0 ? Json() : Json(task.line)},
                       {"started", InstantOrNull(task.started)},
                       {"ended", InstantOrNull(task.ended)},
                       {"outcome", TaskOutcomeName(task)},
                       {"rows", task.rows},
                       {"message", Json::OrNull(task.message)},
                       {"counters", std::move(counters)}});
}

uint64_t NumberIn(const api::JobRecord& job, const std::string& key) {
  const auto found = job.details.find(key);
  return found == job.details.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
}

/// "2 files, 1,234 rows into bauplan.trips": what an import did.
std::string ImportLine(const api::JobRecord& job) {
  const auto table = job.details.find("table");
  if (table == job.details.end() || job.details.count("files_imported") == 0) return "";
  const uint64_t files = NumberIn(job, "files_imported");
  if (files == 0) return "nothing to import into " + table->second;
  return Count(files, "file") + ", " + Count(NumberIn(job, "rows_imported"), "row") + " into " +
         table->second;
}

std::string Took(const api::JobRecord& job) {
  if (!job.finished.has_value()) return "";
  return " in " + DurationText(*job.finished - job.created);
}

std::string InputText(const plan::TaskSpec& task) {
  std::string out;
  for (const plan::TaskInput& input : task.inputs) {
    out += (out.empty() ? "" : ", ") + input.source;
    if (!input.columns.empty()) out += "[" + Count(input.columns.size(), "column") + "]";
    if (!input.filter_sql.empty()) out += " where " + input.filter_sql;
  }
  return out;
}

/// Limits are set in powers of two: 2 GiB, not 2.1 GB.
std::string MemoryText(uint64_t bytes) {
  constexpr uint64_t kMiB = uint64_t{1} << 20;
  if (bytes % (1024 * kMiB) == 0) return std::to_string(bytes / (1024 * kMiB)) + " GiB";
  return bytes % kMiB == 0 ? std::to_string(bytes / kMiB) + " MiB" : SizeText(bytes);
}

std::string EnvironmentText(const plan::EnvironmentSpec& environment) {
  std::string out = environment.python_version.empty() ? "" : "py" + environment.python_version;
  for (const auto& [name, version] : environment.packages) {
    out += (out.empty() ? "" : " ") + name + (version.empty() ? "" : "==" + version);
  }
  return out;
}

Json NodeJson(const plan::LogicalNode& node) {
  Json inputs = Json::List();
  for (const plan::Edge& edge : node.inputs) {
    Json columns = Json::List();
    for (const std::string& column : edge.columns) columns.Add(column);
    inputs.Add(Json::Object({{"from", edge.from},
                             {"from_table", edge.from_table},
                             {"ref", Json::OrNull(edge.ref)},
                             {"columns", std::move(columns)},
                             {"filter", Json::OrNull(edge.filter)}}));
  }
  const bool writes = node.strategy != plan::WriteStrategy::kNone;
  return Json::Object({{"name", node.name},
                       {"kind", std::string(plan::NodeKindName(node.kind))},
                       {"file_name", node.place.file},
                       {"line_number", node.place.line},
                       {"inputs", std::move(inputs)},
                       {"strategy", std::string(plan::WriteStrategyName(node.strategy))},
                       {"table", writes ? Json(node.table.ToString()) : Json()}});
}

Json TaskSpecJson(const plan::TaskSpec& task) {
  Json packages = Json::Object();
  for (const auto& [name, version] : task.environment.packages) packages.Set(name, version);
  Json after = Json::List();
  for (const model::TaskId& id : task.after) after.Add(id.text());
  return Json::Object({{"task_id", task.task.text()},
                       {"name", task.name},
                       {"kind", std::string(plan::TaskKindName(task.kind))},
                       {"python_version", Json::OrNull(task.environment.python_version)},
                       {"packages", std::move(packages)},
                       {"memory_bytes_max", task.limits.memory_bytes_max},
                       {"cpus", task.limits.cpus},
                       {"internet_access", task.limits.internet_access},
                       {"after", std::move(after)}});
}

}  // namespace

std::string Outcome(const api::JobRecord& job) {
  switch (job.status) {
    case api::JobStatus::kNotStarted:
      return "NOT_STARTED";
    case api::JobStatus::kRunning:
      return "RUNNING";
    case api::JobStatus::kComplete:
      return "SUCCESS";
    case api::JobStatus::kFail:
      return job.error.has_value() && job.error->code == base::Code::kDeadlineExceeded ? "TIMEOUT"
                                                                                       : "FAILED";
    case api::JobStatus::kAbort:
      return "CANCELLED";
  }
  return "FAILED";
}

Json JobJson(const api::JobRecord& job) {
  Json tasks = Json::List();
  for (const api::TaskRecord& task : job.tasks) tasks.Add(TaskJson(task));
  return Json::Object({{"job_id", job.id.text()},
                       {"kind", std::string(api::JobKindName(job.kind))},
                       {"outcome", Outcome(job)},
                       {"status", std::string(api::JobStatusName(job.status))},
                       {"user", job.user},
                       {"started", InstantOrNull(job.created)},
                       {"ended", job.finished.has_value() ? InstantOrNull(*job.finished) : Json()},
                       {"ref", Json::OrNull(job.ref)},
                       {"run_branch", Json::OrNull(job.run_branch)},
                       {"published", Json::OrNull(job.published)},
                       {"project_id", Json::OrNull(job.project_id)},
                       {"project_name", Json::OrNull(job.project_name)},
                       {"error", job.error.has_value() ? ErrorJson(*job.error) : Json()},
                       {"tasks", std::move(tasks)},
                       {"parameters", TextMap(job.parameters)},
                       {"environment_locks", TextMap(job.environment_locks)},
                       {"details", TextMap(job.details)}});
}

std::string JobSummary(const api::JobRecord& job, const Style& style) {
  const std::string what = job.kind == api::JobKind::kRun ? "run" : "job";
  const std::string id = style.Faint("  " + what + " " + job.id.text()) + "\n";
  const std::string target = job.ref.empty() ? "the target" : job.ref;
  switch (job.status) {
    case api::JobStatus::kComplete: {
      std::string out = style.Green(style.unicode ? "✓ SUCCESS" : "SUCCESS") + Took(job) + "\n";
      if (const std::string imported = ImportLine(job); !imported.empty()) {
        out += "  " + imported + "\n";
      }
      if (!job.published.empty()) {
        out += "  published to " + style.Bold(target) + " at " +
               style.Yellow(job.published.substr(0, 12)) + "\n";
      }
      return out + id;
    }
    case api::JobStatus::kFail:
    case api::JobStatus::kAbort: {
      const bool aborted = job.status == api::JobStatus::kAbort;
      std::string out = style.Red((style.unicode ? "✗ " : "") + Outcome(job)) + Took(job) + "\n";
      out += "  " + target + " is untouched" + (aborted ? ": the job was cancelled" : "") + "\n";
      if (!job.run_branch.empty()) {
        out += "  the finished tables are on " + style.Bold(job.run_branch) + "\n";
        out += "  look at them:  boathouse table ls -r '" + job.run_branch + "'\n";
      }
      return out + id;
    }
    case api::JobStatus::kNotStarted:
    case api::JobStatus::kRunning:
      return style.Yellow(Outcome(job)) + "\n" + id;
  }
  return id;
}

std::string JobTable(const std::vector<api::JobRecord>& jobs, const Style& style) {
  TextTable table{{"ID", "KIND", "STATUS", "USER", "CREATED", "DURATION", "REF"}, {}, {}, 0};
  for (const api::JobRecord& job : jobs) {
    table.rows.push_back(
        {job.id.text(), std::string(api::JobKindName(job.kind)),
         std::string(api::JobStatusName(job.status)), job.user, ShortInstant(job.created),
         job.finished.has_value() ? DurationText(*job.finished - job.created) : "", job.ref});
  }
  return Render(table, style);
}

std::string JobText(const api::JobRecord& job, const Style& style) {
  std::string out = JobSummary(job, style);
  out += "  by " + job.user + " on " + ShortInstant(job.created) + ", ref " + job.ref + "\n";
  for (const auto& [name, value] : job.parameters)
    out += "  parameter " + name + " = " + value + "\n";
  if (const auto sql = job.details.find("sql"); sql != job.details.end())
    out += "  sql " + sql->second + "\n";
  if (!job.tasks.empty()) {
    TextTable table{{"TASK", "KIND", "OUTCOME", "ROWS", "DURATION", "AT"}, {}, {}, 0};
    table.right_aligned = {false, false, false, true, true};
    for (const api::TaskRecord& task : job.tasks) {
      const bool ended = base::Micros(task.ended) > 0 && base::Micros(task.started) > 0;
      table.rows.push_back({task.name, task.kind, TaskOutcomeName(task), WithCommas(task.rows),
                            ended ? DurationText(task.ended - task.started) : "",
                            task.file.empty() ? "" : task.file + ":" + std::to_string(task.line)});
    }
    out += "\n" + Render(table, style);
  }
  if (job.error.has_value()) out += "\n" + RenderError(*job.error, {}, style);
  return out;
}

Json DiagnosticsJson(const std::vector<api::Diagnostic>& diagnostics) {
  Json list = Json::List();
  for (const api::Diagnostic& diagnostic : diagnostics) {
    Json each = Json::Object({{"severity", diagnostic.is_error ? "error" : "warning"}});
    each.Set("error", ErrorJson(diagnostic.error));
    list.Add(std::move(each));
  }
  return list;
}

Json PlanJson(const api::PlanReport& report) {
  Json json = Json::Object();
  json.Set("diagnostics", DiagnosticsJson(report.diagnostics));
  if (report.plan.has_value()) {
    const plan::LogicalPlan& logical = report.plan->logical;
    Json nodes = Json::List();
    for (const plan::LogicalNode& node : logical.nodes) nodes.Add(NodeJson(node));
    Json tasks = Json::List();
    for (const plan::TaskSpec& task : report.plan->tasks) tasks.Add(TaskSpecJson(task));
    json.Set("project_id", logical.project_id);
    json.Set("project_name", logical.project_name);
    json.Set("ref", logical.ref);
    json.Set("commit", logical.commit.text());
    json.Set("logical", std::move(nodes));
    json.Set("physical", std::move(tasks));
  }
  Json micros = Json::Object();
  for (const auto& [step, value] : report.micros) micros.Set(step, value);
  json.Set("micros", std::move(micros));
  return json;
}

std::string PlanText(const plan::PhysicalPlan& plan, const Style& style) {
  const plan::LogicalPlan& logical = plan.logical;
  std::string out = style.Bold(logical.project_name) + " on " + logical.ref + " at " +
                    style.Yellow(logical.commit.text().substr(0, 12)) + "\n\n";
  out += style.Bold("Logical plan") + "\n" + DrawDag(logical, style) + "\n";
  TextTable table{
      {"#", "TASK", "KIND", "READS", "WRITES", "ENVIRONMENT", "MEMORY"}, {}, {true}, 48};
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    const plan::TaskSpec& task = plan.tasks[i];
    const plan::LogicalNode* node = i < logical.nodes.size() ? &logical.nodes[i] : nullptr;
    const bool writes = node != nullptr && node->strategy != plan::WriteStrategy::kNone;
    table.rows.push_back({std::to_string(i + 1), task.name,
                          std::string(plan::TaskKindName(task.kind)), InputText(task),
                          writes ? node->table.ToString() : "", EnvironmentText(task.environment),
                          MemoryText(task.limits.memory_bytes_max)});
  }
  return out + style.Bold("Physical plan") + "\n" + Render(table, style);
}

}  // namespace cli
