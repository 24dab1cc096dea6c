#include <algorithm>
#include <array>

#include "cli/parse.h"

namespace cli {
namespace {

struct Switch {
  const char* old_name;
  const char* when_on;  // empty = today's default
  const char* when_off;
};
// Flags that took on or off before, and what they became.
constexpr std::array<Switch, 4> kSwitches = {{{"--strict", "--strict", "--no-strict"},
                                              {"--cache", "", "--no-cache"},
                                              {"--transaction", "", "--no-transaction"},
                                              {"--dry-run", "--dry-run", ""}}};

/// Takes `--strict on` or `--strict=on` at `i`; true when it was one.
bool TakeSwitch(const std::vector<std::string>& in, size_t* i, std::vector<std::string>* out) {
  for (const Switch& known : kSwitches) {
    const std::string name = known.old_name;
    std::string value;
    size_t used = 1;
    if (in[*i] == name && *i + 1 < in.size()) {
      value = in[*i + 1];
      used = 2;
    } else if (in[*i].starts_with(name + "=")) {
      value = in[*i].substr(name.size() + 1);
    }
    if (value != "on" && value != "off") continue;
    const char* now = value == "on" ? known.when_on : known.when_off;
    if (*now != 0) out->push_back(now);
    *i += used - 1;
    return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> ModernSpelling(const std::vector<std::string>& in) {
  std::vector<std::string> out;
  for (size_t i = 0; i < in.size(); ++i) {
    if (in[i] == "--") {
      out.insert(out.end(), in.begin() + static_cast<std::ptrdiff_t>(i), in.end());
      break;
    }
    if (TakeSwitch(in, &i, &out)) continue;
    const bool has_value = i + 1 < in.size();
    if (in[i] == "-o" && has_value && (in[i + 1] == "json" || in[i + 1] == "tty")) {
      out.push_back("-O");
    } else if (in[i] == "-from" || in[i] == "-into" || in[i] == "-name") {
      out.push_back("-" + in[i]);
    } else if (in[i] == "import-data") {
      out.push_back("import");
    } else {
      out.push_back(in[i]);
    }
  }
  if (!out.empty() && out[0] == "help") {
    out.erase(out.begin());
    out.push_back("--help");
  }
  if (!out.empty() && (out[0] == "merge" || out[0] == "diff")) out.insert(out.begin(), "branch");
  if (!out.empty() && out[0] == "import") out.insert(out.begin(), "table");
  return out;
}

bool AsksForJson(const std::vector<std::string>& arguments) {
  const std::vector<std::string> modern = ModernSpelling(arguments);
  for (size_t i = 0; i < modern.size() && modern[i] != "--"; ++i) {
    if (modern[i] == "-Ojson" || modern[i] == "--output=json") return true;
    const bool names = modern[i] == "-O" || modern[i] == "--output";
    if (names && i + 1 < modern.size() && modern[i + 1] == "json") return true;
  }
  return false;
}

}  // namespace cli
