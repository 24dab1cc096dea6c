// The stored form of a job's record (state key "job/<id>") and of its events (jobs/<id>/events).
#pragma once

#include "api/jobs_api.h"
#include "base/bytes.h"
#include "base/result.h"

namespace control {

base::Bytes EncodeJobRecord(const api::JobRecord& record);
/// kCorrupt "base.bad_cbor", kUnimplemented "base.newer_version".
base::Result<api::JobRecord> DecodeJobRecord(base::BytesView bytes);

base::Bytes EncodeJobEvent(const api::JobEvent& event);
base::Result<api::JobEvent> DecodeJobEvent(base::BytesView bytes);

base::Bytes EncodeSnapshot(const api::ProjectSnapshot& snapshot);
base::Result<api::ProjectSnapshot> DecodeSnapshot(base::BytesView bytes);

}  // namespace control
