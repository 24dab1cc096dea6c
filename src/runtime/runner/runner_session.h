// RunnerSession: the host's side of one sandboxed function call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/file.h"
#include "base/result.h"
#include "runtime/runner/protocol.h"

namespace runtime {

/// One line the user's code printed.
struct OutputLine {
  std::string text;  // without the newline
  bool is_error = false;
  std::string file;   // "models.py" where known
  uint32_t line = 0;  // of the user's code, 0 = unknown (written past Python)
};

/// A socket pair and two pipes made before the sandbox starts. `child` ends go into it under the
/// numbers RunnerArguments() names; the launcher passes them and closes them afterwards.
struct RunnerChannel {
  base::Fd host_socket, child_socket;
  base::Fd host_stdout, child_stdout;
  base::Fd host_stderr, child_stderr;
  static base::Result<RunnerChannel> Create();
};

/// The command line of the runner inside the sandbox: python -I -u /boathouse/runner SOCKET.
/// `runner_folder` is python/runner as mounted; the socket is inherited as `socket_fd`, the pipes
/// are descriptors 1 and 2.
std::vector<std::string> RunnerArguments(const std::string& python,
                                         const std::string& runner_folder, int socket_fd);

/// Talks to one runner; one call, then the sandbox is killed by its owner. One thread calls; output
/// lines arrive on a thread of the session's own, in order, until the pipes end or Close.
class RunnerSession {
 public:
  struct Options {
    uint64_t output_lines_bytes_max = 16ull << 20;  // then one line says that the rest was cut
    uint32_t line_bytes_max = 64u << 10;            // longer lines are cut
    std::function<void(const OutputLine&)> on_line;
    /// Asked while waiting, e.g. whether the sandbox has died: an error ends the wait with it.
    std::function<base::Status()> still_alive;
    /// The project as the user knows it, put before file names: "" or "src/".
    std::string path_prefix;
  };
  RunnerSession(base::Fd socket, base::Fd child_stdout, base::Fd child_stderr, Options options);
  ~RunnerSession();
  RunnerSession(const RunnerSession&) = delete;

  /// Waits for the runner's first words. kUnavailable "runtime.runner_lost" when it ends before.
  base::Result<RunnerHello> AwaitHello(const base::Context& ctx);

  /// Sends the call and waits for the reply. kUserCode "runtime.function_failed" (message: type and
  /// text of the exception; place: the deepest frame in the user's code; context "traceback"),
  /// "runtime.bad_result" (returned something that is no table), "runtime.import_failed",
  /// "runtime.function_exited" (sys.exit), kResourceExhausted "runtime.function_memory"
  /// (MemoryError), kUnavailable "runtime.runner_lost" when the process ends without a reply
  /// (the owner of the sandbox knows why: out of memory, signal, os._exit).
  base::Result<RunnerReply> Call(const base::Context& ctx, const RunnerCall& call);

  /// Waits until both pipes have ended (the sandbox is dead) and all lines were delivered.
  void Close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
