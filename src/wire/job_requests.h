// A submitted job as the request it means.
#pragma once

#include "api/jobs_api.h"
#include "base/result.h"
#include "wire/commander_messages.h"

namespace wire {

/// The archive is unpacked. Whatever a client leaves out gets its default: main, strict off, cache
/// and transaction on. kInvalidArgument "wire.bad_field", or why the archive is refused.
base::Result<api::RunRequest> RunRequestOf(const pb::CodeSnapshotRunRequest& request);

/// The run of `before` again; what the request says wins over what it was.
base::Result<api::RunRequest> RerunRequestOf(const pb::CodeSnapshotReRunRequest& request,
                                             const api::JobRecord& before,
                                             api::ProjectSnapshot project);

base::Result<api::QueryRequest> QueryRequestOf(const pb::QueryRunRequest& request);
base::Result<api::ImportRequest> ImportRequestOf(const pb::TableDataImportRequest& request);
base::Result<api::ExternalTableRequest> ExternalTableRequestOf(
    const pb::ExternalTableCreateRequest& request);
/// The message has no room for what a commit is to say.
void FillExternalTable(const api::ExternalTableRequest& external,
                       pb::ExternalTableCreateRequest* out);
base::Result<api::PlanTableRequest> PlanTableRequestOf(const pb::TableCreatePlanRequest& request);
base::Result<api::ApplyTablePlanRequest> ApplyTablePlanRequestOf(
    const pb::TableCreatePlanApplyRequest& request);

// The same as a client of ours sends them.
base::Status FillRunRequest(const api::RunRequest& run, pb::CodeSnapshotRunRequest* out);
void FillQueryRequest(const api::QueryRequest& query, pb::QueryRunRequest* out);

/// "on" or "off", as replies echo it.
const char* OnOff(bool on);
/// "off", "head" or "tail".
const char* PreviewName(api::PreviewMode mode);

}  // namespace wire
