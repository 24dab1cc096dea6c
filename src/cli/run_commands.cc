#include "cli/execute.h"
#include "cli/follow_job.h"
#include "cli/job_views.h"
#include "cli/reasons.h"
#include "cli/render_error.h"
#include "cli/secrets.h"

namespace cli {
namespace {

api::PreviewMode PreviewFor(const std::string& word) {
  if (word == "tail") return api::PreviewMode::kTail;
  return word == "off" ? api::PreviewMode::kOff : api::PreviewMode::kHead;
}

bool HasErrors(const std::vector<api::Diagnostic>& diagnostics) {
  for (const api::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.is_error) return true;
  }
  return false;
}

/// A refused run says everything that is wrong with the project, not only the first thing.
base::Result<Reply> Refused(Session& session, const api::RunRequest& run,
                            const base::Error& error) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  const api::PlanRequest request{run.project, run.ref, run.ns, run.parameters, run.secrets};
  base::Result<api::PlanReport> report = services.jobs->Plan(session.ctx(), request);
  if (!report.ok() || !HasErrors(report->diagnostics)) return error;
  Json json = Json::Object({{"outcome", "FAILED"}, {"error", ErrorJson(error)}});
  json.Set("diagnostics", DiagnosticsJson(report->diagnostics));
  return Reply{std::move(json), "", report->diagnostics, 1};
}

std::string PreviewText(const std::vector<RunProgress::Preview>& previews, const Style& style) {
  std::string out;
  for (const RunProgress::Preview& preview : previews) {
    out += style.Bold(preview.name) + "\n" + preview.text;
    if (!preview.text.ends_with('\n')) out += "\n";
    out += "\n";
  }
  return out;
}

}  // namespace

base::Result<Reply> Execute(Session& session, const RunProject& command) {
  if (command.unisolated && session.around().in_ci) {
    return base::Error(
        base::Code::kInvalidArgument, kUsage,
        "--unisolated is refused where CI is set: a result without isolation proves "
        "nothing about runs with it; 'boathouse doctor' says what this machine lacks");
  }
  session.lake().unisolated = command.unisolated;
  api::RunRequest request;
  ASSIGN_OR_RETURN(request.project, session.ReadProject(command.folder));
  ASSIGN_OR_RETURN(request.ref, session.BranchOr(command.ref));
  request.ns = command.ns;
  request.parameters = command.parameters;
  ASSIGN_OR_RETURN(request.secrets, TakeSecrets(session, command.folder, request.parameters));
  request.args = command.args;
  request.strict = !command.no_strict;
  request.dry_run = command.dry_run;
  request.transaction = !command.no_transaction;
  request.cache = !command.no_cache;
  request.preview = PreviewFor(command.preview);
  request.priority = command.priority;
  if (command.unisolated) {  // said even where -q or JSON silences everything else
    session.around().err << session.err_style().Yellow("warning: ")
                         << "functions run without isolation in this run (--unisolated): they can "
                            "read and change whatever you can\n";
  }
  ASSIGN_OR_RETURN(const Services services, session.Open());
  const base::Result<model::JobId> job = services.jobs->Submit(session.ctx(), request);
  if (!job.ok()) return Refused(session, request, job.error());
  std::vector<RunProgress::Preview> previews;
  ASSIGN_OR_RETURN(const api::JobRecord ended,
                   FollowToTheEnd(session, job.value(), true, &previews));
  const bool failed = ended.status != api::JobStatus::kComplete;
  Reply reply{JobJson(ended), PreviewText(previews, session.style()), {}, failed ? 1 : 0};
  reply.error = ended.error;
  // The traceback stood in the function's output a moment ago; `job get` shows it again.
  if (reply.error.has_value()) reply.error->context.erase("traceback");
  reply.text += JobSummary(ended, session.style());
  if (command.dry_run && !failed) reply.text += "  dry run: nothing was written\n";
  return reply;
}

base::Result<Reply> Execute(Session& session, const PlanProject& command) {
  api::PlanRequest request;
  ASSIGN_OR_RETURN(request.project, session.ReadProject(command.folder));
  ASSIGN_OR_RETURN(request.ref, session.BranchOr(command.ref));
  request.ns = command.ns;
  request.parameters = command.parameters;
  ASSIGN_OR_RETURN(request.secrets, TakeSecrets(session, command.folder, request.parameters));
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const api::PlanReport report, services.jobs->Plan(session.ctx(), request));
  Reply reply{PlanJson(report), "", report.diagnostics, HasErrors(report.diagnostics) ? 1 : 0};
  if (report.plan.has_value()) reply.text = PlanText(*report.plan, session.style());
  return reply;
}

}  // namespace cli
