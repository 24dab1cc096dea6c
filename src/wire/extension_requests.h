// What only our own clients ask: tables from files in one job, imports with all their options, and
// plans; to the messages of the extension service and back.
#pragma once

#include "api/jobs_api.h"
#include "base/result.h"
#include "wire/extension_messages.h"

namespace wire {

void FillCreateTable(const api::CreateTableRequest& request, px::CreateTableRequest* out);
/// kInvalidArgument "wire.bad_field".
base::Result<api::CreateTableRequest> CreateTableRequestOf(const px::CreateTableRequest& request);

void FillImportTable(const api::ImportRequest& request, px::ImportTableRequest* out);
base::Result<api::ImportRequest> ImportTableRequestOf(const px::ImportTableRequest& request);

base::Status FillPlanRun(const api::PlanRequest& request, px::PlanRunRequest* out);
base::Result<api::PlanRequest> PlanRequestOf(const px::PlanRunRequest& request);

/// Of the logical plan what people are shown; tasks are whole.
void FillPlanReport(const api::PlanReport& report, px::PlanRunResponse* out);
/// kInternal "wire.bad_reply".
base::Result<api::PlanReport> PlanReportOf(const px::PlanRunResponse& response);

}  // namespace wire
