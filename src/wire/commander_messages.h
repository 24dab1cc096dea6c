// The messages of the job service by name, for headers that hand them on without reading them.
#pragma once

namespace bpln_proto::commander::service::v2 {

class CancelJobRequest;
class CancelJobResponse;
class CodeSnapshotReRunRequest;
class CodeSnapshotReRunResponse;
class CodeSnapshotRunRequest;
class CodeSnapshotRunResponse;
class ExternalTableCreateRequest;
class ExternalTableCreateResponse;
class GetBauplanInfoResponse;
class GetJobContextRequest;
class GetJobContextResponse;
class GetJobsRequest;
class GetJobsResponse;
class GetLogsRequest;
class GetLogsResponse;
class GetSnapshotInfoRequest;
class GetSnapshotInfoResponse;
class JobContext;
class JobInfo;
class JobRequestCommon;
class QueryRunRequest;
class QueryRunResponse;
class RunnerEvent;
class TableCreatePlanApplyRequest;
class TableCreatePlanApplyResponse;
class TableCreatePlanRequest;
class TableCreatePlanResponse;
class TableDataImportRequest;
class TableDataImportResponse;

}  // namespace bpln_proto::commander::service::v2

namespace wire {

namespace pb = bpln_proto::commander::service::v2;

}  // namespace wire
