// Submits a job and shows it until its end; Ctrl-C cancels it.
#pragma once

#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "base/result.h"
#include "cli/run_progress.h"
#include "cli/session.h"

namespace cli {

/// The final record, also of a job that failed. `previews` may be null.
base::Result<api::JobRecord> SubmitAndFollow(Session& session, const api::JobRequest& request,
                                             std::vector<RunProgress::Preview>* previews = nullptr);

/// The same for a job that exists already. `cancel_on_interrupt` = it is ours: Ctrl-C ends it.
base::Result<api::JobRecord> FollowToTheEnd(Session& session, const model::JobId& job,
                                            bool cancel_on_interrupt,
                                            std::vector<RunProgress::Preview>* previews = nullptr);

}  // namespace cli
