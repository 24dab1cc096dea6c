#include "runtime/environment/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.h"
#include "runtime/environment/reasons.h"

namespace runtime {
namespace {

constexpr int kCheckMillis = 50;
constexpr size_t kOutputBytesMax = 64u << 20;

struct Pipes {
  base::Fd input, out, error;  // our ends
  pid_t pid = -1;
};

base::Result<Pipes> Spawn(const Command& command) {
  int in[2];
  int out[2];
  int error[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) {
    return base::IoError("open a pipe", command.argv[0], errno);
  }
  const base::Fd theirs[] = {base::Fd(in[0]), base::Fd(out[1]), base::Fd(error[1])};
  Pipes pipes{base::Fd(in[1]), base::Fd(out[0]), base::Fd(error[0]), -1};
  for (const base::Fd* end : {&pipes.input, &pipes.out, &pipes.error}) {
    fcntl(end->get(), F_SETFL, O_NONBLOCK);
  }
  std::vector<char*> arguments;
  for (const std::string& word : command.argv) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<std::string> assignments;
  for (const auto& [name, value] : command.variables) assignments.push_back(name + "=" + value);
  std::vector<char*> variables;
  for (std::string& assignment : assignments) variables.push_back(assignment.data());
  variables.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 3; ++i) posix_spawn_file_actions_adddup2(&actions, theirs[i].get(), i);
  if (!command.folder.empty()) {
    posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  }
  const int result = posix_spawn(&pipes.pid, command.argv[0].c_str(), &actions, nullptr,
                                 arguments.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  if (result != 0) {
    return base::Error(base::Code::kFailedPrecondition, reasons::kCommandFailed,
                       "cannot start '" + command.argv[0] + "': " + std::strerror(result));
  }
  return pipes;
}

// Appends what is there; false at the end.
bool Drain(int fd, std::string& text) {
  char buffer[16384];
  for (;;) {
    const ssize_t size = read(fd, buffer, sizeof buffer);
    if (size > 0) {
      if (text.size() < kOutputBytesMax) text.append(buffer, static_cast<size_t>(size));
    } else {
      return size < 0 && (errno == EAGAIN || errno == EINTR);
    }
  }
}

void Feed(base::Fd& fd, const std::string& input, size_t& written) {
  const ssize_t size = write(fd.get(), input.data() + written, input.size() - written);
  if (size > 0) written += static_cast<size_t>(size);
  if (written == input.size() || (size < 0 && errno != EAGAIN && errno != EINTR)) fd = base::Fd();
}

}  // namespace

base::Result<CommandOutput> RunCommand(
    const base::Context& ctx, const Command& command,
    const std::function<void(std::string_view line)>& on_error_line) {
  ASSIGN_OR_RETURN(Pipes pipes, Spawn(command));
  const base::SystemClock clock;
  CommandOutput output;
  size_t written = 0;
  size_t told = 0;
  base::Status status = base::Ok();
  if (command.input.empty()) pipes.input = base::Fd();
  while (pipes.out.valid() || pipes.error.valid()) {
    std::array<pollfd, 3> ready = {pollfd{pipes.input.get(), POLLOUT, 0},
                                   pollfd{pipes.out.get(), POLLIN, 0},
                                   pollfd{pipes.error.get(), POLLIN, 0}};
    poll(ready.data(), ready.size(), kCheckMillis);
    if (ready[0].revents != 0) Feed(pipes.input, command.input, written);
    if (ready[1].revents != 0 && !Drain(pipes.out.get(), output.out)) pipes.out = base::Fd();
    if (ready[2].revents != 0 && !Drain(pipes.error.get(), output.error)) pipes.error = base::Fd();
    for (size_t end = 0; (end = output.error.find('\n', told)) != std::string::npos;
         told = end + 1) {
      if (on_error_line) on_error_line(std::string_view(output.error).substr(told, end - told));
    }
    status = ctx.Check(clock.Now());
    if (!status.ok()) break;
  }
  if (!status.ok()) kill(pipes.pid, SIGKILL);
  int wait_status = 0;
  while (waitpid(pipes.pid, &wait_status, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(std::move(status));
  output.exit_code =
      WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  return output;
}

}  // namespace runtime
