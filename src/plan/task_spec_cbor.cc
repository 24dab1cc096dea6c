#include "plan/task_spec_cbor.h"

#include <bit>
#include <set>

#include "plan/cbor_parts_internal.h"
#include "plan/columnar_cbor.h"

namespace plan {
namespace {
using base::Cbor;
using base::CborFields;
using base::Result;

constexpr const char* kKind = "boathouse.task_spec";

Cbor ParentToCbor(const ParentOutput& parent) {
  return Cbor(Cbor::Map{{0, parent.task.text()}, {1, parent.locator}});
}

Result<ParentOutput> ParentFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "parent output"));
  ParentOutput parent;
  ASSIGN_OR_RETURN(std::string task, fields.Text(0));
  parent.task = model::TaskId(std::move(task));
  ASSIGN_OR_RETURN(parent.locator, fields.Text(1));
  RETURN_IF_ERROR(fields.Finish());
  return parent;
}

/// Field 2 is a scan, field 3 the output of a parent: exactly one of them is there.
Cbor InputToCbor(const TaskInput& input) {
  Cbor::Map map{{0, input.name}, {1, input.source}};
  if (const auto* scan = std::get_if<ScanSpec>(&input.from)) {
    map.emplace(2, ScanSpecToCbor(*scan));
  } else {
    map.emplace(3, ParentToCbor(std::get<ParentOutput>(input.from)));
  }
  map.emplace(4, base::CborTexts(input.columns));
  map.emplace(5, input.filter_sql);
  map.emplace(6, PredicateToCbor(input.prune));
  if (input.contract) map.emplace(7, SchemaToCbor(*input.contract));
  return Cbor(std::move(map));
}

Result<TaskInput> InputFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "task input"));
  TaskInput input;
  ASSIGN_OR_RETURN(input.name, fields.Text(0));
  ASSIGN_OR_RETURN(input.source, fields.Text(1));
  ASSIGN_OR_RETURN(auto scan, ReadOptional<ScanSpec>(fields, 2, ScanSpecFromCbor));
  ASSIGN_OR_RETURN(auto parent, ReadOptional<ParentOutput>(fields, 3, ParentFromCbor));
  if (scan.has_value() == parent.has_value()) return BadValue("source of a task input");
  if (scan) {
    input.from = *std::move(scan);
  } else {
    input.from = *std::move(parent);
  }
  ASSIGN_OR_RETURN(input.columns, fields.Texts(4));
  ASSIGN_OR_RETURN(input.filter_sql, fields.Text(5));
  ASSIGN_OR_RETURN(const Cbor* prune, fields.Any(6));
  ASSIGN_OR_RETURN(input.prune, PredicateFromCbor(*prune));
  ASSIGN_OR_RETURN(input.contract, ReadOptional<columnar::Schema>(fields, 7, SchemaFromCbor));
  RETURN_IF_ERROR(fields.Finish());
  return input;
}

Cbor EntryToCbor(const EntryPoint& entry) {
  return Cbor(Cbor::Map{{0, entry.code_digest},
                        {1, entry.file},
                        {2, entry.function},
                        {3, entry.line},
                        {4, entry.sql}});
}

Result<EntryPoint> EntryFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "entry point"));
  EntryPoint entry;
  ASSIGN_OR_RETURN(entry.code_digest, fields.Text(0));
  ASSIGN_OR_RETURN(entry.file, fields.Text(1));
  ASSIGN_OR_RETURN(entry.function, fields.Text(2));
  ASSIGN_OR_RETURN(entry.line, ReadUint32(fields, 3));
  ASSIGN_OR_RETURN(entry.sql, fields.Text(4));
  RETURN_IF_ERROR(fields.Finish());
  return entry;
}

Cbor LimitsToCbor(const ResourceLimits& limits) {
  return Cbor(Cbor::Map{{0, limits.cpus},
                        {1, SizeToCbor(limits.memory_bytes_max)},
                        {2, SizeToCbor(limits.tmp_bytes_max)},
                        {3, Cbor(static_cast<int64_t>(limits.time_max.count()))},
                        {4, limits.internet_access}});
}

