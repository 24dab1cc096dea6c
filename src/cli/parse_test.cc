#include "cli/parse.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "base/testing/matchers.h"
#include "cli/reasons.h"

namespace cli {
namespace {

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

template <class C>
C Get(const std::string& line) {
  const auto parsed = Parse(Split(line));
  EXPECT_TRUE(parsed.ok()) << line << ": " << (parsed.ok() ? "" : parsed.error().message);
  if (!parsed.ok()) return C{};
  EXPECT_TRUE(std::holds_alternative<C>(parsed->command)) << line;
  return std::holds_alternative<C>(parsed->command) ? std::get<C>(parsed->command) : C{};
}

base::Error Fails(const std::vector<std::string>& arguments) {
  const auto parsed = Parse(arguments);
  EXPECT_FALSE(parsed.ok());
  if (parsed.ok()) return {};
  EXPECT_EQ(parsed.error().code, base::Code::kInvalidArgument);
  EXPECT_EQ(parsed.error().reason, kUsage);
  return parsed.error();
}

TEST(Parse, NothingShowsTheOverview) {
  Get<Overview>("");
}

TEST(Parse, GlobalFlagsStandAnywhere) {
  for (const char* line : {"--lake /l -O json -q -vv --user ada branch ls",
                           "branch ls --lake /l -O json -q -vv --user=ada --no-color"}) {
    const auto parsed = Parse(Split(line));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->flags.lake, "/l");
    EXPECT_TRUE(parsed->flags.json);
    EXPECT_TRUE(parsed->flags.quiet);
    EXPECT_EQ(parsed->flags.verbosity, 2u);
  }
}

TEST(Parse, EachVerbGivesItsCommand) {
  Get<Version>("version");
  Get<Version>("--version");
  Get<DescribeSetup>("info");
  Get<Diagnose>("doctor");
  EXPECT_EQ(Get<InitProject>("init here --name x").folder, "here");
  EXPECT_EQ(Get<BranchList>("branch ls ^ada -u ada").user, "ada");
  EXPECT_EQ(Get<BranchCreate>("branch create b --from-ref main").from, "main");
  EXPECT_EQ(Get<BranchShow>("branch get b").name, "b");
  EXPECT_EQ(Get<BranchDiff>("branch diff main b").to, "b");
  EXPECT_EQ(Get<BranchRename>("branch rename a b").to, "b");
  EXPECT_EQ(Get<Checkout>("checkout b").branch, "b");
  EXPECT_TRUE(Get<Checkout>("branch checkout -b b").create);
  EXPECT_EQ(Get<TagCreate>("tag create v1 --from main").from, "main");
  EXPECT_EQ(Get<TagRename>("tag rename v1 v2").to, "v2");
  Get<TagList>("tag ls");
  Get<TagRemove>("tag rm v1 --if-exists");
  Get<NamespaceList>("namespace ls -r main");
  Get<NamespaceCreate>("namespace create raw -b dev");
  Get<NamespaceRemove>("namespace rm raw");
  Get<TableList>("table ls -n raw -r main");
  Get<TableShow>("table get raw.trips");
  Get<TableRevert>("table revert t -s main --into dev --replace");
  Get<JobList>("job ls --status fail --limit 3");
  Get<JobShow>("job get abc");
  Get<JobLogs>("job logs abc");
  Get<JobStop>("job stop abc");
  Get<ParameterList>("parameter ls");
  Get<ParameterRemove>("parameter rm x");
  Get<ConfigList>("config ls");
  Get<ConfigGet>("config get user");
  EXPECT_EQ(Get<ConfigSet>("config set user ada").value, "ada");
  Get<LakeCreate>("lake create");
  const auto create =
      Get<LakeCreate>("lake create --warehouse s3://b/p --s3-endpoint http://h:1 --s3-region eu-1");
  EXPECT_EQ(create.warehouse, "s3://b/p");
  EXPECT_EQ(create.s3_endpoint, "http://h:1");
  EXPECT_EQ(create.s3_region, "eu-1");
  Get<LakeShow>("lake get");
  Get<LakeAdopt>("lake adopt");
}

TEST(Parse, AliasesMeanTheSame) {
  Get<BranchList>("branch list");
  Get<TableList>("table list");
  for (const char* verb : {"rm", "delete", "drop"}) {
    EXPECT_EQ(Get<TableRemove>(std::string("table ") + verb + " t").name, "t");
    EXPECT_EQ(Get<NamespaceRemove>(std::string("namespace ") + verb + " n").name, "n");
    EXPECT_EQ(Get<BranchRemove>(std::string("branch ") + verb + " b").name, "b");
  }
  Get<CommitLog>("log main");
  Get<JobStop>("job cancel abc");
}

TEST(Parse, RunTakesItsFlags) {
  const auto run = Get<RunProject>(
      "run -p proj -r dev -n ns --param a=1 --param b=x=y --arg f=on --no-strict --no-cache "
      "--no-transaction --dry-run --preview head --priority 9");
  EXPECT_EQ(run.folder, "proj");
  EXPECT_EQ(run.ref, "dev");
  EXPECT_EQ(run.parameters, (KeyValues{{"a", "1"}, {"b", "x=y"}}));
  EXPECT_EQ(run.args, (KeyValues{{"f", "on"}}));
  EXPECT_TRUE(run.no_strict && run.no_cache && run.no_transaction && run.dry_run);
  EXPECT_EQ(run.preview, "head");
  EXPECT_EQ(run.priority, 9);
  EXPECT_FALSE(Get<RunProject>("run").no_strict);
}

TEST(Parse, OldSpellingsAreAccepted) {
  EXPECT_FALSE(Get<RunProject>("run --strict on").no_strict);
  EXPECT_TRUE(Get<RunProject>("run --strict off").no_strict);
  EXPECT_TRUE(Get<RunProject>("run --cache=off").no_cache);
  EXPECT_FALSE(Get<RunProject>("run --transaction on").no_transaction);
  EXPECT_FALSE(Get<RunProject>("run --strict").no_strict);
  EXPECT_EQ(Get<RunProject>("run --parameter a=1").parameters, (KeyValues{{"a", "1"}}));
  EXPECT_EQ(Get<TableCreate>("table create --name t --search-uri f.csv").request.table, "t");
  EXPECT_EQ(Get<TableImport>("table import --name t --search-uri f.csv").request.table, "t");
  EXPECT_EQ(Get<TableImport>("table import-data t --search-uri f.csv").request.table, "t");
  EXPECT_EQ(Get<BranchMerge>("branch merge x --into main").into, "main");
  EXPECT_EQ(Get<BranchMerge>("merge x --into main").source, "x");
  EXPECT_EQ(Get<BranchMerge>("merge -from x").source, "x");
  EXPECT_TRUE(Parse(Split("branch ls -o json"))->flags.json);
}

TEST(Parse, IngestCreatesAndImports) {
  const auto command =
      Get<TableImport>("ingest t a.csv b.csv -b dev --null-token NA --null-token - --delimiter ;");
  EXPECT_TRUE(command.request.create);
  EXPECT_EQ(command.request.sources, (std::vector<std::string>{"a.csv", "b.csv"}));
  EXPECT_EQ(command.request.read.null_tokens, (std::vector<std::string>{"NA", "-"}));
  EXPECT_EQ(command.request.read.delimiter, ";");
  EXPECT_TRUE(command.request.read.header);
  EXPECT_FALSE(Get<TableImport>("ingest t a --no-header --format csv").request.read.header);
  EXPECT_FALSE(Get<TableImport>("ingest t a --format csv").request.detect_format);
  EXPECT_EQ(Get<TableImport>("ingest t a").request.read.null_tokens,
            (std::vector<std::string>{""}));
}

TEST(Parse, QueryTakesSqlOrAFileButNotBoth) {
  const auto sql = Parse({"query", "SELECT 1", "--max-rows", "5"});
  ASSERT_TRUE(sql.ok());
  EXPECT_EQ(std::get<RunQuery>(sql->command).rows_max, 5u);
  EXPECT_EQ(Get<RunQuery>("query -f q.sql --all-rows --no-trunc").file, "q.sql");
  EXPECT_EQ(Get<RunQuery>("query -f q.sql --to out.parquet").format, FileFormat::kParquet);
  EXPECT_EQ(Get<RunQuery>("query -f q.sql -o out.csv").format, FileFormat::kCsv);
  EXPECT_EQ(Get<RunQuery>("query -f q.sql --format jsonl").target, "-");
  Fails({"query"});
  Fails({"query", "SELECT 1", "-f", "q.sql"});
  Fails({"query", "SELECT 1", "--to", "out.xyz"});
  Fails({"query", "SELECT 1", "--format", "parquet"});
}

TEST(Parse, CommitLogReadsTimesAndFormats) {
  const auto log = Get<CommitLog>("commit dev -n 3 --format oneline --since 2026-11-21");
  EXPECT_EQ(log.limit, 3u);
  EXPECT_EQ(log.format, LogFormat::kOneline);
  ASSERT_TRUE(log.since.has_value());
  EXPECT_EQ(base::FormatInstant(*log.since).substr(0, 19), "2026-11-21T00:00:00");
  Fails({"commit", "--since", "yesterday"});
  Fails({"commit", "--format", "verbose"});
}

TEST(Parse, ParameterSetKeepsWhatIsNotNamed) {
  const auto plain = Get<ParameterSet>("parameter set x 3");
  EXPECT_EQ(plain.value, "3");
  EXPECT_FALSE(plain.required.has_value());
  const auto flagged = Get<ParameterSet>("parameter set x --optional --type int");
  EXPECT_EQ(flagged.required, false);
  EXPECT_FALSE(flagged.value.has_value());
}

TEST(Parse, UnknownNamesOfferTheNearest) {
  EXPECT_NE(Fails({"brnach", "ls"}).message.find("\"branch\""), std::string::npos);
  EXPECT_NE(Fails({"branch", "crate", "x"}).message.find("\"create\""), std::string::npos);
  EXPECT_NE(Fails({"run", "--dryrun"}).message.find("\"--dry-run\""), std::string::npos);
}

TEST(Parse, BadInputIsWrongUsage) {
  Fails({"branch"});
  Fails({"branch", "create"});
  Fails({"run", "--param", "novalue"});
  Fails({"run", "--priority", "11"});
  Fails({"run", "--preview", "sideways"});
  Fails({"job", "ls", "--kind", "Walk"});
  Fails({"branch", "rename", "a"});
  Fails({"version", "extra"});
  Fails({"-O", "xml", "version"});
  Fails({"completion", "tcsh"});
}

TEST(Parse, HelpOfACommandHasAnExample) {
  for (const char* line :
       {"run --help", "branch create --help", "query --help", "table import -h", "init --help",
        "plan --help", "commit --help", "checkout --help", "ingest --help", "doctor --help"}) {
    EXPECT_NE(Get<HelpText>(line).text.find("Example"), std::string::npos) << line;
  }
  Get<Overview>("--help");
}

TEST(Parse, CompletionKnowsTheCommands) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = Get<Completion>(std::string("completion ") + shell).script;
    for (const char* word : {"branch", "checkout", "ingest", "dry-run", "search-uri"}) {
      EXPECT_NE(script.find(word), std::string::npos) << shell << " " << word;
    }
  }
}

// Whatever the words and their order, the answer is a command or an error that says wrong usage.
TEST(Parse, SurvivesRandomArguments) {
  const std::vector<std::string> words = {
      "run",     "branch", "create",  "ls",     "query",    "table",   "--name", "--",
      "-",       "",       "-O",      "json",   "--strict", "on",      "--=",    "-x",
      "--param", "a=",     "=",       "import", "commit",   "--since", "9999",   "-n",
      "-1",      "job",    "--limit", "merge",  "-from",    "\xff"};
  constexpr uint64_t kSeed = 20261121;
  base::SeededRng rng(kSeed);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> arguments(rng.Next() % 6);
    for (std::string& argument : arguments) argument = words[rng.Next() % words.size()];
    const auto parsed = Parse(arguments);
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.error().reason, kUsage) << "seed " << kSeed;
      EXPECT_FALSE(parsed.error().message.empty());
    }
  }
}

TEST(Parse, JsonIsRecognisedEvenInWrongUsage) {
  EXPECT_TRUE(AsksForJson({"brnach", "-O", "json"}));
  EXPECT_TRUE(AsksForJson({"brnach", "-o", "json"}));
  EXPECT_FALSE(AsksForJson({"query", "json"}));
}

}  // namespace
}  // namespace cli
