// The stored form of a job's record (state key "job/<id>") and of its events (jobs/<id>/events).
#pragma once

#include "api/jobs_api.h"
#include "base/bytes.h"
#include "base/result.h"

namespace api {

base::Bytes EncodeJobRecord(const JobRecord& record);
/// kCorrupt "base.bad_cbor", kUnimplemented "base.newer_version".
base::Result<JobRecord> DecodeJobRecord(base::BytesView bytes);

base::Bytes EncodeJobEvent(const JobEvent& event);
base::Result<JobEvent> DecodeJobEvent(base::BytesView bytes);

base::Bytes EncodeSnapshot(const ProjectSnapshot& snapshot);
base::Result<ProjectSnapshot> DecodeSnapshot(base::BytesView bytes);

}  // namespace api
