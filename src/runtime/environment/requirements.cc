#include "runtime/environment/requirements.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

#include "runtime/environment/reasons.h"

namespace runtime {
namespace {

base::Error BadRequirement(const std::string& package, const std::string& what) {
  return base::Error(base::Code::kInvalidArgument, reasons::kBadRequirement, what)
      .Set("package", package);
}

bool IsNameCharacter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_' ||
         letter == '.';
}

std::string NameAtStart(const std::string& line) {
  size_t end = 0;
  while (end < line.size() && IsNameCharacter(line[end])) ++end;
  return line.substr(0, end);
}

std::string Trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// uv's reasons without its frame: one line, no arrows and boxes, at most a few sentences.
std::string Condensed(const std::string& words) {
  std::string out;
  std::stringstream lines(words);
  for (std::string line; std::getline(lines, line);) {
    const std::string text = Trimmed(line);
    const bool frame = text.empty() || text.rfind("hint:", 0) == 0 ||
                       text.rfind("error:", 0) == 0 || text.rfind("Using ", 0) == 0 ||
                       text.rfind("warning:", 0) == 0;
    if (frame) continue;
    out += (out.empty() ? "" : " ") + (text.rfind("cause: ", 0) == 0 ? text.substr(7) : text);
  }
  constexpr size_t kWordsMax = 600;
  if (out.size() > kWordsMax) out = out.substr(0, kWordsMax) + " ...";
  while (!out.empty() && out.back() == '.') out.pop_back();
  if (!out.empty() && std::isupper(static_cast<unsigned char>(out[0])) != 0) {
    out[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(out[0])));
  }
  return out;
}

// The modules that every sandbox brings.
constexpr const char* kOurOwn[] = {"bauplan", "boathouse"};

bool IsOurOwn(const std::string& name) {
  return std::find(std::begin(kOurOwn), std::end(kOurOwn), NormalisedName(name)) !=
         std::end(kOurOwn);
}

}  // namespace

std::string NormalisedName(const std::string& name) {
  std::string out;
  for (const char letter : NameAtStart(name)) {
    const bool separator = letter == '-' || letter == '_' || letter == '.';
    if (separator && !out.empty() && out.back() == '-') continue;
    out += separator ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return out;
}

base::Result<std::string> RequirementLine(const std::string& name, const std::string& version) {
  static const std::regex name_form(
      R"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9._, -]*\])?)");
  static const std::regex short_form(R"(\d+(\.\d+)?)");
  static const std::regex exact_form(
      R"((\d+!)?\d+(\.\d+)*)"
      R"(([-_.]?(a|b|c|rc|alpha|beta|pre|preview|post|rev|r|dev)[-_.]?\d*)*(\+[A-Za-z0-9.]+)?)",
      std::regex::icase);
  static const std::regex star_form(R"(\d+(\.\d+)*\.\*)");
  static const std::regex ranges(R"(\s*(===|==|!=|<=|>=|<|>|~=)\s*[A-Za-z0-9.*+!_-]+)"
                                 R"(\s*(,\s*(==|!=|<=|>=|<|>|~=)\s*[A-Za-z0-9.*+!_-]+\s*)*)");
  if (!std::regex_match(name, name_form)) {
    return BadRequirement(name, "'" + name + "' is not the name of a package");
  }
  const std::string wanted = Trimmed(version);
  if (wanted.empty()) return name;
  if (std::regex_match(wanted, short_form)) return name + "==" + wanted + ".*";
  if (std::regex_match(wanted, exact_form) || std::regex_match(wanted, star_form)) {
    return name + "==" + wanted;
  }
  if (std::regex_match(wanted, ranges)) return name + wanted;
  return BadRequirement(name, "'" + version + "' is not a version of the package '" + name +
                                  "'; write it like 2.2.0, 2.2 or >=2,<3");
}

base::Result<std::vector<std::string>> RequirementLines(
    const std::map<std::string, std::string>& packages, const std::string& requirements_txt) {
  std::vector<std::string> lines;
  std::map<std::string, bool> named;
  for (const char* ours : kOurOwn) named[ours] = true;
  for (const auto& [name, version] : packages) {
    ASSIGN_OR_RETURN(std::string line, RequirementLine(name, version));
    if (IsOurOwn(name)) continue;
    lines.push_back(std::move(line));
    named[NormalisedName(name)] = true;
  }
  std::stringstream file(requirements_txt);
  int number = 0;
  for (std::string raw; std::getline(file, raw);) {
    ++number;
    std::string line = raw;
    if (const size_t comment = line.find('#'); comment == 0) line.clear();
    if (const size_t comment = line.find(" #"); comment != std::string::npos) line.resize(comment);
    line = Trimmed(line);
    if (line.empty()) continue;
    if (line[0] == '-' || NameAtStart(line).empty()) {
      return BadRequirement(line, "'" + line +
                                      "' is not a requirement; options in requirements.txt are not "
                                      "supported, set UV_INDEX_URL or PIP_INDEX_URL instead")
          .At(base::Place{"requirements.txt", static_cast<uint32_t>(number), 1});
    }
    if (named.count(NormalisedName(line)) == 0) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool Asks(const std::vector<std::string>& lines, const std::string& name) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return NormalisedName(line) == name; });
}

base::Error ResolverError(const std::string& words, const std::string& index) {
  static const std::regex missing(R"(([A-Za-z0-9][A-Za-z0-9._-]*) was not found in)");
  static const std::regex no_version(
      R"(there (?:is|are) no versions? of ([A-Za-z0-9][A-Za-z0-9._-]*?))"
      R"(((?:\[.*?\])?[=<>!~]\S*)? and you require)");
  static const std::regex no_wheel(
      R"(([A-Za-z0-9][A-Za-z0-9._-]*?)(==\S+)? has no (?:usable )?wheels)");
  const std::string reason = Condensed(words);
  std::smatch match;
  if (std::regex_search(reason, match, missing)) {
    return base::Error(
               base::Code::kInvalidArgument, reasons::kNoPackage,
               "there is no package '" + match[1].str() + "' in " + index + "; check its name")
        .Set("package", match[1].str())
        .Set("index", index);
  }
  if (std::regex_search(reason, match, no_version) || std::regex_search(reason, match, no_wheel)) {
    return base::Error(base::Code::kInvalidArgument, reasons::kNoPackage,
                       "there is no '" + match[1].str() + match[2].str() +
                           "' for this interpreter in " + index + "; choose another version")
        .Set("package", match[1].str())
        .Set("index", index);
  }
  if (words.find("No solution found") != std::string::npos) {
    return base::Error(base::Code::kInvalidArgument, reasons::kConflict,
                       "the packages cannot be installed together: " + reason);
  }
  if (words.find("parse") != std::string::npos && words.find("requirement") != std::string::npos) {
    return BadRequirement("", "a requirement cannot be read: " + reason);
  }
  return base::Error(base::Code::kUnavailable, reasons::kResolverFailed,
                     "uv could not resolve the packages from " + index + ": " + reason);
}

}  // namespace runtime