Result<ResourceLimits> LimitsFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "limits"));
  ResourceLimits limits;
  ASSIGN_OR_RETURN(limits.cpus, fields.Double(0));
  ASSIGN_OR_RETURN(limits.memory_bytes_max, ReadSize(fields, 1));
  ASSIGN_OR_RETURN(limits.tmp_bytes_max, ReadSize(fields, 2));
  ASSIGN_OR_RETURN(const int64_t micros, fields.Int(3));
  limits.time_max = base::Duration(micros);
  ASSIGN_OR_RETURN(limits.internet_access, fields.Bool(4));
  RETURN_IF_ERROR(fields.Finish());
  return limits;
}

Cbor TargetToCbor(const WriteTarget& target) {
  Cbor::Map map{{0, target.table},
                {1, target.uuid.text()},
                {2, target.location},
                {3, target.write_id},
                {4, SchemaToCbor(target.schema)},
                {5, Cbor::OfBytes(target.partition_spec)},
                {6, EnumToCbor(target.strategy)}};
  if (target.base) map.emplace(7, ScanSpecToCbor(*target.base));
  map.emplace(8, PredicateToCbor(target.overwrite));
  return Cbor(std::move(map));
}

Result<WriteTarget> TargetFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "write target"));
  WriteTarget target;
  ASSIGN_OR_RETURN(target.table, fields.Text(0));
  ASSIGN_OR_RETURN(std::string uuid, fields.Text(1));
  target.uuid = model::TableUuid(std::move(uuid));
  ASSIGN_OR_RETURN(target.location, fields.Text(2));
  ASSIGN_OR_RETURN(target.write_id, fields.Text(3));
  ASSIGN_OR_RETURN(const Cbor* schema, fields.Any(4));
  ASSIGN_OR_RETURN(target.schema, SchemaFromCbor(*schema));
  ASSIGN_OR_RETURN(target.partition_spec, fields.ByteString(5));
  ASSIGN_OR_RETURN(target.strategy, ReadEnum(fields, 6, WriteStrategy::kOverwritePartitions));
  ASSIGN_OR_RETURN(target.base, ReadOptional<ScanSpec>(fields, 7, ScanSpecFromCbor));
  ASSIGN_OR_RETURN(const Cbor* overwrite, fields.Any(8));
  ASSIGN_OR_RETURN(target.overwrite, PredicateFromCbor(*overwrite));
  RETURN_IF_ERROR(fields.Finish());
  return target;
}

Cbor FileToCbor(const SourceFile& file) {
  return Cbor(Cbor::Map{{0, file.uri}, {1, file.identity}, {2, SizeToCbor(file.size_bytes)}});
}

Result<SourceFile> FileFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "source file"));
  SourceFile file;
  ASSIGN_OR_RETURN(file.uri, fields.Text(0));
  ASSIGN_OR_RETURN(file.identity, fields.Text(1));
  ASSIGN_OR_RETURN(file.size_bytes, ReadSize(fields, 2));
  RETURN_IF_ERROR(fields.Finish());
  return file;
}

Cbor ReadOptionsToCbor(const FileReadOptions& options) {
  return Cbor(Cbor::Map{{0, EnumToCbor(options.format)},
                        {1, options.delimiter},
                        {2, options.quote},
                        {3, options.header},
                        {4, base::CborTexts(options.null_tokens)},
                        {5, options.date_format},
                        {6, options.timestamp_format},
                        {7, options.encoding},
                        {8, options.best_effort},
                        {9, options.continue_on_error}});
}

Result<FileReadOptions> ReadOptionsFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "file options"));
  FileReadOptions options;
  ASSIGN_OR_RETURN(options.format, ReadEnum(fields, 0, FileFormat::kJsonl));
  ASSIGN_OR_RETURN(options.delimiter, fields.Text(1));
  ASSIGN_OR_RETURN(options.quote, fields.Text(2));
  ASSIGN_OR_RETURN(options.header, fields.Bool(3));
  ASSIGN_OR_RETURN(options.null_tokens, fields.Texts(4));
  ASSIGN_OR_RETURN(options.date_format, fields.Text(5));
  ASSIGN_OR_RETURN(options.timestamp_format, fields.Text(6));
  ASSIGN_OR_RETURN(options.encoding, fields.Text(7));
  ASSIGN_OR_RETURN(options.best_effort, fields.Bool(8));
  ASSIGN_OR_RETURN(options.continue_on_error, fields.Bool(9));
  RETURN_IF_ERROR(fields.Finish());
  return options;
}

