// Jobs and plans as text and as JSON: pure functions of what the ports answer.
#pragma once

#include <string>
#include <vector>

#include "api/jobs_api.h"
#include "cli/json.h"
#include "cli/style.h"

namespace cli {

/// SUCCESS, FAILED, CANCELLED, RUNNING, ... as F-120 says it.
std::string Outcome(const api::JobRecord& job);
/// The whole record; for a run with F-120's keys.
Json JobJson(const api::JobRecord& job);
/// One or a few lines at the end of a job: outcome, duration, where it went, what to do next.
std::string JobSummary(const api::JobRecord& job, const Style& style);
std::string JobTable(const std::vector<api::JobRecord>& jobs, const Style& style);
/// Everything about one job.
std::string JobText(const api::JobRecord& job, const Style& style);

Json PlanJson(const api::PlanReport& report);
/// The graph, then one line per task.
std::string PlanText(const plan::PhysicalPlan& plan, const Style& style);

Json DiagnosticsJson(const std::vector<api::Diagnostic>& diagnostics);

}  // namespace cli
