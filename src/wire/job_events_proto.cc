#include <algorithm>
#include <utility>

#include "proto/commander.pb.h"
#include "wire/job_events.h"

namespace wire {
namespace {

constexpr char kExpectationType[] = "USER_CODE_EXPECTATION";
constexpr char kPythonType[] = "USER_CODE_PYTHON_MODEL";
constexpr char kSqlType[] = "USER_CODE_SQL_MODEL";
constexpr char kOwnName[] = "boathouse";
constexpr int kCausesMax = 64;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

void FillTimestamp(base::Instant at, google::protobuf::Timestamp* out) {
  const int64_t micros = base::Micros(at);
  out->set_seconds(micros / 1'000'000);
  out->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
}

void FillMetadata(const std::string& name, plan::NodeKind kind, const base::Place& place,
                  pb::TaskMetadata* out) {
  out->set_level(pb::TaskMetadata::TASK_LEVEL_DAG);
  out->set_function_name(name);
  switch (kind) {
    case plan::NodeKind::kPythonModel:
      out->set_human_readable_task_type("Python model");
      out->set_task_type(kPythonType);
      out->set_model_name(name);
      break;
    case plan::NodeKind::kSqlModel:
      out->set_human_readable_task_type("SQL model");
      out->set_task_type(kSqlType);
      out->set_model_name(name);
      break;
    case plan::NodeKind::kExpectation:
      out->set_human_readable_task_type("Expectation");
      out->set_task_type(kExpectationType);
      break;
  }
  if (!place.file.empty()) out->set_file_name(place.file);
  if (place.line > 0) out->set_line_number(static_cast<int32_t>(place.line));
}

void FillPreview(const std::string& name, const std::vector<columnar::TextColumn>& columns,
                 pb::RuntimeTablePreview* out) {
  out->set_table_name(name);
  for (const columnar::TextColumn& column : columns) {
    pb::RuntimeTableColumnInfo& shown = *out->add_columns();
    shown.set_column_name(column.name);
    shown.set_column_type(column.type);
    for (const std::string& value : column.values) shown.add_values(value);
  }
}

/// A line of ours: one that the user should see while the job runs, or one for `job logs --system`.
pb::RunnerEvent SystemLine(const std::string& job, base::Instant at, bool warning,
                           const std::string& text) {
  pb::RunnerEvent event;
  pb::RuntimeLogEvent& log = *event.mutable_runtime_user_log();
  log.set_level(warning ? pb::RuntimeLogEvent::LOG_LEVEL_WARNING
                        : pb::RuntimeLogEvent::LOG_LEVEL_INFO);
  log.set_output_stream(pb::RuntimeLogEvent::OUTPUT_STREAM_STDERR);
  // Clients show nothing of the system while a job runs.
  log.set_type(warning ? pb::RuntimeLogEvent::LOG_TYPE_USER : pb::RuntimeLogEvent::LOG_TYPE_SYSTEM);
  log.set_emit_timestamp_ns(base::Micros(at) * 1000);
  log.set_msg(warning ? "warning: " + text : text);
  log.set_job_id(job);
  log.mutable_task_metadata()->set_level(warning ? pb::TaskMetadata::TASK_LEVEL_DAG
                                                 : pb::TaskMetadata::TASK_LEVEL_SYSTEM);
  log.mutable_task_metadata()->set_human_readable_task_type(kOwnName);
  return event;
}

std::string FileLine(const api::FileImported& imported) {
  if (imported.file.error) return imported.file.uri + ": " + imported.file.error->ToString();
  if (imported.skipped) return imported.file.uri + ": imported already";
  return imported.file.uri + ": " + std::to_string(imported.file.rows) + " rows";
}

plan::NodeKind KindOf(const std::string& name) {
  if (name == plan::NodeKindName(plan::NodeKind::kExpectation)) return plan::NodeKind::kExpectation;
  if (name == plan::NodeKindName(plan::NodeKind::kSqlModel)) return plan::NodeKind::kSqlModel;
  return plan::NodeKind::kPythonModel;
}

pb::JobFailure::ErrorCode FailureCode(const api::JobRecord& job) {
  if (!job.error) return pb::JobFailure::ERROR_CODE_UNSPECIFIED;
  const bool ours =
      job.error->code == base::Code::kInternal || job.error->code == base::Code::kCorrupt;
  return ours ? pb::JobFailure::ERROR_CODE_RUNTIME_INTERNAL_ERROR
              : pb::JobFailure::ERROR_CODE_RUNTIME_TASK_USER_ERROR;
}

}  // namespace

EventTranslator::EventTranslator(const api::JobRecord& job)
    : job_(job.id.text()), strict_([&] {
        const auto found = job.details.find("strict");
        return found == job.details.end() || found->second != "off";
      }()) {}

void EventTranslator::OnTaskEnded(const api::TaskEnded& event, base::Instant at, const Emit& emit) {
  const api::TaskRecord& task = event.task;
  const plan::NodeKind kind = KindOf(task.kind);
  const base::Place place{task.file, task.line, 0};
  if (started_.insert(task.task.text()).second) {  // skipped ones never began; readers expect it
    pb::RunnerEvent start;
    FillMetadata(task.name, kind, place, start.mutable_task_start()->mutable_task_metadata());
    FillTimestamp(at, start.mutable_task_start()->mutable_timestamp());
    start.mutable_task_start()->set_task_id(task.task.text());
    start.mutable_task_start()->set_task_name(task.name);
    emit(std::move(start));
  }
  pb::RunnerEvent out;
  pb::TaskCompleteEvent& end = *out.mutable_task_completion();
  FillMetadata(task.name, kind, place, end.mutable_task_metadata());
  FillTimestamp(at, end.mutable_timestamp());
  end.set_task_id(task.task.text());
  end.set_task_name(task.name);
  switch (task.status.value_or(plan::TaskStatus::kSkipped)) {
    case plan::TaskStatus::kSucceeded:
      end.mutable_success()->set_message(task.message);
      if (!event.preview_columns.empty()) {
        FillPreview(task.name, event.preview_columns,
                    end.mutable_success()->add_runtime_table_preview());
      }
      break;
    case plan::TaskStatus::kFailed:
      end.mutable_failure()->set_component(pb::COMPONENT_RUNTIME);
      end.mutable_failure()->set_error_message(task.message);
      end.mutable_failure()->set_is_fatal(strict_ || kind != plan::NodeKind::kExpectation);
      break;
    case plan::TaskStatus::kCancelled:
      end.mutable_cancel()->set_reason(task.message);
      break;
    case plan::TaskStatus::kTimedOut:
      end.mutable_timeout()->set_message(task.message);
      break;
    case plan::TaskStatus::kSkipped:
      end.mutable_skipped();
      break;
  }
  emit(std::move(out));
}

void EventTranslator::Translate(const api::JobEvent& event, const Emit& emit) {
  const auto handler = Overloaded{
      [&](const api::JobStarted& e) {
        if (e.run_branch.empty()) return;
        emit(SystemLine(job_, event.at, false, "run branch " + e.run_branch));
      },
      [&](const api::PlanReady& e) {
        for (const plan::LogicalNode& node : e.plan.nodes) {
          nodes_[node.name] = Node{node.kind, node.place};
        }
      },
      [&](const api::EnvironmentReady& e) {
        emit(SystemLine(job_, event.at, false,
                        "environment of " + e.node + ": " + std::to_string(e.packages) +
                            " packages, lock " + e.digest));
      },
      [&](const api::TaskStarted& e) {
        started_.insert(e.task.text());
        pb::RunnerEvent out;
        pb::TaskStartEvent& start = *out.mutable_task_start();
        const Node& node = nodes_[e.name];
        FillMetadata(e.name, node.kind, node.place, start.mutable_task_metadata());
        FillTimestamp(event.at, start.mutable_timestamp());
        start.set_task_id(e.task.text());
        start.set_task_name(e.name);
        emit(std::move(out));
      },
      [&](const api::UserOutput& e) {
        for (size_t begin = 0; begin <= e.text.size();) {
          const size_t end = std::min(e.text.find('\n', begin), e.text.size());
          if (begin == e.text.size() && begin > 0) break;  // the end of the last line
          pb::RunnerEvent out;
          pb::RuntimeLogEvent& log = *out.mutable_runtime_user_log();
          log.set_level(pb::RuntimeLogEvent::LOG_LEVEL_INFO);
          log.set_output_stream(e.is_error ? pb::RuntimeLogEvent::OUTPUT_STREAM_STDERR
                                           : pb::RuntimeLogEvent::OUTPUT_STREAM_STDOUT);
          log.set_type(pb::RuntimeLogEvent::LOG_TYPE_USER);
          log.set_emit_timestamp_ns(base::Micros(event.at) * 1000);
          log.set_msg(e.text.substr(begin, end - begin));
          log.set_job_id(job_);
          FillMetadata(e.name, nodes_[e.name].kind, base::Place{e.file, e.line, 0},
                       log.mutable_task_metadata());
          emit(std::move(out));
          begin = end + 1;
        }
      },
      [&](const api::TaskEnded& e) { OnTaskEnded(e, event.at, emit); },
      [&](const api::Notice& e) { emit(SystemLine(job_, event.at, e.is_warning, e.text)); },
      [&](const api::FileImported& e) {
        emit(SystemLine(job_, event.at, e.file.error.has_value(), FileLine(e)));
      },
      [&](const api::Published& e) {
        emit(SystemLine(job_, event.at, false,
                        "published " + std::to_string(e.tables.size()) + " tables to " + e.branch +
                            " in commit " + e.commit));
      },
      [&](const api::TablePlanned& e) {
        pb::RunnerEvent out;
        pb::TableCreatePlanDoneEvent& done = *out.mutable_table_create_plan_done_event();
        FillTimestamp(event.at, done.mutable_timestamp());
        done.set_task_id(job_);
        done.set_plan_as_yaml(e.plan_yaml);
        done.set_success(true);
        done.set_can_auto_apply(e.can_apply);
        for (const std::string& file : e.files) done.add_files_to_be_imported(file);
        emit(std::move(out));
      },
      [&](const api::JobEnded& e) { Complete(e.job, emit); }};
  std::visit(handler, event.body);
}

void EventTranslator::Complete(const api::JobRecord& ended, const Emit& emit) {
  if (std::exchange(completed_, true)) return;
  pb::RunnerEvent out;
  pb::JobCompleteEvent& end = *out.mutable_job_completion();
  end.set_job_id(job_);
  if (ended.status == api::JobStatus::kComplete) {
    end.mutable_success()->set_msg("done");
  } else if (ended.status == api::JobStatus::kAbort) {
    end.mutable_cancellation()->set_reason(FailureText(ended));
  } else {
    end.mutable_failure()->set_component(pb::COMPONENT_RUNTIME);
    end.mutable_failure()->set_error_message(FailureText(ended));
    end.mutable_failure()->set_error_code(FailureCode(ended));
  }
  emit(std::move(out));
}

std::string ErrorText(const base::Error& error) {
  std::string text = error.ToString();
  const base::Error* cause = error.cause.get();
  for (int depth = 0; cause != nullptr && depth < kCausesMax; ++depth) {
    text += "\n" + cause->ToString();
    cause = cause->cause.get();
  }
  return text;
}

std::string FailureText(const api::JobRecord& job) {
  std::string text = job.error ? ErrorText(*job.error) : "";
  for (const api::TaskRecord& task : job.tasks) {
    const bool bad =
        task.status == plan::TaskStatus::kFailed || task.status == plan::TaskStatus::kTimedOut;
    if (!bad || task.message.empty() || text.find(task.message) != std::string::npos) continue;
    text += (text.empty() ? "" : "\n") + task.name + ": " + task.message;
  }
  return text;
}

void EmitQueryResult(const std::string& job, const ResultPlace& place,
                     const EventTranslator::Emit& emit) {
  pb::RunnerEvent out;
  pb::FlightServerStartEvent& start = *out.mutable_flight_server_start();
  start.set_endpoint(place.endpoint);
  start.set_job_id(job);
  start.set_magic_token(place.token);
  start.set_use_tls(place.endpoint.starts_with("https://"));
  start.set_connection_method(pb::FlightServerStartEvent::SERVER_ACCESS_METHOD_PUBLIC_INTERNET);
  emit(std::move(out));
}

}  // namespace wire