Result<model::TaskId> TaskIdFromCbor(const Cbor& value) {
  const auto* text = value.As<std::string>();
  if (text == nullptr) return BadValue("task id");
  return model::TaskId(*text);
}

/// Keys 10 and on: who runs it, when and with what.
base::Status ReadCircumstances(CborFields& fields, TaskSpec& spec) {
  ASSIGN_OR_RETURN(const Cbor* environment, fields.Any(10));
  ASSIGN_OR_RETURN(spec.environment, EnvironmentFromCbor(*environment));
  ASSIGN_OR_RETURN(const Cbor* limits, fields.Any(11));
  ASSIGN_OR_RETURN(spec.limits, LimitsFromCbor(*limits));
  ASSIGN_OR_RETURN(spec.inputs, ReadList<TaskInput>(fields, 12, InputFromCbor));
  ASSIGN_OR_RETURN(spec.parameters, ReadTextMap<columnar::Literal>(fields, 13, LiteralFromCbor));
  ASSIGN_OR_RETURN(spec.secret_names, fields.Texts(14));
  ASSIGN_OR_RETURN(spec.write, ReadOptional<WriteTarget>(fields, 15, TargetFromCbor));
  ASSIGN_OR_RETURN(spec.files, ReadList<SourceFile>(fields, 16, FileFromCbor));
  ASSIGN_OR_RETURN(const Cbor* options, fields.Any(17));
  ASSIGN_OR_RETURN(spec.read_options, ReadOptionsFromCbor(*options));
  ASSIGN_OR_RETURN(spec.rows_max, ReadSize(fields, 18));
  ASSIGN_OR_RETURN(spec.preview_rows_max, ReadUint32(fields, 19));
  ASSIGN_OR_RETURN(spec.preview_tail, fields.Bool(20));
  ASSIGN_OR_RETURN(const int64_t deadline, fields.Int(21));
  spec.deadline = base::FromMicros(deadline);
  ASSIGN_OR_RETURN(const int64_t seed, fields.Int(22));
  spec.seed = std::bit_cast<uint64_t>(seed);
  ASSIGN_OR_RETURN(spec.after, ReadList<model::TaskId>(fields, 23, TaskIdFromCbor));
  ASSIGN_OR_RETURN(spec.result_contract,
                   ReadOptional<columnar::Schema>(fields, 24, SchemaFromCbor));
  return base::Ok();
}

base::Error Invalid(const TaskSpec& spec, const std::string& problem) {
  return base::Error(base::Code::kInvalidArgument, std::string(reasons::kInvalidTask),
                     "task \"" + spec.name + "\" " + problem);
}

}  // namespace

Cbor ScanSpecToCbor(const ScanSpec& scan) {
  Cbor::Map map{{0, scan.table}, {1, scan.metadata_location}, {3, scan.schema_id}};
  if (scan.snapshot_id) map.emplace(2, *scan.snapshot_id);
  return Cbor(std::move(map));
}

Result<ScanSpec> ScanSpecFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "scan"));
  ScanSpec scan;
  ASSIGN_OR_RETURN(scan.table, fields.Text(0));
  ASSIGN_OR_RETURN(scan.metadata_location, fields.Text(1));
  if (fields.Has(2)) {
    ASSIGN_OR_RETURN(scan.snapshot_id, fields.Int(2));
  }
  ASSIGN_OR_RETURN(scan.schema_id, ReadInt32(fields, 3));
  RETURN_IF_ERROR(fields.Finish());
  return scan;
}

Cbor EnvironmentToCbor(const EnvironmentSpec& environment) {
  return Cbor(Cbor::Map{{0, environment.python_version},
                        {1, base::CborTextPairs(environment.packages)},
                        {2, environment.lock_digest}});
}

Result<EnvironmentSpec> EnvironmentFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "environment"));
  EnvironmentSpec environment;
  ASSIGN_OR_RETURN(environment.python_version, fields.Text(0));
  ASSIGN_OR_RETURN(environment.packages, fields.TextPairs(1));
  ASSIGN_OR_RETURN(environment.lock_digest, fields.Text(2));
  RETURN_IF_ERROR(fields.Finish());
  return environment;
}

