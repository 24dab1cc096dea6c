#include "control/planning.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "control/names.h"
#include "control/reasons.h"
#include "control/run_driver.h"
#include "project/load.h"

namespace control {
namespace {

constexpr uint32_t kPreviewRows = 10;

/// The planner's view of the lake: tables as they are at one commit.
class PinnedTables final : public planner::TableResolver {
 public:
  PinnedTables(const base::Context& ctx, Parts& parts, model::CommitId commit)
      : ctx_(ctx), parts_(parts), commit_(std::move(commit)) {}

  base::Result<std::optional<planner::ResolvedTable>> Resolve(const model::TableName& table,
                                                              const std::string& ref) override {
    const base::Instant started = parts_.clock.Now();
    model::CommitId commit = commit_;
    if (!ref.empty()) {
      ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx_, parts_, ref));
      commit = resolved.commit;
    }
    ASSIGN_OR_RETURN(const auto found, parts_.lakehouse.Find(ctx_, commit, table));
    std::optional<planner::ResolvedTable> resolved;
    if (found) {
      resolved.emplace();
      resolved->scan = ScanOf(*found);
      resolved->schema = found->schema();
      resolved->rows = static_cast<uint64_t>(found->SummaryNumber("total-records"));
    }
    micros_ += (parts_.clock.Now() - started).count();
    return resolved;
  }

  std::vector<std::string> ListTables() override {
    std::vector<std::string> names;
    const auto tables = parts_.catalog.ListTables(ctx_, commit_);
    if (!tables.ok()) return names;
    for (const catalog::TableEntry& table : tables.value()) names.push_back(table.name.ToString());
    return names;
  }

  int64_t micros() const { return micros_; }

 private:
  const base::Context& ctx_;
  Parts& parts_;
  const model::CommitId commit_;
  int64_t micros_ = 0;
};

void Take(const std::vector<project::Diagnostic>& from, std::vector<api::Diagnostic>& to) {
  std::transform(
      from.begin(), from.end(), std::back_inserter(to),
      [](const project::Diagnostic& one) { return api::Diagnostic{one.is_error, one.error}; });
}

void TakeSecrets(const project::ProjectGraph& graph, const PlanInput& input, Planned& planned) {
  planned.project_id = graph.id;
  for (const project::ParameterDecl& parameter : graph.parameters) {
    if (parameter.type != project::ParameterType::kSecret) continue;
    const auto given = input.secrets.find(parameter.name);
    if (given != input.secrets.end()) {
      planned.secrets[parameter.name] = given->second;
    } else if (!parameter.secret_text.empty()) {
      planned.secrets[parameter.name] = {parameter.secret_text, parameter.key};
    }
  }
}

}  // namespace

base::Result<Planned> PlanProject(const base::Context& ctx, Parts& parts, const PlanInput& input) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef ref, RefOf(ctx, parts, input.ref));
  Planned planned;
  const base::Instant started = parts.clock.Now();
  const project::ReadResult read = project::ReadProject(input.project->files, parts.sql);
  const base::Instant was_read = parts.clock.Now();
  Take(read.diagnostics, planned.report.diagnostics);
  planned.report.micros["read"] = (was_read - started).count();
  if (project::HasErrors(read.diagnostics)) return planned;

  planner::PlanOptions options;
  options.ref = input.ref.empty() ? std::string(model::kMainBranch) : input.ref;
  options.commit = ref.commit;
  options.ns = input.ns;
  options.parameters = input.parameters;
  TakeSecrets(read.graph, input, planned);
  for (const auto& [name, value] : input.secrets) options.secrets.insert(name);
  options.strict = input.strict;
  options.dry_run = input.dry_run;
  if (input.preview != api::PreviewMode::kOff) options.preview_rows_max = kPreviewRows;
  options.preview_tail = input.preview == api::PreviewMode::kTail;
  options.job = input.job;
  options.run = model::RunId(input.job.text());
  PinnedTables tables(ctx, parts, ref.commit);
  planner::PlanResult result = planner::Plan(read.graph, tables, parts.sql, options, parts.rng);
  Take(result.diagnostics, planned.report.diagnostics);
  planned.report.plan = std::move(result.plan);
  planned.report.micros["resolve"] = tables.micros();
  planned.report.micros["plan"] = (parts.clock.Now() - was_read).count() - tables.micros();
  if (const auto file = input.project->files.find("requirements.txt");
      file != input.project->files.end()) {
    planned.requirements = file->second;
  }
  return planned;
}

base::Error ProjectError(const std::vector<api::Diagnostic>& diagnostics) {
  std::vector<base::Error> errors;
  for (const api::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.is_error) errors.push_back(diagnostic.error);
  }
  base::Error chain(base::Code::kInvalidArgument, kProjectErrors,
                    std::to_string(errors.size()) +
                        (errors.size() == 1 ? " mistake" : " mistakes") + " in the project");
  std::optional<base::Error> inner;
  for (auto it = errors.rbegin(); it != errors.rend(); ++it) {
    base::Error error = *it;
    inner = inner ? std::move(error).CausedBy(*std::move(inner)) : std::move(error);
  }
  chain.context["errors"] = std::to_string(errors.size());
  if (!inner) return chain;
  return std::move(chain).CausedBy(*std::move(inner));
}

}  // namespace control
