// What a person sees while a job runs: lines that stay, and in a terminal one moving line per
// running task below them.
#pragma once

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/jobs_api.h"
#include "base/clock.h"
#include "base/guarded.h"
#include "cli/style.h"

namespace cli {

struct ProgressOptions {
  bool live = false;   // a terminal: running tasks are redrawn in place
  bool quiet = false;  // only what functions print, warnings and failures
  uint32_t width = 100;
  bool show_times = false;  // a log file: each line begins with its time
};

/// Takes the events of one job in order. Thread-safe; the destructor leaves the terminal clean.
class RunProgress {
 public:
  RunProgress(std::ostream& out, const base::Clock& clock, const Style& style,
              ProgressOptions options);
  ~RunProgress();
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  void OnEvent(const api::JobEvent& event);
  /// A line of our own among the others.
  void Say(const std::string& line);

  struct Preview {
    std::string name;
    std::string text;
  };
  /// Previews that came with ended tasks, in order.
  std::vector<Preview> previews() const;

 private:
  struct RunningTask {
    std::string name;
    base::Instant started{};
  };
  struct State {
    std::map<std::string, RunningTask> running;  // by task id
    std::vector<Preview> previews;
    uint32_t name_width = 0;
    uint32_t lines_drawn = 0;
    uint32_t frame = 0;
  };
  /// The lines an event leaves behind.
  std::string Lines(const api::JobEvent& event, State& state) const;
  void Erase(State& state);
  void Draw(State& state);
  void Write(State& state, const std::string& lines);
  void Animate(const std::stop_token& stop);

  std::ostream& out_;
  const base::Clock& clock_;
  Style style_;
  ProgressOptions options_;
  base::Guarded<State> state_;
  std::jthread animation_;
};

}  // namespace cli
