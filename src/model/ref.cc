#include "model/ref.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>

namespace model {
namespace {

constexpr size_t kNameBytesMax = 255;
constexpr size_t kHashDigits = 64;
constexpr size_t kHashDigitsMin = 8;

base::Error Bad(std::string_view text, std::string_view problem) {
  return base::Error(base::Code::kInvalidArgument, "model.bad_ref",
                     "ref \"" + std::string(text) + "\": " + std::string(problem))
      .Set("ref", std::string(text));
}

base::Error BadTime(std::string_view text, std::string_view problem) {
  return base::Error(base::Code::kInvalidArgument, "model.bad_time",
                     "time \"" + std::string(text) + "\" " + std::string(problem));
}

bool IsHex(std::string_view text) {
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 && (c < 'a' || c > 'f')) return false;
  }
  return true;
}

base::Result<RefStep> ParseStep(std::string_view ref, char kind, std::string_view argument) {
  RefStep step;
  if (kind == '*') {
    step.kind = RefStep::Kind::kTime;
    const auto time = ParseTime(argument);
    if (!time.ok()) return Bad(ref, time.error().message);
    step.time = *time;
    return step;
  }
  step.kind = kind == '^' ? RefStep::Kind::kParent : RefStep::Kind::kAncestor;
  if (argument.empty()) return step;
  const auto [end, error] =
      std::from_chars(argument.data(), argument.data() + argument.size(), step.count);
  if (error != std::errc() || end != argument.data() + argument.size()) {
    return Bad(ref, std::string("\"") + kind + "\" needs a number after it");
  }
  return step;
}

}  // namespace

base::Result<base::Instant> ParseTime(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, consumed = 0;
  const std::string copy(text);
  const int date_fields =
      std::sscanf(copy.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &consumed);
  if (date_fields != 3) return BadTime(text, "is not like 2026-11-21T10:00:00Z");
  std::string_view rest = text.substr(static_cast<size_t>(consumed));
  int64_t micros = 0;
  if (!rest.empty() && (rest[0] == 'T' || rest[0] == ' ')) {
    const std::string time(rest.substr(1));
    if (std::sscanf(time.c_str(), "%2d:%2d:%2d%n", &hour, &minute, &second, &consumed) != 3) {
      return BadTime(text, "is not like 2026-11-21T10:00:00Z");
    }
    rest.remove_prefix(1 + static_cast<size_t>(consumed));
    if (!rest.empty() && rest[0] == '.') {
      rest.remove_prefix(1);
      int64_t scale = 100'000;
      while (!rest.empty() && std::isdigit(static_cast<unsigned char>(rest[0])) != 0) {
        micros += (rest[0] - '0') * scale;
        scale /= 10;
        rest.remove_prefix(1);
      }
    }
  }
  int offset_minutes = 0;
  if (!rest.empty() && rest != "Z") {
    int offset_hour = 0, offset_minute = 0;
    const std::string zone(rest.substr(1));
    if ((rest[0] != '+' && rest[0] != '-') ||
        std::sscanf(zone.c_str(), "%2d:%2d", &offset_hour, &offset_minute) != 2) {
      return BadTime(text, "has a time zone that is neither Z nor like +02:00");
    }
    offset_minutes = (offset_hour * 60 + offset_minute) * (rest[0] == '-' ? -1 : 1);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60)
    return BadTime(text, "is no time that exists");
  return base::Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second) +
         std::chrono::microseconds(micros);
}

namespace {

/// Names travel in paths, and what takes paths apart would take these for folders.
bool IsClimbing(std::string_view name) {
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part == "." || part == "..") return true;
    start = end + 1;
  }
  return false;
}

}  // namespace

base::Status CheckRefName(std::string_view name) {
  const auto bad = [&](std::string_view problem) {
    return base::Error(base::Code::kInvalidArgument, "model.bad_name",
                       "branch or tag name \"" + std::string(name) + "\" " + std::string(problem));
  };
  if (name.empty()) return bad("is empty");
  if (name.size() > kNameBytesMax) return bad("is longer than 255 bytes");
  if (IsClimbing(name)) return bad("has \".\" or \"..\" between slashes");
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return bad("holds a control character");
    if (c == '@' || c == '^' || c == '~' || c == '*' || c == ' ')
      return bad("holds one of \"@^~*\" or a space");
  }
  return base::Ok();
}

base::Result<RefExpression> ParseRef(std::string_view text) {
  RefExpression parsed;
  const size_t steps_at = text.find_first_of("^~*");
  const std::string_view base_part = text.substr(0, steps_at);
  const size_t at = base_part.find('@');
  parsed.name = std::string(base_part.substr(0, at));
  if (at != std::string_view::npos) {
    parsed.hash = std::string(base_part.substr(at + 1));
    if (!IsHex(parsed.hash) || parsed.hash.size() < kHashDigitsMin ||
        parsed.hash.size() > kHashDigits) {
      return Bad(text, "what follows \"@\" must be 8 to 64 hexadecimal digits");
    }
  }
  if (!parsed.name.empty()) {
    if (const base::Status named = CheckRefName(parsed.name); !named.ok()) {
      return Bad(text, named.error().message);
    }
  }
  if (parsed.name.empty() && parsed.hash.empty())
    return Bad(text, "names neither a branch, a tag nor a commit");
  std::string_view rest =
      steps_at == std::string_view::npos ? std::string_view() : text.substr(steps_at);
  while (!rest.empty()) {
    const char kind = rest[0];
    const size_t end = rest.find_first_of("^~*", 1);
    ASSIGN_OR_RETURN(
        RefStep step,
        ParseStep(text, kind, rest.substr(1, end == std::string_view::npos ? end : end - 1)));
    parsed.steps.push_back(step);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  }
  return parsed;
}

}  // namespace model
