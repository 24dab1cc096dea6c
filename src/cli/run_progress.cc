#include "cli/run_progress.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/dag_drawing.h"
#include "cli/display_width.h"

namespace cli {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

constexpr std::chrono::milliseconds kFrameTime{120};
constexpr size_t kLiveLinesMax = 12;

struct Mark {
  const char* unicode;
  const char* ascii;
};

std::string MarkText(const Mark& mark, const Style& style) {
  return style.unicode ? mark.unicode : mark.ascii;
}

std::string EndLine(const api::TaskRecord& task, uint32_t name_width, const Style& style) {
  const std::string name = Padded(task.name, name_width, false);
  const std::string took = DurationText(task.ended - task.started);
  const plan::TaskStatus status = task.status.value_or(plan::TaskStatus::kSkipped);
  switch (status) {
    case plan::TaskStatus::kSucceeded: {
      const std::string what = task.kind == "expectation"
                                   ? (task.message.empty() ? "passed" : task.message)
                                   : Count(task.rows, "row");
      return style.Green(MarkText({"✓", "ok  "}, style)) + " " + style.Bold(name) + "  " +
             Padded(what, 14, true) + "  " + style.Faint(took);
    }
    case plan::TaskStatus::kFailed:
      return style.Red(MarkText({"✗", "FAIL"}, style)) + " " + style.Bold(name) + "  " +
             style.Red("FAILED") + " after " + took +
             (task.message.empty() ? "" : ": " + Harmless(task.message));
    case plan::TaskStatus::kTimedOut:
      return style.Red(MarkText({"✗", "FAIL"}, style)) + " " + style.Bold(name) + "  " +
             style.Red("TIMEOUT") + " after " + took;
    case plan::TaskStatus::kCancelled:
      return style.Yellow(MarkText({"■", "stop"}, style)) + " " + style.Bold(name) + "  CANCELLED";
    case plan::TaskStatus::kSkipped:
      return style.Faint(MarkText({"–", "skip"}, style)) + " " + style.Bold(name) + "  SKIPPED";
  }
  return name;
}

std::string OutputLines(const api::UserOutput& output, const Style& style) {
  const std::string place =
      output.file.empty()
          ? ""
          : " @ " + output.file + (output.line > 0 ? ":" + std::to_string(output.line) : "");
  const std::string head = style.Cyan(output.name + place) + (style.unicode ? " │ " : " | ");
  std::string out;
  for (size_t start = 0; start < output.text.size() || start == 0;) {
    const size_t end = std::min(output.text.find('\n', start), output.text.size());
    const std::string text = Harmless(output.text.substr(start, end - start));
    out += head + (output.is_error ? style.Yellow(text) : text) + "\n";
    start = end + 1;
  }
  return out;
}

std::string FileLine(const api::FileImported& imported, const Style& style) {
  const std::string name = imported.file.uri.substr(imported.file.uri.rfind('/') + 1);
  if (imported.file.error.has_value()) {
    return style.Red(MarkText({"✗ ", "FAIL "}, style)) + name + "  " +
           Harmless(imported.file.error->ToString()) + "\n";
  }
  if (imported.skipped) {
    return style.Faint(MarkText({"– ", "skip "}, style)) + name + "  imported already\n";
  }
  return style.Green(MarkText({"✓ ", "ok   "}, style)) + name + "  " +
         Count(imported.file.rows, "row") + ", " + SizeText(imported.file.size_bytes) + "\n";
}

std::string EnvironmentLine(const api::EnvironmentReady& ready, const Style& style) {
  return style.Faint("environment of " + ready.node + ": " + Count(ready.packages, "package") +
                     (ready.resolved_now ? ", resolved now" : ", known already")) +
         "\n";
}

}  // namespace

RunProgress::RunProgress(std::ostream& out, const base::Clock& clock, const Style& style,
                         ProgressOptions options)
    : out_(out), clock_(clock), style_(style), options_(options) {
  if (options_.live && !options_.quiet) {
    animation_ = std::jthread([this](const std::stop_token& stop) noexcept { Animate(stop); });
  }
}

RunProgress::~RunProgress() {
  if (animation_.joinable()) {
    animation_.request_stop();
    state_.Notify();
    animation_.join();
  }
  state_.With([this](State& state) {
    Erase(state);
    out_.flush();
  });
}

