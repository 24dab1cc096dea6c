#include "project/path_pattern_internal.h"

namespace project {
namespace {

/// Reads [...] at `at`; npos when it has no end.
size_t ClassEnd(std::string_view pattern, size_t at) {
  size_t end = at + 1;
  if (end < pattern.size() && (pattern[end] == '!' || pattern[end] == '^')) ++end;
  if (end < pattern.size() && pattern[end] == ']') ++end;
  return pattern.find(']', end);
}

bool InClass(std::string_view inside, char c) {
  const bool negated = !inside.empty() && (inside[0] == '!' || inside[0] == '^');
  if (negated) inside.remove_prefix(1);
  bool found = false;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (i + 2 < inside.size() && inside[i + 1] == '-') {
      found = found || (inside[i] <= c && c <= inside[i + 2]);
      i += 2;
    } else {
      found = found || inside[i] == c;
    }
  }
  return found != negated;
}

/// Every call either consumes pattern or path; `steps` bounds patterns with many stars.
bool Match(std::string_view pattern, std::string_view path, int& steps) {
  while (!pattern.empty()) {
    if (--steps < 0) return false;
    if (pattern.starts_with("**/")) {
      if (Match(pattern.substr(3), path, steps)) return true;
      const size_t slash = path.find('/');
      if (slash == std::string_view::npos) return false;
      path.remove_prefix(slash + 1);
      continue;
    }
    if (pattern == "**") return true;
    if (pattern[0] == '*') {
      pattern.remove_prefix(1);
      for (size_t i = 0; i <= path.size(); ++i) {
        if (Match(pattern, path.substr(i), steps)) return true;
        if (i < path.size() && path[i] == '/') return false;
      }
      return false;
    }
    if (path.empty()) return false;
    if (pattern[0] == '[') {
      const size_t end = ClassEnd(pattern, 0);
      if (end != std::string_view::npos) {
        if (path[0] == '/' || !InClass(pattern.substr(1, end - 1), path[0])) return false;
        pattern.remove_prefix(end + 1);
        path.remove_prefix(1);
        continue;
      }
    }
    if (pattern[0] == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
    const bool same = pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0];
    if (!same) return false;
    pattern.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view path) {
  int steps = 100000;
  return Match(pattern, path, steps);
}

void IgnoreRules::Add(const std::string& folder, std::string_view text) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    Rule rule;
    rule.folder = folder;
    if (line[0] == '!') {
      rule.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      rule.folders_only = true;
      line.remove_suffix(1);
    }
    rule.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    rule.pattern = std::string(line);
    if (!line.empty()) rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::Ignores(const std::string& path, bool is_folder) const {
  bool ignored = false;
  for (const Rule& rule : rules_) {
    if (rule.folders_only && !is_folder) continue;
    std::string_view below = path;
    if (!rule.folder.empty()) {
      if (!path.starts_with(rule.folder + "/")) continue;
      below.remove_prefix(rule.folder.size() + 1);
    }
    if (!rule.anchored) below = below.substr(below.rfind('/') + 1);
    if (MatchesPattern(rule.pattern, below)) ignored = !rule.negated;
  }
  return ignored;
}

}  // namespace project
