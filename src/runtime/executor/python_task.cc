#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"
#include "runtime/runner/reasons.h"

namespace runtime {
namespace {

constexpr int kRunnerSocket = 3;
constexpr char kCodeInside[] = "/code";
constexpr char kPythonInside[] = "/boathouse";
constexpr char kRunnerInside[] = "/boathouse/runner";
constexpr std::chrono::seconds kExitWait{5};

/// A sandbox has an uid of its own, whatever the user's umask is.
base::Status LetOthersRead(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr fs::perms kRead = fs::perms::group_read | fs::perms::others_read;
  constexpr fs::perms kEnter = kRead | fs::perms::group_exec | fs::perms::others_exec;
  std::error_code error;
  fs::permissions(folder, kEnter, fs::perm_options::add, error);
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (!error) {
      fs::permissions(entry.path(), entry.is_directory() ? kEnter : kRead, fs::perm_options::add,
                      error);
    }
  }
  if (error) return base::IoError("let others read", folder, error.value());
  return base::Ok();
}

/// The project's files as a folder of this machine, made once per digest; safe for several threads
/// and processes.
base::Result<std::string> UnpackCode(const base::Context& ctx, ExecutorParts& parts,
                                     const plan::TaskSpec& task) {
  const std::string folder = parts.work_folder + "/code-" + task.entry.code_digest;
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return folder;
  ASSIGN_OR_RETURN(const auto files, parts.code.Fetch(ctx, task.job, task.entry.code_digest));
  const std::string beside = folder + ".tmp-" + task.task.text();
  for (const auto& [name, content] : files) {
    const std::filesystem::path path = std::filesystem::path(beside) / name;
    RETURN_IF_ERROR(base::MakeFolders(path.parent_path().string()));
    RETURN_IF_ERROR(base::WriteFile(path.string(), content));
  }
  RETURN_IF_ERROR(LetOthersRead(beside));
  std::filesystem::rename(beside, folder, error);
  if (error) {  // another task was faster
    std::error_code ignored;
    std::filesystem::remove_all(beside, ignored);
    if (!std::filesystem::exists(folder)) return base::IoError("rename to", folder, error.value());
  }
  return folder;
}

base::Result<RunnerCall> CallOf(const base::Context& ctx, ExecutorParts& parts,
                                const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  RunnerCall call;
  call.code_folder = kCodeInside;
  call.file = task.entry.file;
  call.function = task.entry.function;
  call.name = task.name;
  call.kind = task.kind == plan::TaskKind::kExpectation ? CallKind::kExpectation : CallKind::kModel;
  call.output_bytes_max = task.limits.memory_bytes_max;
  call.contract = task.result_contract;
  for (const plan::TaskInput& input : task.inputs) {
    ASSIGN_OR_RETURN(columnar::SharedTable table, InputTable(ctx, parts, task, input, outcome));
    outcome.counters["input.rows"] += static_cast<int64_t>(table.rows());
    call.arguments.push_back({input.name, std::move(table)});
  }
  for (const auto& [name, literal] : task.parameters) call.arguments.push_back({name, literal});
  return call;
}

base::Result<SandboxSpec> SandboxOf(ExecutorParts& parts, const plan::TaskSpec& task,
                                    const std::string& code_folder, EnvironmentStore& environments,
                                    const ReadyEnvironment& environment, bool isolated,
                                    const RunnerChannel& channel) {
  SandboxSpec spec;
  for (const char c : task.name)
    spec.name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  spec.argv = RunnerArguments(environment.python, kRunnerInside, kRunnerSocket);
  spec.variables = {{"PATH", "/env/bin:/usr/bin:/bin"},
                    {"HOME", "/tmp"},
                    {"LANG", "C.UTF-8"},
                    {"PYTHONDONTWRITEBYTECODE", "1"},
                    {"PYTHONNOUSERSITE", "1"},
                    {"JE_ARROW_MALLOC_CONF", "background_thread:false"}};
  const int threads = std::max(1, static_cast<int>(task.limits.cpus));
  for (const char* name : {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"}) {
    spec.variables[name] = std::to_string(threads);
  }
  spec.binds = environment.binds;
  spec.binds.push_back({code_folder, kCodeInside});
  spec.binds.push_back({parts.python_folder, kPythonInside});
  spec.environment_layers = environment.layers;
  if (!isolated) {
    ASSIGN_OR_RETURN(std::string tree, environments.ComposeTree(environment));
    spec.environment_layers = {std::move(tree)};
  }
  spec.limits.memory_bytes_max = task.limits.memory_bytes_max;
  spec.limits.cpus = task.limits.cpus;
  spec.limits.tmp_bytes_max = task.limits.tmp_bytes_max;
  spec.internet_access = task.limits.internet_access;
  spec.descriptors = {{channel.child_stdout.get(), 1},
                      {channel.child_stderr.get(), 2},
                      {channel.child_socket.get(), kRunnerSocket}};
  return spec;
}

/// Why a call ended without a reply, as the user should hear it.
base::Error Explain(const plan::TaskSpec& task, SandboxProcess& process, base::Instant now,
                    base::Error error, bool timed_out) {
  const std::string function = "function \"" + task.name + "\"";
  if (timed_out) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(task.limits.time_max).count();
    return base::Error(base::Code::kDeadlineExceeded, reasons::kTimedOut,
                       function + " ran longer than its limit of " + std::to_string(seconds) +
                           " s and was stopped: raise timeout in its resources")
        .Set("function", task.name)
        .Set("limit", std::to_string(seconds) + " s")
        .At({task.entry.file, task.entry.line, 0});
  }
  if (error.reason != reasons::kRunnerLost && error.reason != reasons::kFunctionMemory)
    return error;
  base::Context wait;
  wait.deadline = now + kExitWait;
  const auto exit = process.Wait(wait);
  if (!exit.ok()) return error;
  if (exit->out_of_memory || error.reason == reasons::kFunctionMemory) {
    const std::string mib = std::to_string(task.limits.memory_bytes_max >> 20) + " MiB";
    return base::Error(base::Code::kResourceExhausted, reasons::kOutOfMemory,
                       function + " needed more than its memory limit of " + mib +
                           ": raise memory in its resources")
        .Set("function", task.name)
        .Set("limit", mib)
        .At({task.entry.file, task.entry.line, 0});
  }
  return base::Error(
             base::Code::kUserCode, reasons::kFunctionCrashed,
             function + " ended its process (" + exit->ToString() + ") instead of returning")
      .Set("function", task.name)
      .At({task.entry.file, task.entry.line, 0});
}

void TakeReply(const plan::TaskSpec& task, const RunnerReply& reply, plan::TaskOutcome& outcome) {
  outcome.counters["copy.bytes"] += static_cast<int64_t>(reply.bytes_copied);
  outcome.counters["function.micros"] = static_cast<int64_t>(reply.function_micros);
  outcome.counters["import.micros"] = static_cast<int64_t>(reply.import_micros);
  if (task.kind != plan::TaskKind::kExpectation) return;
  outcome.check_passed = reply.check_passed.value_or(false);
  outcome.check_message = reply.check_message;
  if (!*outcome.check_passed && outcome.check_message.empty())
    outcome.check_message = "expectation returned false";
}

}  // namespace

