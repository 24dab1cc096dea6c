#include "control/job_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/file.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/sha256.h"
#include "control/job_record_cbor.h"

namespace control {
namespace {

constexpr size_t kHeadBytes = 8;
constexpr uint32_t kEntryBytesMax = 16u << 20;
constexpr std::chrono::milliseconds kSlice{100};

base::Bytes Framed(const base::Bytes& body) {
  base::Bytes entry(4, '\0');
  const auto size = static_cast<uint32_t>(body.size());
  std::memcpy(entry.data(), &size, sizeof(size));
  entry += base::Sha256(body).substr(0, 4);
  entry += body;
  return entry;
}

void CutEnd(int fd, off_t bytes) {
  const off_t end = ::lseek(fd, 0, SEEK_END);
  if (end < bytes || ::ftruncate(fd, end - bytes) != 0)
    base::Log(base::LogLevel::kWarn, "half a job event could not be taken back");
}

struct Entries {
  std::vector<std::shared_ptr<const api::JobEvent>> events;
  uint64_t bytes = 0;
  bool closed = false;
  bool cut = false;
};

}  // namespace

struct JobLog::State {
  State(base::Fd f, const base::Clock& c) : fd(std::move(f)), clock(c) {}
  base::Fd fd;
  const base::Clock& clock;
  base::Guarded<Entries> entries;
};

JobLog::JobLog(std::unique_ptr<State> state) : state_(std::move(state)) {}
JobLog::~JobLog() = default;

base::Result<std::unique_ptr<JobLog>> JobLog::Create(const std::string& path,
                                                     const base::Clock& clock) {
  base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd.valid()) return base::IoError("create", path, errno);
  return std::unique_ptr<JobLog>(new JobLog(std::make_unique<State>(std::move(fd), clock)));
}

void JobLog::Append(api::JobEventBody body) {
  const bool is_output = std::holds_alternative<api::UserOutput>(body);
  state_->entries.With([&](Entries& entries) {
    if (is_output && entries.bytes > kEventsBytesMax) {
      if (entries.cut) return;
      entries.cut = true;
      body = api::Notice{true, "output beyond 64 MiB is not kept"};
    }
    auto event = std::make_shared<api::JobEvent>();
    event->sequence = entries.events.size();
    event->at = state_->clock.Now();
    event->body = std::move(body);
    const base::Bytes framed = Framed(EncodeJobEvent(*event));
    entries.bytes += framed.size();
    // One write call per entry, to a file on the local disk: kept under the lock so that the order
    // is the sequence.
    const ssize_t written = ::write(state_->fd.get(), framed.data(), framed.size());
    if (written != static_cast<ssize_t>(framed.size())) {
      base::Log(base::LogLevel::kWarn,
                "a job event could not be written: " +
                    std::string(std::strerror(written < 0 ? errno : ENOSPC)));
      // Half an entry would hide all that come after it.
      if (written > 0) CutEnd(state_->fd.get(), written);
    }
    entries.events.push_back(std::move(event));
  });
  state_->entries.Notify();
}

base::Status JobLog::Follow(const base::Context& ctx, uint64_t from_sequence,
                            const std::function<void(const api::JobEvent&)>& sink) {
  uint64_t next = from_sequence;
  while (true) {
    std::vector<std::shared_ptr<const api::JobEvent>> fresh;
    bool closed = false;
    const base::Duration left = ctx.deadline - state_->clock.Now();
    state_->entries.WaitFor(
        std::clamp(left, base::Duration(0), base::Duration(kSlice)),
        [&](Entries& entries) { return entries.closed || entries.events.size() > next; });
    state_->entries.With([&](Entries& entries) {
      for (uint64_t i = next; i < entries.events.size(); ++i) fresh.push_back(entries.events[i]);
      closed = entries.closed;
    });
    for (const auto& event : fresh) sink(*event);
    next += fresh.size();
    if (closed && fresh.empty()) return base::Ok();
    // After what there was: some ask for that only.
    RETURN_IF_ERROR(ctx.Check(state_->clock.Now()));
  }
}

void JobLog::Close() {
  state_->entries.With([](Entries& entries) { entries.closed = true; });
  state_->entries.Notify();
}

base::Result<std::vector<api::JobEvent>> ReadJobLog(const std::string& path) {
  ASSIGN_OR_RETURN(const base::Bytes bytes, base::ReadFile(path));
  std::vector<api::JobEvent> events;
  size_t at = 0;
  while (at + kHeadBytes <= bytes.size()) {
    uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at, sizeof(size));
    if (size > kEntryBytesMax || at + kHeadBytes + size > bytes.size()) break;
    const base::BytesView body = base::BytesView(bytes).substr(at + kHeadBytes, size);
    if (base::Sha256(body).substr(0, 4) != bytes.substr(at + 4, 4)) break;
    ASSIGN_OR_RETURN(api::JobEvent event, DecodeJobEvent(body));
    events.push_back(std::move(event));
    at += kHeadBytes + size;
  }
  return events;
}

}  // namespace control
