#include <algorithm>

#include "cli/execute.h"
#include "cli/follow_job.h"
#include "cli/job_views.h"
#include "cli/reasons.h"

namespace cli {
namespace {

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

constexpr api::JobKind kKinds[] = {api::JobKind::kRun,         api::JobKind::kQuery,
                                   api::JobKind::kTableCreate, api::JobKind::kTableImport,
                                   api::JobKind::kTablePlan,   api::JobKind::kExternalTable};
constexpr api::JobStatus kStatuses[] = {api::JobStatus::kNotStarted, api::JobStatus::kRunning,
                                        api::JobStatus::kComplete, api::JobStatus::kFail,
                                        api::JobStatus::kAbort};

/// A job by its id or by the beginning of it, among the latest.
base::Result<api::JobRecord> Find(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  base::Result<api::JobRecord> exact = services.jobs->Get(session.ctx(), model::JobId(id));
  if (exact.ok() || exact.error().code != base::Code::kNotFound || id.size() < 4) return exact;
  api::JobFilter filter;
  filter.limit = 1000;
  ASSIGN_OR_RETURN(const std::vector<api::JobRecord> jobs,
                   services.jobs->List(session.ctx(), filter));
  const api::JobRecord* found = nullptr;
  for (const api::JobRecord& job : jobs) {
    if (!job.id.text().starts_with(id)) continue;
    if (found != nullptr) {
      return base::Error(base::Code::kInvalidArgument, kUsage,
                         "more than one job begins with \"" + id + "\": write more of its id");
    }
    found = &job;
  }
  if (found == nullptr) return exact;
  return services.jobs->Get(session.ctx(), found->id);
}

}  // namespace

base::Result<Reply> Execute(Session& session, const JobList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  api::JobFilter filter;
  filter.ids = command.ids;
  if (!command.user.empty()) filter.users = {command.user};
  filter.limit = command.limit;
  for (const std::string& wanted : command.kinds) {
    for (const api::JobKind kind : kKinds) {
      if (Upper(std::string(api::JobKindName(kind))) == Upper(wanted)) filter.kinds.push_back(kind);
    }
  }
  for (const std::string& wanted : command.statuses) {
    for (const api::JobStatus status : kStatuses) {
      if (api::JobStatusName(status) == Upper(wanted)) filter.statuses.push_back(status);
    }
  }
  ASSIGN_OR_RETURN(const std::vector<api::JobRecord> jobs,
                   services.jobs->List(session.ctx(), filter));
  Json list = Json::List();
  for (const api::JobRecord& job : jobs) list.Add(JobJson(job));
  return Reply{std::move(list), JobTable(jobs, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const JobShow& command) {
  ASSIGN_OR_RETURN(const api::JobRecord job, Find(session, command.id));
  return Reply{JobJson(job), JobText(job, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const JobLogs& command) {
  ASSIGN_OR_RETURN(const api::JobRecord job, Find(session, command.id));
  ASSIGN_OR_RETURN(const api::JobRecord ended, FollowToTheEnd(session, job.id, false));
  Reply reply{JobJson(ended), JobSummary(ended, session.style()), {}, 0};
  reply.error = ended.error;
  return reply;
}

base::Result<Reply> Execute(Session& session, const JobStop& command) {
  ASSIGN_OR_RETURN(const api::JobRecord job, Find(session, command.id));
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const api::JobRecord ended, services.jobs->Cancel(session.ctx(), job.id));
  return Reply{JobJson(ended), JobSummary(ended, session.style()), {}, 0};
}

}  // namespace cli
