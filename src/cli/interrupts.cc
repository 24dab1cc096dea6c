#include "cli/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace cli {
namespace {

// A handler may touch nothing but these.
std::atomic<int> write_end{-1};
std::atomic<int> signals_seen{0};
int read_end = -1;
struct sigaction previous_interrupt;
struct sigaction previous_terminate;

void OnSignal(int signal) {
  const int saved = errno;
  if (signals_seen.fetch_add(1) > 0) _exit(128 + signal);
  const char byte = 'i';
  [[maybe_unused]] const ssize_t written = write(write_end.load(), &byte, 1);
  errno = saved;
}

}  // namespace

InterruptWatch::InterruptWatch(bool enabled, std::stop_source& source,
                               std::function<void()> on_first)
    : enabled_(enabled) {
  int ends[2];
  if (!enabled_ || pipe2(ends, O_CLOEXEC) != 0) {
    enabled_ = false;
    return;
  }
  read_end = ends[0];
  write_end = ends[1];
  signals_seen = 0;
  struct sigaction action{};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
  reader_ = std::jthread([source, on_first = std::move(on_first)]() mutable noexcept {
    char byte = 0;
    ssize_t got = 0;
    do {
      got = read(read_end, &byte, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1 && byte == 'i') {
      on_first();
      source.request_stop();
    }
  });
}

InterruptWatch::~InterruptWatch() {
  if (!enabled_) return;
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
  close(write_end.exchange(-1));  // the reader sees the end, unless it read a byte before
  reader_.join();
  close(read_end);
}

}  // namespace cli