void RunProgress::OnEvent(const api::JobEvent& event) {
  state_.With([&](State& state) { Write(state, Lines(event, state)); });
}

void RunProgress::Say(const std::string& line) {
  state_.With([&](State& state) { Write(state, line + "\n"); });
}

std::vector<RunProgress::Preview> RunProgress::previews() const {
  return state_.With([](const State& state) { return state.previews; });
}

std::string RunProgress::Lines(const api::JobEvent& event, State& state) const {
  const bool loud = !options_.quiet;
  const auto handler = Overloaded{
      [&](const api::JobStarted& e) {
        return e.run_branch.empty() || !loud ? std::string()
                                             : style_.Faint("run branch " + e.run_branch) + "\n";
      },
      [&](const api::PlanReady& e) {
        for (const plan::LogicalNode& node : e.plan.nodes) {
          state.name_width = std::max(state.name_width, DisplayWidth(node.name));
        }
        return loud ? "\n" + DrawDag(e.plan, style_) + "\n" : std::string();
      },
      [&](const api::EnvironmentReady& e) { return loud ? EnvironmentLine(e, style_) : ""; },
      [&](const api::TaskStarted& e) {
        state.running[e.task.text()] = RunningTask{e.name, event.at};
        const bool line = loud && !options_.live;
        return line ? "start " + e.name + "\n" : std::string();
      },
      [&](const api::UserOutput& e) { return OutputLines(e, style_); },
      [&](const api::TaskEnded& e) {
        state.running.erase(e.task.task.text());
        if (!e.preview.empty()) state.previews.push_back({e.task.name, e.preview});
        const bool bad = e.task.status == plan::TaskStatus::kFailed ||
                         e.task.status == plan::TaskStatus::kTimedOut;
        return loud || bad ? EndLine(e.task, state.name_width, style_) + "\n" : std::string();
      },
      [&](const api::Notice& e) {
        const std::string text = Harmless(e.text);
        if (e.is_warning) return style_.Yellow("warning: ") + text + "\n";
        return loud ? text + "\n" : std::string();
      },
      [&](const api::FileImported& e) {
        return loud || e.file.error.has_value() ? FileLine(e, style_) : std::string();
      },
      [&](const api::Published& e) {
        return loud ? style_.Faint("published " + Count(e.tables.size(), "table") + " to " +
                                   e.branch + " in one commit") +
                          "\n"
                    : std::string();
      },
      [&](const api::TablePlanned& e) {
        return loud ? "planned from " + Count(e.files.size(), "file") + "\n" : std::string();
      },
      [&](const api::JobEnded&) {
        state.running.clear();
        return std::string();
      }};
  std::string lines = std::visit(handler, event.body);
  if (options_.show_times && !lines.empty() && lines.front() != '\n') {
    lines = base::FormatInstant(event.at).substr(11, 8) + " " + lines;
  }
  return lines;
}

void RunProgress::Erase(State& state) {
  if (state.lines_drawn == 0) return;
  out_ << "\r\x1b[" << state.lines_drawn << "A\x1b[J";
  state.lines_drawn = 0;
}

void RunProgress::Draw(State& state) {
  if (!options_.live || options_.quiet) return;
  static constexpr const char* kFrames[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"};
  static constexpr const char* kPlain[] = {"|", "/", "-", "\\", "|", "/", "-", "\\"};
  const char* frame = (style_.unicode ? kFrames : kPlain)[state.frame % 8];
  for (const auto& [id, task] : state.running) {
    if (state.lines_drawn == kLiveLinesMax) break;
    const std::string text = Padded(task.name, state.name_width, false) + "  " +
                             DurationText(clock_.Now() - task.started);
    out_ << style_.Cyan(frame) << " " << Cut(text, options_.width - 3, style_.unicode) << "\n";
    ++state.lines_drawn;
  }
}

void RunProgress::Write(State& state, const std::string& lines) {
  Erase(state);
  out_ << lines;
  Draw(state);
  out_.flush();
}

void RunProgress::Animate(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    state_.WaitFor(kFrameTime, [&](State&) { return stop.stop_requested(); });
    state_.With([this](State& state) {
      if (state.running.empty() && state.lines_drawn == 0) return;
      ++state.frame;
      Write(state, "");
    });
  }
}

}  // namespace cli
