#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "proto/commander.pb.h"
#include "wire/job_events.h"
#include "wire/job_records.h"
#include "wire/reasons.h"

namespace wire {
namespace {

constexpr uint32_t kPageMax = 500;

base::Error BadField(const std::string& field, const std::string& why) {
  return base::Error(base::Code::kInvalidArgument, kBadField, "field \"" + field + "\" " + why)
      .Set("field", field);
}

pb::JobKind KindOf(api::JobKind kind) {
  switch (kind) {
    case api::JobKind::kRun:
      return pb::JOB_KIND_CODE_SNAPSHOT_RUN;
    case api::JobKind::kQuery:
      return pb::JOB_KIND_QUERY_RUN;
    case api::JobKind::kTableCreate:
      return pb::JOB_KIND_TABLE_PLAN_CREATE_APPLY;
    case api::JobKind::kTableImport:
      return pb::JOB_KIND_TABLE_DATA_IMPORT;
    case api::JobKind::kTablePlan:
      return pb::JOB_KIND_TABLE_PLAN_CREATE;
    case api::JobKind::kExternalTable:
      return pb::JOB_KIND_EXTERNAL_TABLE_CREATE;
  }
  return pb::JOB_KIND_UNSPECIFIED;
}

std::optional<api::JobKind> KindOf(int kind) {
  switch (kind) {
    case pb::JOB_KIND_CODE_SNAPSHOT_RUN:
      return api::JobKind::kRun;
    case pb::JOB_KIND_QUERY_RUN:
      return api::JobKind::kQuery;
    case pb::JOB_KIND_TABLE_PLAN_CREATE_APPLY:
      return api::JobKind::kTableCreate;
    case pb::JOB_KIND_TABLE_DATA_IMPORT:
      return api::JobKind::kTableImport;
    case pb::JOB_KIND_TABLE_PLAN_CREATE:
      return api::JobKind::kTablePlan;
    case pb::JOB_KIND_EXTERNAL_TABLE_CREATE:
      return api::JobKind::kExternalTable;
    default:  // a kind we have no jobs of: the number comes from outside
      return {};
  }
}

pb::JobStateType StateOf(api::JobStatus status) {
  switch (status) {
    case api::JobStatus::kNotStarted:
      return pb::JOB_STATE_TYPE_NOT_STARTED;
    case api::JobStatus::kRunning:
      return pb::JOB_STATE_TYPE_RUNNING;
    case api::JobStatus::kComplete:
      return pb::JOB_STATE_TYPE_COMPLETE;
    case api::JobStatus::kFail:
      return pb::JOB_STATE_TYPE_FAIL;
    case api::JobStatus::kAbort:
      return pb::JOB_STATE_TYPE_ABORT;
  }
  return pb::JOB_STATE_TYPE_UNSPECIFIED;
}

std::optional<api::JobStatus> StatusOf(int state) {
  for (const auto status :
       {api::JobStatus::kNotStarted, api::JobStatus::kRunning, api::JobStatus::kComplete,
        api::JobStatus::kFail, api::JobStatus::kAbort}) {
    if (StateOf(status) == state) return status;
  }
  return {};
}

const char* StatusWord(api::JobStatus status) {
  switch (status) {
    case api::JobStatus::kNotStarted:
      return "Queued";
    case api::JobStatus::kRunning:
      return "Running";
    case api::JobStatus::kComplete:
      return "Completed";
    case api::JobStatus::kFail:
      return "Failed";
    case api::JobStatus::kAbort:
      return "Aborted";
  }
  return "";
}

void FillSeconds(base::Instant at, google::protobuf::Timestamp* out) {
  out->set_seconds(base::Micros(at) / 1'000'000);
}

void FillInstant(base::Instant at, google::protobuf::Timestamp* out) {
  const int64_t micros = base::Micros(at);
  out->set_seconds(micros / 1'000'000);
  out->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
}

base::Instant InstantOf(const google::protobuf::Timestamp& at) {
  return base::FromMicros(at.seconds() * 1'000'000 + at.nanos() / 1000);
}

std::string TokenOf(const api::JobRecord& job) {
  return std::to_string(base::Micros(job.created)) + "." + job.id.text();
}

base::Result<std::pair<base::Instant, std::string>> CursorOf(const std::string& token) {
  const size_t dot = token.find('.');
  int64_t micros = 0;
  const char* end = token.data() + std::min(dot, token.size());
  const auto parsed = std::from_chars(token.data(), end, micros);
  if (dot == std::string::npos || parsed.ec != std::errc() || parsed.ptr != end) {
    return BadField("pagination_token", "is none of ours");
  }
  return std::pair(base::FromMicros(micros), token.substr(dot + 1));
}

/// Newest first; ids decide between equals, so that pages neither repeat nor lose a job.
bool Before(const api::JobRecord& a, const api::JobRecord& b) {
  if (a.created != b.created) return a.created > b.created;
  return a.id.text() > b.id.text();
}

}  // namespace

void FillJobsRequest(const api::JobFilter& filter, uint32_t records_max, const std::string& token,
                     pb::GetJobsRequest* out) {
  for (const std::string& id : filter.ids) out->add_job_ids(id);
  out->set_all_users(filter.users.empty());
  for (const std::string& user : filter.users) out->add_filter_users(user);
  for (const api::JobKind kind : filter.kinds) out->add_filter_kinds(KindOf(kind));
  for (const api::JobStatus status : filter.statuses) out->add_filter_statuses(StateOf(status));
  if (filter.created_after) {
    FillInstant(*filter.created_after, out->mutable_filter_created_after());
  }
  if (filter.created_before) {
    FillInstant(*filter.created_before, out->mutable_filter_created_before());
  }
  out->set_max_records(static_cast<int32_t>(records_max));
  out->set_pagination_token(token);
  out->set_boathouse_records(true);
}

void FillJobInfo(const api::JobRecord& job, pb::JobInfo* out) {
  out->set_id(job.id.text());
  out->set_human_readable_status(StatusWord(job.status));
  out->set_kind(std::string(api::JobKindName(job.kind)));
  out->set_user(job.user);
  FillSeconds(job.created, out->mutable_created_at());
  if (job.status != api::JobStatus::kNotStarted) {
    FillSeconds(job.created, out->mutable_started_at());
  }
  if (job.finished) FillSeconds(*job.finished, out->mutable_finished_at());
  out->set_status(StateOf(job.status));
  out->set_kind_type(KindOf(job.kind));
  const bool bad = job.status == api::JobStatus::kFail || job.status == api::JobStatus::kAbort;
  if (bad) out->set_error_message(FailureText(job));
}

void FillJobContext(const api::JobRecord& job, pb::JobContext* out) {
  out->set_job_id(job.id.text());
  if (!job.project_id.empty()) out->set_project_id(job.project_id);
  if (!job.project_name.empty()) out->set_project_name(job.project_name);
  out->set_ref(job.ref);
  out->set_branch(job.ref);
  if (!job.run_branch.empty()) out->mutable_transaction_branch()->set_name(job.run_branch);
  if (job.error) out->set_error_message(FailureText(job));
  if (const auto sql = job.details.find("sql"); sql != job.details.end()) {
    out->set_sql_query(sql->second);
  }
}

void FillModels(const api::JobRecord& job, const plan::LogicalPlan& plan, pb::JobContext* out) {
  std::map<std::string, std::string> ids;
  for (const plan::LogicalNode& node : plan.nodes) ids[node.name] = node.name;
  for (const api::TaskRecord& task : job.tasks) {
    if (const auto known = ids.find(task.name); known != ids.end()) {
      known->second = task.task.text();
    }
  }
  for (const plan::LogicalNode& node : plan.nodes) {
    pb::ModelNode& model = *out->add_models();
    model.set_model_id(ids.at(node.name));
    model.set_model_name(node.name);
    for (const plan::Edge& edge : node.inputs) {
      const auto source = ids.find(edge.from);
      if (edge.from_table || source == ids.end()) continue;
      pb::ModelEdge& read = *out->add_model_deps();
      read.set_source_id(source->second);
      read.set_destination_id(ids.at(node.name));
    }
  }
}

base::Result<JobPageRequest> JobPageRequestOf(const pb::GetJobsRequest& request,
                                              const std::string& caller) {
  JobPageRequest page;
  api::JobFilter& filter = page.filter;
  filter.limit = 0;
  filter.ids.assign(request.job_ids().begin(), request.job_ids().end());
  filter.users.assign(request.filter_users().begin(), request.filter_users().end());
  if (!request.all_users() && filter.users.empty()) filter.users = {caller};
  std::vector<int> kinds(request.filter_kinds().begin(), request.filter_kinds().end());
  if (request.filter_kind() != pb::JOB_KIND_UNSPECIFIED) kinds.push_back(request.filter_kind());
  for (const int kind : kinds) {
    if (const auto known = KindOf(kind)) filter.kinds.push_back(*known);
  }
  std::vector<int> states(request.filter_statuses().begin(), request.filter_statuses().end());
  if (request.filter_status() != pb::JOB_STATE_TYPE_UNSPECIFIED) {
    states.push_back(request.filter_status());
  }
  for (const int state : states) {
    if (const auto known = StatusOf(state)) filter.statuses.push_back(*known);
  }
  page.nothing =
      (!kinds.empty() && filter.kinds.empty()) || (!states.empty() && filter.statuses.empty());
  if (request.has_filter_created_after()) {
    filter.created_after = InstantOf(request.filter_created_after());
  }
  if (request.has_filter_created_before()) {
    filter.created_before = InstantOf(request.filter_created_before());
  }
  const int32_t wanted = request.max_records();
  page.records_max = wanted <= 0 ? kPageMax : std::min(kPageMax, static_cast<uint32_t>(wanted));
  if (!request.pagination_token().empty()) {
    ASSIGN_OR_RETURN(page.after, CursorOf(request.pagination_token()));
    if (!filter.created_before || page.after->first < *filter.created_before) {
      filter.created_before = page.after->first;
    }
  }
  return page;
}

JobPage PageOf(std::vector<api::JobRecord> jobs, const JobPageRequest& request) {
  std::sort(jobs.begin(), jobs.end(), Before);
  JobPage page;
  std::set<std::string> seen;
  for (api::JobRecord& job : jobs) {
    if (request.after) {
      const auto& [created, id] = *request.after;
      if (job.created > created || (job.created == created && job.id.text() >= id)) continue;
    }
    if (!seen.insert(job.id.text()).second) continue;
    if (page.jobs.size() == request.records_max) {
      page.next_token = TokenOf(page.jobs.back());
      break;
    }
    page.jobs.push_back(std::move(job));
  }
  return page;
}

}  // namespace wire
