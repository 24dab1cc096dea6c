#include "control/job_record_cbor.h"

#include "base/cbor.h"
#include "control/job_parts_cbor_internal.h"
#include "plan/columnar_cbor.h"

namespace control {
namespace {

using base::Cbor;
using base::CborFields;
using base::Result;

constexpr int64_t kRecordVersion = 1;
constexpr int64_t kSnapshotVersion = 1;

enum RecordKey : int64_t {
  kId = 2,
  kKind = 3,
  kStatus = 4,
  kUser = 5,
  kCreated = 6,
  kFinished = 7,
  kRef = 8,
  kRunBranch = 9,
  kPublished = 10,
  kProjectId = 11,
  kProjectName = 12,
  kError = 13,
  kTasks = 14,
  kParameters = 15,
  kLocks = 16,
  kDetails = 17,
};

}  // namespace

Cbor JobRecordToCbor(const api::JobRecord& record) {
  Cbor::Map map{{0, "job"},
                {1, kRecordVersion},
                {kId, record.id.text()},
                {kKind, static_cast<int64_t>(record.kind)},
                {kStatus, static_cast<int64_t>(record.status)},
                {kUser, record.user},
                {kCreated, base::Micros(record.created)},
                {kRef, record.ref},
                {kRunBranch, record.run_branch},
                {kPublished, record.published},
                {kProjectId, record.project_id},
                {kProjectName, record.project_name},
                {kParameters, base::CborTextPairs(record.parameters)},
                {kLocks, base::CborTextPairs(record.environment_locks)},
                {kDetails, base::CborTextPairs(record.details)}};
  if (record.finished) map.emplace(kFinished, base::Micros(*record.finished));
  if (record.error) map.emplace(kError, plan::ErrorToCbor(*record.error));
  Cbor::Array tasks;
  for (const api::TaskRecord& task : record.tasks) tasks.push_back(TaskRecordToCbor(task));
  map.emplace(kTasks, std::move(tasks));
  return Cbor(std::move(map));
}

Result<api::JobRecord> JobRecordFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::OfObject(value, "job", kRecordVersion));
  api::JobRecord record;
  ASSIGN_OR_RETURN(std::string id, fields.Text(kId));
  record.id = model::JobId(std::move(id));
  ASSIGN_OR_RETURN(record.kind, EnumFrom<api::JobKind>(fields, kKind, 6));
  ASSIGN_OR_RETURN(record.status, EnumFrom<api::JobStatus>(fields, kStatus, 5));
  ASSIGN_OR_RETURN(record.user, fields.Text(kUser));
  ASSIGN_OR_RETURN(const int64_t created, fields.Int(kCreated));
  record.created = base::FromMicros(created);
  if (fields.Has(kFinished)) {
    ASSIGN_OR_RETURN(const int64_t finished, fields.Int(kFinished));
    record.finished = base::FromMicros(finished);
  }
  ASSIGN_OR_RETURN(record.ref, fields.Text(kRef));
  ASSIGN_OR_RETURN(record.run_branch, fields.Text(kRunBranch));
  ASSIGN_OR_RETURN(record.published, fields.Text(kPublished));
  ASSIGN_OR_RETURN(record.project_id, fields.Text(kProjectId));
  ASSIGN_OR_RETURN(record.project_name, fields.Text(kProjectName));
  ASSIGN_OR_RETURN(record.parameters, fields.TextPairs(kParameters));
  ASSIGN_OR_RETURN(record.environment_locks, fields.TextPairs(kLocks));
  ASSIGN_OR_RETURN(record.details, fields.TextPairs(kDetails));
  if (fields.Has(kError)) {
    ASSIGN_OR_RETURN(const Cbor* error, fields.Any(kError));
    ASSIGN_OR_RETURN(plan::DecodedError decoded, plan::ErrorFromCbor(*error));
    record.error = std::move(decoded.error);
  }
  ASSIGN_OR_RETURN(const Cbor::Array* tasks, fields.List(kTasks));
  for (const Cbor& task : *tasks) {
    ASSIGN_OR_RETURN(api::TaskRecord read, TaskRecordFromCbor(task));
    record.tasks.push_back(std::move(read));
  }
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeJobRecord(const api::JobRecord& record) {
  return base::EncodeCbor(JobRecordToCbor(record));
}

Result<api::JobRecord> DecodeJobRecord(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  return JobRecordFromCbor(value);
}

base::Bytes EncodeSnapshot(const api::ProjectSnapshot& snapshot) {
  return base::EncodeCbor(Cbor(
      Cbor::Map{{0, "snapshot"}, {1, kSnapshotVersion}, {2, base::CborTextPairs(snapshot.files)}}));
}

Result<api::ProjectSnapshot> DecodeSnapshot(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(CborFields fields, CborFields::OfObject(value, "snapshot", kSnapshotVersion));
  api::ProjectSnapshot snapshot;
  ASSIGN_OR_RETURN(snapshot.files, fields.TextPairs(2));
  RETURN_IF_ERROR(fields.Finish());
  return snapshot;
}

}  // namespace control
