#include "api/job_parts_cbor_internal.h"

namespace api {
namespace {

using base::Cbor;
using base::CborFields;
using base::Result;

enum TaskKey : int64_t {
  kTask = 0,
  kName = 1,
  kKind = 2,
  kFile = 3,
  kLine = 4,
  kStatus = 5,
  kStarted = 6,
  kEnded = 7,
  kRows = 8,
  kMessage = 9,
  kCounters = 10,
};

}  // namespace

Cbor TaskRecordToCbor(const TaskRecord& task) {
  Cbor::Map map{{kTask, task.task.text()},
                {kName, task.name},
                {kKind, task.kind},
                {kFile, task.file},
                {kLine, task.line},
                {kStarted, base::Micros(task.started)},
                {kEnded, base::Micros(task.ended)},
                {kRows, static_cast<int64_t>(task.rows)},
                {kMessage, task.message}};
  if (task.status) map.emplace(kStatus, static_cast<int64_t>(*task.status));
  Cbor::Array counters;
  for (const auto& [name, value] : task.counters)
    counters.push_back(Cbor(Cbor::Array{Cbor(name), Cbor(value)}));
  map.emplace(kCounters, std::move(counters));
  return Cbor(std::move(map));
}

Result<TaskRecord> TaskRecordFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "task record"));
  TaskRecord task;
  ASSIGN_OR_RETURN(std::string id, fields.Text(kTask));
  task.task = model::TaskId(std::move(id));
  ASSIGN_OR_RETURN(task.name, fields.Text(kName));
  ASSIGN_OR_RETURN(task.kind, fields.Text(kKind));
  ASSIGN_OR_RETURN(task.file, fields.Text(kFile));
  ASSIGN_OR_RETURN(const int64_t line, fields.Int(kLine));
  task.line = static_cast<uint32_t>(line);
  if (fields.Has(kStatus)) {
    ASSIGN_OR_RETURN(task.status, EnumFrom<plan::TaskStatus>(fields, kStatus, 5));
  }
  ASSIGN_OR_RETURN(const int64_t started, fields.Int(kStarted));
  task.started = base::FromMicros(started);
  ASSIGN_OR_RETURN(const int64_t ended, fields.Int(kEnded));
  task.ended = base::FromMicros(ended);
  ASSIGN_OR_RETURN(const int64_t rows, fields.Int(kRows));
  task.rows = static_cast<uint64_t>(rows);
  ASSIGN_OR_RETURN(task.message, fields.Text(kMessage));
  ASSIGN_OR_RETURN(const Cbor::Array* counters, fields.List(kCounters));
  for (const Cbor& counter : *counters) {
    const auto* pair = counter.As<Cbor::Array>();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].As<std::string>() == nullptr ||
        (*pair)[1].As<int64_t>() == nullptr) {
      return base::Error(base::Code::kCorrupt, "base.bad_cbor",
                         "a counter is not a name and a number");
    }
    task.counters.emplace(*(*pair)[0].As<std::string>(), *(*pair)[1].As<int64_t>());
  }
  RETURN_IF_ERROR(fields.Finish());
  return task;
}

}  // namespace api