base::Status RunPythonTask(const base::Context& ctx, ExecutorParts& parts,
                           const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  ASSIGN_OR_RETURN(SandboxLauncher * launcher, parts.launcher());
  ASSIGN_OR_RETURN(EnvironmentStore * environments, parts.environments());
  ASSIGN_OR_RETURN(const ReadyEnvironment environment,
                   environments->Prepare(ctx, task.environment, "", nullptr));
  outcome.environment_lock = environment.lock_digest;
  ASSIGN_OR_RETURN(const std::string code_folder, UnpackCode(ctx, parts, task));
  ASSIGN_OR_RETURN(RunnerCall call, CallOf(ctx, parts, task, outcome));
  if (!launcher->isolated()) call.code_folder = code_folder;  // nothing is mounted at /code

  const base::Instant started = parts.clock.Now();
  ASSIGN_OR_RETURN(RunnerChannel channel, RunnerChannel::Create());
  ASSIGN_OR_RETURN(const SandboxSpec spec, SandboxOf(parts, task, code_folder, *environments,
                                                     environment, launcher->isolated(), channel));
  ASSIGN_OR_RETURN(SandboxProcess process, launcher->Launch(spec));
  channel.child_socket = base::Fd();
  channel.child_stdout = base::Fd();
  channel.child_stderr = base::Fd();
  RunnerSession::Options options;
  options.on_line = [&](const OutputLine& line) {
    if (parts.on_line) parts.on_line(task, line);
  };
  RunnerSession session(std::move(channel.host_socket), std::move(channel.host_stdout),
                        std::move(channel.host_stderr), std::move(options));
  base::Context limited = ctx;
  limited.deadline = std::min(ctx.deadline, started + task.limits.time_max);
  auto hello = session.AwaitHello(limited);
  outcome.counters["start.micros"] = (parts.clock.Now() - started).count();
  auto reply = hello.ok() ? session.Call(limited, call)
                          : base::Result<RunnerReply>(std::move(hello).error());
  if (!reply.ok()) {
    const bool timed_out =
        reply.error().code == base::Code::kDeadlineExceeded && ctx.Check(parts.clock.Now()).ok();
    const base::Instant now = parts.clock.Now();
    base::Error why = Explain(task, process, now, std::move(reply).error(), timed_out);
    RETURN_IF_ERROR(process.Kill());
    session.Close();
    return why;
  }
  RETURN_IF_ERROR(process.Kill());
  session.Close();
  TakeReply(task, *reply, outcome);
  for (const std::string& warning : reply->warnings) {
    if (parts.on_line)
      parts.on_line(task,
                    OutputLine{"warning: " + warning, true, task.entry.file, task.entry.line});
  }
  if (!reply->table) return base::Ok();
  return PublishOutput(parts, task, *std::move(reply->table), outcome);
}

}  // namespace runtime
