#include "plan/task_outcome_cbor.h"

#include "plan/cbor_parts_internal.h"
#include "plan/columnar_cbor.h"

namespace plan {
namespace {
using base::Cbor;
using base::CborFields;
using base::Result;

constexpr const char* kKind = "boathouse.task_outcome";

Cbor WrittenToCbor(const WrittenTable& written) {
  return Cbor(
      Cbor::Map{{0, ListToCbor(written.added_manifests,
                               [](const base::Bytes& bytes) { return Cbor::OfBytes(bytes); })},
                {1, base::CborTexts(written.removed_files)},
                {2, SizeToCbor(written.rows_added)},
                {3, SizeToCbor(written.rows_removed)},
                {4, SizeToCbor(written.files_added)},
                {5, SizeToCbor(written.bytes_added)}});
}

Result<base::Bytes> ManifestFromCbor(const Cbor& value) {
  const auto* bytes = value.As<Cbor::ByteString>();
  if (bytes == nullptr) return BadValue("manifest");
  return bytes->bytes;
}

Result<WrittenTable> WrittenFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "written table"));
  WrittenTable written;
  ASSIGN_OR_RETURN(written.added_manifests, ReadList<base::Bytes>(fields, 0, ManifestFromCbor));
  ASSIGN_OR_RETURN(written.removed_files, fields.Texts(1));
  ASSIGN_OR_RETURN(written.rows_added, ReadSize(fields, 2));
  ASSIGN_OR_RETURN(written.rows_removed, ReadSize(fields, 3));
  ASSIGN_OR_RETURN(written.files_added, ReadSize(fields, 4));
  ASSIGN_OR_RETURN(written.bytes_added, ReadSize(fields, 5));
  RETURN_IF_ERROR(fields.Finish());
  return written;
}

Cbor FileToCbor(const FileOutcome& file) {
  Cbor::Map map{{0, file.uri},
                {1, file.identity},
                {2, SizeToCbor(file.size_bytes)},
                {3, SizeToCbor(file.rows)}};
  if (file.error) map.emplace(4, ErrorToCbor(*file.error));
  return Cbor(std::move(map));
}

Result<FileOutcome> FileFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "file outcome"));
  FileOutcome file;
  ASSIGN_OR_RETURN(file.uri, fields.Text(0));
  ASSIGN_OR_RETURN(file.identity, fields.Text(1));
  ASSIGN_OR_RETURN(file.size_bytes, ReadSize(fields, 2));
  ASSIGN_OR_RETURN(file.rows, ReadSize(fields, 3));
  ASSIGN_OR_RETURN(auto error, ReadOptional<DecodedError>(fields, 4, ErrorFromCbor));
  if (error) file.error = std::move(error->error);
  RETURN_IF_ERROR(fields.Finish());
  return file;
}

Result<int64_t> CounterFromCbor(const Cbor& value) {
  const auto* number = value.As<int64_t>();
  if (number == nullptr) return BadValue("counter");
  return *number;
}

base::Error Invalid(const TaskOutcome& outcome, const std::string& problem) {
  return base::Error(base::Code::kInvalidArgument, std::string(reasons::kInvalidOutcome),
                     "outcome of task " + outcome.task.text() + " " + problem);
}

}  // namespace

base::Bytes EncodeTaskOutcome(const TaskOutcome& outcome) {
  Cbor::Map map{{0, kKind},
                {1, kTaskOutcomeVersion},
                {2, outcome.task.text()},
                {3, outcome.attempt},
                {4, EnumToCbor(outcome.status)},
                {7, SizeToCbor(outcome.rows)},
                {8, SizeToCbor(outcome.bytes)},
                {10, outcome.check_message},
                {12, ListToCbor(outcome.files, FileToCbor)},
                {13, outcome.preview},
                {14, outcome.environment_lock}};
  if (outcome.error) map.emplace(5, ErrorToCbor(*outcome.error));
  if (outcome.schema) map.emplace(6, SchemaToCbor(*outcome.schema));
  if (outcome.check_passed) map.emplace(9, Cbor(*outcome.check_passed));
  if (outcome.written) map.emplace(11, WrittenToCbor(*outcome.written));
  if (!outcome.preview_columns.empty()) {
    map.emplace(16, ListToCbor(outcome.preview_columns, TextColumnToCbor));
  }
  map.emplace(15, TextMapToCbor(outcome.counters, [](int64_t value) { return Cbor(value); }));
  return base::EncodeCbor(Cbor(std::move(map)));
}

Result<TaskOutcome> DecodeTaskOutcome(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(CborFields fields, CborFields::OfObject(value, kKind, kTaskOutcomeVersion));
  TaskOutcome outcome;
  ASSIGN_OR_RETURN(std::string task, fields.Text(2));
  outcome.task = model::TaskId(std::move(task));
  ASSIGN_OR_RETURN(outcome.attempt, ReadUint32(fields, 3));
  ASSIGN_OR_RETURN(outcome.status, ReadEnum(fields, 4, TaskStatus::kSkipped));
  ASSIGN_OR_RETURN(auto error, ReadOptional<DecodedError>(fields, 5, ErrorFromCbor));
  if (error) outcome.error = std::move(error->error);
  ASSIGN_OR_RETURN(outcome.schema, ReadOptional<columnar::Schema>(fields, 6, SchemaFromCbor));
  ASSIGN_OR_RETURN(outcome.rows, ReadSize(fields, 7));
  ASSIGN_OR_RETURN(outcome.bytes, ReadSize(fields, 8));
  if (fields.Has(9)) {
    ASSIGN_OR_RETURN(outcome.check_passed, fields.Bool(9));
  }
  ASSIGN_OR_RETURN(outcome.check_message, fields.Text(10));
  ASSIGN_OR_RETURN(outcome.written, ReadOptional<WrittenTable>(fields, 11, WrittenFromCbor));
  ASSIGN_OR_RETURN(outcome.files, ReadList<FileOutcome>(fields, 12, FileFromCbor));
  ASSIGN_OR_RETURN(outcome.preview, fields.Text(13));
  ASSIGN_OR_RETURN(outcome.environment_lock, fields.Text(14));
  if (fields.Has(16)) {
    ASSIGN_OR_RETURN(outcome.preview_columns,
                     ReadList<columnar::TextColumn>(fields, 16, TextColumnFromCbor));
  }
  ASSIGN_OR_RETURN(outcome.counters, ReadTextMap<int64_t>(fields, 15, CounterFromCbor));
  RETURN_IF_ERROR(fields.Finish());
  return outcome;
}

base::Status ValidateTaskOutcome(const TaskOutcome& outcome) {
  if (outcome.task.empty()) return Invalid(outcome, "names no task");
  if (outcome.attempt == 0) return Invalid(outcome, "has attempt 0; attempts count from 1");
  const bool succeeded = outcome.status == TaskStatus::kSucceeded;
  if (succeeded && outcome.error) return Invalid(outcome, "succeeded with an error");
  if (!succeeded && !outcome.error) return Invalid(outcome, "did not succeed, without an error");
  return base::Ok();
}

}  // namespace plan
