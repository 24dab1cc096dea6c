#include "cli/overview.h"

#include <array>

#include "cli/display_width.h"

namespace cli {
namespace {

struct Line {
  const char* command;  // empty = `what` is a heading
  const char* what;
};
constexpr std::array<Line, 31> kLines = {{
    {"", "Start"},
    {"init [FOLDER]", "a project you can run at once"},
    {"doctor", "what this machine lacks, and how to allow it"},
    {"", "Bring rows in, ask"},
    {"ingest TABLE FILES", "create a table from CSV, JSONL or Parquet and import it"},
    {"query SQL", "SQL at any ref; --to FILE.parquet, .csv, .json, .jsonl, .arrow"},
    {"table ls | get | rm", "tables at a ref"},
    {"table create | import | revert", "in steps, and back again"},
    {"", "Run"},
    {"plan", "check a project and show what a run would do"},
    {"run", "run it isolated, publish all of its tables in one step"},
    {"parameter ls | set | rm", "parameters of the project"},
    {"job ls | get | logs | stop", "what ran, what it said, how it ended"},
    {"", "Git for data"},
    {"branch ls | create | diff", "a copy of the whole lake, at no cost"},
    {"branch merge X --into main", "all of its changes, or none"},
    {"checkout BRANCH", "make it the active one"},
    {"tag, namespace", "names for commits, groups of tables"},
    {"commit [REF]", "the history"},
    {"", "Here"},
    {"info, version", "lake, user, active branch"},
    {"config ls | get | set", "settings"},
    {"lake create | get | adopt", "the lake's folder"},
    {"user, key, credential", "who may use a server, and what it may open"},
    {"completion bash", "for zsh and fish too"},
    {"", "Everywhere"},
    {"--lake FOLDER", "else $BOATHOUSE_LAKE, else yours"},
    {"--server URL", "work on a server's lake (else $BOATHOUSE_SERVER)"},
    {"-O json", "one stable answer per command, for programs"},
    {"-q, -v, --user, --no-color", ""},
    {"COMMAND --help", "its options, and an example"},
}};

}  // namespace

std::string OverviewText(const Style& style, const std::string& version) {
  std::string out = style.Bold("boathouse " + version) +
                    ": Git for data, and isolated functions over it, in one program\n";
  for (const Line& line : kLines) {
    if (*line.command == 0) {
      out += "\n" + style.Bold(line.what) + "\n";
      continue;
    }
    out += "  " + style.Cyan(Padded(line.command, 32, false)) + line.what + "\n";
  }
  return out;
}

}  // namespace cli