base::Bytes EncodeTaskSpec(const TaskSpec& spec) {
  Cbor::Map map{{0, kKind},
                {1, kTaskSpecVersion},
                {2, spec.task.text()},
                {3, spec.attempt},
                {4, spec.run.text()},
                {5, spec.job.text()},
                {6, EnumToCbor(spec.kind)},
                {7, spec.name},
                {8, EntryToCbor(spec.entry)},
                {10, EnvironmentToCbor(spec.environment)},
                {11, LimitsToCbor(spec.limits)},
                {12, ListToCbor(spec.inputs, InputToCbor)},
                {13, TextMapToCbor(spec.parameters, LiteralToCbor)},
                {14, base::CborTexts(spec.secret_names)},
                {16, ListToCbor(spec.files, FileToCbor)},
                {17, ReadOptionsToCbor(spec.read_options)},
                {18, SizeToCbor(spec.rows_max)},
                {19, spec.preview_rows_max},
                {20, spec.preview_tail},
                {21, base::Micros(spec.deadline)},
                {22, std::bit_cast<int64_t>(spec.seed)}};
  if (spec.write) map.emplace(15, TargetToCbor(*spec.write));
  if (spec.result_contract) map.emplace(24, SchemaToCbor(*spec.result_contract));
  map.emplace(23, ListToCbor(spec.after, [](const model::TaskId& id) { return Cbor(id.text()); }));
  return base::EncodeCbor(Cbor(std::move(map)));
}

Result<TaskSpec> DecodeTaskSpec(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(CborFields fields, CborFields::OfObject(value, kKind, kTaskSpecVersion));
  TaskSpec spec;
  ASSIGN_OR_RETURN(std::string task, fields.Text(2));
  spec.task = model::TaskId(std::move(task));
  ASSIGN_OR_RETURN(spec.attempt, ReadUint32(fields, 3));
  ASSIGN_OR_RETURN(std::string run, fields.Text(4));
  spec.run = model::RunId(std::move(run));
  ASSIGN_OR_RETURN(std::string job, fields.Text(5));
  spec.job = model::JobId(std::move(job));
  ASSIGN_OR_RETURN(spec.kind, ReadEnum(fields, 6, TaskKind::kRegisterFiles));
  ASSIGN_OR_RETURN(spec.name, fields.Text(7));
  ASSIGN_OR_RETURN(const Cbor* entry, fields.Any(8));
  ASSIGN_OR_RETURN(spec.entry, EntryFromCbor(*entry));
  RETURN_IF_ERROR(ReadCircumstances(fields, spec));
  RETURN_IF_ERROR(fields.Finish());
  return spec;
}

base::Status ValidateTaskSpec(const TaskSpec& spec) {
  if (spec.task.empty()) return Invalid(spec, "has no id");
  if (spec.job.empty()) return Invalid(spec, "belongs to no job");
  if (spec.attempt == 0) return Invalid(spec, "has attempt 0; attempts count from 1");
  const bool calls = spec.kind == TaskKind::kPythonModel || spec.kind == TaskKind::kExpectation;
  if (calls && (spec.entry.file.empty() || spec.entry.function.empty())) {
    return Invalid(spec, "names no function to call");
  }
  const bool asks = spec.kind == TaskKind::kSqlModel || spec.kind == TaskKind::kQuery;
  if (asks && spec.entry.sql.empty()) return Invalid(spec, "has no SQL");
  const bool writes = spec.kind == TaskKind::kWriteTable || spec.kind == TaskKind::kImportFiles ||
                      spec.kind == TaskKind::kRegisterFiles;
  if (writes != spec.write.has_value()) {
    return Invalid(spec, writes ? "has no table to write to" : "has a table it never writes to");
  }
  if (!(spec.limits.cpus > 0) || spec.limits.memory_bytes_max == 0 ||
      spec.limits.time_max <= base::Duration::zero()) {
    return Invalid(spec, "has a limit of zero");
  }
  std::set<std::string_view> names;
  for (const TaskInput& input : spec.inputs) {
    if (!names.insert(input.name).second) {
      return Invalid(spec, "has two inputs called \"" + input.name + "\"");
    }
  }
  return base::Ok();
}

}  // namespace plan
