#include "cli/render_error.h"

#include <algorithm>

#include "cli/display_width.h"
#include "cli/reasons.h"

namespace cli {
namespace {

std::string LineOf(const Sources& sources, const base::Place& place) {
  const auto found = sources.find(place.file);
  if (found == sources.end() || place.line == 0) return "";
  size_t start = 0;
  for (uint32_t line = 1; line < place.line; ++line) {
    start = found->second.find('\n', start);
    if (start == std::string::npos) return "";
    ++start;
  }
  return found->second.substr(start, found->second.find('\n', start) - start);
}

/// The line a place names, with a caret under its column (columns count bytes).
std::string Excerpt(const base::Place& place, const Sources& sources, const Style& style) {
  std::string where = place.file;
  if (place.line > 0) where += ":" + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) where += ":" + std::to_string(place.column);
  const std::string arrow = style.unicode ? "  ┌─ " : "  --> ";
  std::string out = style.Cyan(arrow) + where + "\n";
  const std::string line = LineOf(sources, place);
  if (line.empty()) return out;
  const std::string number = std::to_string(place.line);
  const std::string bar = style.Cyan(style.unicode ? " │ " : " | ");
  out += style.Cyan(number) + bar + Harmless(line) + "\n";
  if (place.column > 0 && place.column <= line.size() + 1) {
    const uint32_t before = DisplayWidth(Harmless(line.substr(0, place.column - 1)));
    out += std::string(number.size(), ' ') + bar + std::string(before, ' ') + style.Red("^") + "\n";
  }
  return out;
}

std::string Indented(const std::string& text) {
  std::string out;
  size_t start = 0;
  while (start < text.size()) {
    const size_t end = std::min(text.find('\n', start), text.size());
    out += "    " + Harmless(text.substr(start, end - start)) + "\n";
    start = end + 1;
  }
  return out;
}

std::string Hint(const base::Error& error) {
  if (const auto help = error.context.find("help"); help != error.context.end()) {
    return "see `" + help->second + "`";
  }
  if (const auto hint = error.context.find("hint"); hint != error.context.end()) {
    return hint->second;
  }
  switch (error.code) {
    case base::Code::kUnavailable:
      return "try the same again";
    case base::Code::kOutcomeUnknown:
      return "it may have happened: look before you try again";
    case base::Code::kUnimplemented:
      return "this version cannot do that yet";
    case base::Code::kInternal:
    case base::Code::kCorrupt:
      return "boathouse doctor looks at the lake and the machine";
    case base::Code::kInvalidArgument:
    case base::Code::kNotFound:
    case base::Code::kAlreadyExists:
    case base::Code::kConflict:
    case base::Code::kFailedPrecondition:
    case base::Code::kUnauthenticated:
    case base::Code::kPermissionDenied:
    case base::Code::kResourceExhausted:
    case base::Code::kCancelled:
    case base::Code::kDeadlineExceeded:
    case base::Code::kUserCode:
      return "";
  }
  return "";
}

/// What the message says already, or only a program can use, stays out (JSON has all of it).
bool SaysMore(const base::Error& error, const std::string& key, const std::string& value) {
  if (value.empty() || key == "help" || key == "hint" || key == "hash") return false;
  return error.message.find(value) == std::string::npos;
}

std::string Context(const base::Error& error, const Style& style) {
  std::string out;
  for (const auto& [key, value] : error.context) {
    if (!SaysMore(error, key, value)) continue;
    const bool block = value.find('\n') != std::string::npos;
    out += style.Faint("  " + key + ":") +
           (block ? "\n" + Indented(value) : " " + Harmless(value) + "\n");
  }
  return out;
}

std::string Render(const base::Error& error, const std::string& title, const Sources& sources,
                   const Style& style) {
  const size_t first_end = std::min(error.message.find('\n'), error.message.size());
  std::string out = title + style.Bold(Harmless(error.message.substr(0, first_end))) +
                    style.Faint("  [" + error.reason + "]") + "\n";
  if (first_end < error.message.size()) out += Indented(error.message.substr(first_end + 1));
  if (!error.place.file.empty()) out += Excerpt(error.place, sources, style);
  out += Context(error, style);
  for (const base::Error* inner = error.cause.get(); inner != nullptr; inner = inner->cause.get()) {
    out += style.Faint("  because: ") + Harmless(inner->ToString()) + "\n";
  }
  if (const std::string hint = Hint(error); !hint.empty()) {
    out += style.Faint("  hint: ") + hint + "\n";
  }
  return out;
}

}  // namespace

std::string RenderError(const base::Error& error, const Sources& sources, const Style& style) {
  return Render(error, style.Red("error: "), sources, style);
}

std::string RenderDiagnostics(const std::vector<api::Diagnostic>& diagnostics,
                              const Sources& sources, const Style& style) {
  std::string out;
  uint64_t errors = 0;
  for (const api::Diagnostic& diagnostic : diagnostics) {
    errors += diagnostic.is_error ? 1 : 0;
    const std::string title =
        diagnostic.is_error ? style.Red("error: ") : style.Yellow("warning: ");
    out += Render(diagnostic.error, title, sources, style);
  }
  const uint64_t warnings = diagnostics.size() - errors;
  if (errors > 0) out += style.Red(Count(errors, "error"));
  if (warnings > 0) out += (errors > 0 ? ", " : "") + style.Yellow(Count(warnings, "warning"));
  return diagnostics.empty() ? out : out + "\n";
}

Json ErrorJson(const base::Error& error) {
  Json context = Json::Object();
  for (const auto& [key, value] : error.context) context.Set(key, value);
  Json place;
  if (!error.place.file.empty()) {
    place = Json::Object(
        {{"file", error.place.file}, {"line", error.place.line}, {"column", error.place.column}});
  }
  return Json::Object({{"code", std::string(base::CodeName(error.code))},
                       {"reason", error.reason},
                       {"message", error.message},
                       {"context", std::move(context)},
                       {"place", std::move(place)}});
}

int ExitCode(const base::Error& error) {
  switch (error.code) {
    case base::Code::kInvalidArgument:  // a wrong project is a failure, wrong arguments are not
      return error.reason == kUsage ? 2 : 1;
    case base::Code::kNotFound:
    case base::Code::kAlreadyExists:
    case base::Code::kConflict:
    case base::Code::kFailedPrecondition:
    case base::Code::kUnauthenticated:
    case base::Code::kPermissionDenied:
    case base::Code::kResourceExhausted:
    case base::Code::kCancelled:
    case base::Code::kDeadlineExceeded:
    case base::Code::kUnavailable:
    case base::Code::kOutcomeUnknown:
    case base::Code::kUserCode:
    case base::Code::kUnimplemented:
    case base::Code::kCorrupt:
    case base::Code::kInternal:
      return 1;
  }
  return 1;
}

}  // namespace cli
