// A job in a list, and filters over jobs.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/jobs_api.h"
#include "base/result.h"
#include "wire/commander_messages.h"

namespace wire {

/// Times are cut to whole seconds: a client whose clock is a moment behind must not see the future.
void FillJobInfo(const api::JobRecord& job, pb::JobInfo* out);

/// Everything but snapshot and events.
void FillJobContext(const api::JobRecord& job, pb::JobContext* out);

/// The graph of a run: what of its models reads what. A model is known by its task, one without a
/// task by its name.
void FillModels(const api::JobRecord& job, const plan::LogicalPlan& plan, pb::JobContext* out);

/// One page of jobs as a client asks for it.
struct JobPageRequest {
  api::JobFilter filter;  // no limit: pages have one
  uint32_t records_max = 0;
  std::optional<std::pair<base::Instant, std::string>> after;  // the last job of the page before
  bool nothing = false;  // asks for kinds or states that no job of ours can have
};

/// `caller` is who asks: without all_users only their jobs. kInvalidArgument "wire.bad_field".
base::Result<JobPageRequest> JobPageRequestOf(const pb::GetJobsRequest& request,
                                              const std::string& caller);

/// The page of `jobs` (all that fit the filters, from the cursor on, in any order): newest first;
/// the token is empty when none is left.
struct JobPage {
  std::vector<api::JobRecord> jobs;
  std::string next_token;
};
JobPage PageOf(std::vector<api::JobRecord> jobs, const JobPageRequest& request);

}  // namespace wire
