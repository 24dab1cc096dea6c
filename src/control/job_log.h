// A job's events: appended to one file, replayed from a sequence number, followed live (formats.md
// §9).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/jobs_api.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace control {

/// The writing side; thread-safe. Each entry is length u32, checksum (the first 4 bytes of the
/// sha256 of what follows), CBOR. Beyond kEventsBytesMax user output is dropped with one notice;
/// state changes are always kept.
class JobLog {
 public:
  static constexpr uint64_t kEventsBytesMax = 64ull << 20;

  static base::Result<std::unique_ptr<JobLog>> Create(const std::string& path,
                                                      const base::Clock& clock);
  ~JobLog();

  void Append(api::JobEventBody body);
  /// Calls `sink` for every event from `from_sequence` on, until the log is closed or `ctx` says
  /// stop.
  base::Status Follow(const base::Context& ctx, uint64_t from_sequence,
                      const std::function<void(const api::JobEvent&)>& sink);
  /// No event comes after this; followers end.
  void Close();

 private:
  struct State;
  explicit JobLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The events in a file, up to the first incomplete or damaged entry (a crash while appending
/// leaves one).
base::Result<std::vector<api::JobEvent>> ReadJobLog(const std::string& path);

}  // namespace control
