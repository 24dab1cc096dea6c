// Whole commands against the fake lake: what they ask of the ports, what they print, how they exit;
// and the JSON of each command against tests/golden/cli/.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/testing/sim_clock.h"
#include "cli/main.h"
#include "cli/testing/fake_services.h"

namespace cli {
namespace {

base::Instant At(int64_t seconds) {
  return base::FromMicros(seconds * 1'000'000);
}

api::JobRecord FinishedRun(api::JobStatus status) {
  api::JobRecord job;
  job.id = model::JobId("0b7c2a4e-0000-4000-8000-000000000001");
  job.status = status;
  job.user = "ada";
  job.created = At(1'000'000'000);
  job.finished = At(1'000'000'012);
  job.ref = "ada.dev";
  job.run_branch = "ada.ada.dev-bpln-tx-run-20260101000000-0b7c2a4e";
  job.project_id = "p-1";
  job.project_name = "flights";
  job.parameters = {{"top", "10"}};
  api::TaskRecord task;
  task.task = model::TaskId("t-1");
  task.name = "trips";
  task.kind = "python_model";
  task.file = "models.py";
  task.line = 4;
  task.status = status == api::JobStatus::kComplete ? plan::TaskStatus::kSucceeded
                                                    : plan::TaskStatus::kFailed;
  task.started = At(1'000'000'001);
  task.ended = At(1'000'000'009);
  task.rows = 12345;
  job.tasks = {task};
  if (status == api::JobStatus::kComplete) job.published = std::string(64, 'c');
  if (status == api::JobStatus::kFail) {
    job.error = base::Error(base::Code::kUserCode, "runtime.raised", "trips raised ValueError: no")
                    .At({"models.py", 2, 5});
  }
  return job;
}

struct Outcome {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class Commands : public testing::Test {
 protected:
  Commands() {
    lake_.jobs = {FinishedRun(api::JobStatus::kComplete)};
    lake_.refs["v1"] = {"v1", api::RefKind::kTag, FakeLake::CommitOf('d')};
    lake_.namespace_names = {"bauplan", "raw"};
    api::TableDescription trips;
    trips.id = "content-1";
    trips.uuid = "uuid-1";
    trips.ns = "bauplan";
    trips.name = "trips";
    trips.schema.fields = {{1, "id", columnar::TypeId::kLong, true, "the key"},
                           {2, "über", columnar::TypeId::kString, false, ""}};
    trips.partitioned_by = {"day(ts)"};
    trips.records = 12345;
    trips.size_bytes = 2'500'000;
    trips.files = 2;
    trips.snapshot_id = 7;
    trips.metadata_location = "file:///lake/m.json";
    trips.updated = At(1'000'000'000);
    trips.snapshots = {{7, 1, At(1'000'000'000), "append", 12345}};
    lake_.table_list = {trips};
    api::CommitEntry commit;
    commit.id = FakeLake::CommitOf('e');
    commit.parents = {FakeLake::CommitOf('a'), FakeLake::CommitOf('b')};
    commit.author = commit.committer = "ada";
    commit.authored = commit.committed = At(1'000'000'000);
    commit.message = "Run of flights\n\nRun job_id=1";
    commit.properties = {{"bpln_job_id", "1"}};
    lake_.commits = {commit};
    lake_.differences = {
        {"bauplan.trips", api::ChangeKind::kChanged, true, {"fare"}, {}, {}, 10, 20},
        {"bauplan.gone", api::ChangeKind::kRemoved, false, {}, {}, {}, 3, 0}};
    lake_.probes = {{"user namespaces", ProbeState::kGood, "functions run isolated", ""}};
    lake_.parameters = {{"top", "int", "10", true, false, "how many"}};
  }

  Outcome Run(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    const Surroundings around{.out = out, .err = err, .clock = clock_, .in_ci = in_ci_};
    const int code = Main(arguments, lake_, around);
    return {code, out.str(), err.str()};
  }

  FakeLake lake_;
  base::testing::SimClock clock_;
  bool in_ci_ = false;
};

plan::PhysicalPlan SmallPlan() {
  plan::LogicalNode node;
  node.name = "trips";
  node.place = {"models.py", 4, 1};
  node.inputs = {{"bauplan.flights", true, "", {"origin"}, "distance > 10"}};
  node.strategy = plan::WriteStrategy::kReplace;
  node.table = {{{"bauplan"}}, "trips"};
  node.environment = {"3.11", {{"polars", "1.37"}}, ""};
  plan::PhysicalPlan plan;
  plan.logical = {"p-1", "flights", "main", FakeLake::CommitOf('a'), {{"bauplan"}}, {node}};
  plan::TaskSpec task;
  task.task = model::TaskId("t-1");
  task.name = "trips";
  task.environment = node.environment;
  plan.tasks = {task};
  return plan;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Commands, HelpVersionAndInitOpenNoLake) {
  EXPECT_EQ(Run({}).exit_code, 0);
  EXPECT_EQ(Run({"version"}).out, "boathouse 0.1.0\n");
  EXPECT_EQ(Run({"run", "--help"}).exit_code, 0);
  EXPECT_EQ(Run({"init", "x"}).exit_code, 0);
  EXPECT_EQ(Run({"parameter", "ls"}).exit_code, 0);
  EXPECT_FALSE(lake_.opened.has_value());
}

TEST_F(Commands, TheOverviewFitsOneScreen) {
  const std::string text = Run({}).out;
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 45);
  for (const char* word : {"init", "run", "query", "branch", "doctor"})
    EXPECT_TRUE(Has(text, word));
}

TEST_F(Commands, WrongUsageExitsWithTwoAndFailureWithOne) {
  EXPECT_EQ(Run({"brnach"}).exit_code, 2);
  EXPECT_TRUE(Has(Run({"brnach"}).err, "did you mean \"branch\""));
  EXPECT_EQ(Run({"table", "get", "nowhere"}).exit_code, 1);
}

TEST_F(Commands, ErrorsAreOneJsonObjectWhenAskedFor) {
  const Outcome outcome = Run({"table", "get", "nowhere", "-O", "json"});
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["error"]["code"], "not_found");
  EXPECT_EQ(json["error"]["reason"], "fake.missing");
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Commands, BranchesDefaultToTheActiveOne) {
  lake_.active = "ada.dev";
  EXPECT_EQ(Run({"branch", "create", "x"}).exit_code, 0);
  EXPECT_EQ(lake_.calls.back(), "create branch x from ada.dev");
  EXPECT_EQ(Run({"branch", "merge", "x"}).exit_code, 0);
  EXPECT_EQ(lake_.calls.back(), "merge x into ada.dev");
  EXPECT_EQ(Run({"branch", "diff", "main"}).exit_code, 0);
  EXPECT_EQ(lake_.calls.back(), "diff main ada.dev");
}

TEST_F(Commands, CheckoutChangesTheActiveBranchOnlyForBranches) {
  EXPECT_EQ(Run({"checkout", "v1"}).exit_code, 1);
  EXPECT_EQ(Run({"checkout", "nowhere"}).exit_code, 1);
  EXPECT_EQ(lake_.active, "main");
  EXPECT_EQ(Run({"checkout", "-b", "ada.x"}).exit_code, 0);
  EXPECT_EQ(lake_.active, "ada.x");
}

TEST_F(Commands, IfExistsAndIfNotExistsForgive) {
  lake_.failure = base::Error(base::Code::kNotFound, "catalog.no_ref", "no branch x");
  EXPECT_EQ(Run({"branch", "rm", "x"}).exit_code, 1);
  EXPECT_EQ(Run({"branch", "rm", "x", "--if-exists"}).exit_code, 0);
  EXPECT_EQ(Run({"table", "rm", "x", "--if-exists"}).exit_code, 0);
  lake_.failure = base::Error(base::Code::kAlreadyExists, "catalog.exists", "main exists");
  EXPECT_EQ(Run({"branch", "create", "main"}).exit_code, 1);
  EXPECT_EQ(Run({"branch", "create", "main", "--if-not-exists"}).exit_code, 0);
  EXPECT_EQ(Run({"namespace", "create", "raw", "--if-not-exists"}).exit_code, 0);
}

TEST_F(Commands, RunHandsEverythingOn) {
  EXPECT_EQ(Run({"run", "-r", "ada.dev", "--param", "top=3", "--no-strict", "--dry-run",
                 "--preview", "tail"})
                .exit_code,
            0);
  const auto& request = std::get<api::RunRequest>(*lake_.submitted);
  EXPECT_EQ(request.ref, "ada.dev");
  EXPECT_EQ(request.parameters.at("top"), "3");
  EXPECT_FALSE(request.strict);
  EXPECT_TRUE(request.dry_run);
  EXPECT_EQ(request.preview, api::PreviewMode::kTail);
}

TEST_F(Commands, RunsWithoutIsolationSaySoAndAreRefusedInCi) {
  const Outcome outcome = Run({"run", "--unisolated"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(Has(outcome.err, "without isolation")) << outcome.err;
  EXPECT_TRUE(Has(Run({"run", "--unisolated", "-q"}).err, "without isolation"));
  lake_.submitted.reset();
  in_ci_ = true;
  EXPECT_EQ(Run({"run", "--unisolated"}).exit_code, 2);
  EXPECT_FALSE(lake_.submitted.has_value());
  EXPECT_EQ(Run({"run"}).exit_code, 0);
}

TEST_F(Commands, AFailedRunSaysWhereToLook) {
  lake_.jobs = {FinishedRun(api::JobStatus::kFail)};
  lake_.project_files = {{"models.py", "def trips():\n    raise ValueError('no')\n"}};
  const Outcome outcome = Run({"run"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Has(outcome.out, "ada.dev is untouched"));
  EXPECT_TRUE(Has(outcome.out, "boathouse table ls -r 'ada.ada.dev-bpln-tx-run"));
  EXPECT_TRUE(Has(outcome.err, "2 │     raise ValueError('no')\n  │     ^\n")) << outcome.err;
}

TEST_F(Commands, ARefusedRunShowsAllDiagnostics) {
  lake_.submit_failure = base::Error(base::Code::kInvalidArgument, "project.bad", "two mistakes");
  lake_.project_files = {{"models.py", "x = 1\ny = 2\n"}};
  for (uint32_t line : {1u, 2u}) {
    lake_.report.diagnostics.push_back(
        {true,
         base::Error(base::Code::kInvalidArgument, "project.bad", "mistake " + std::to_string(line))
             .At({"models.py", line, 1})});
  }
  const Outcome outcome = Run({"run"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Has(outcome.err, "mistake 1") && Has(outcome.err, "mistake 2"));
  EXPECT_TRUE(Has(outcome.err, "models.py:2:1"));
  EXPECT_TRUE(Has(outcome.err, "2 errors"));
}

TEST_F(Commands, ProgressGoesToErrAndUserLinesAreMarked) {
  api::UserOutput output{"trips", "models.py", 7, false, "hello \x1b[2J"};
  lake_.events = {{1, At(1'000'000'000), api::JobStarted{"tx"}},
                  {2, At(1'000'000'001), output},
                  {3, At(1'000'000'009),
                   api::TaskEnded{FinishedRun(api::JobStatus::kComplete).tasks[0], "a\n1\n"}}};
  const Outcome outcome = Run({"run", "--preview", "head"});
  EXPECT_TRUE(Has(outcome.err, "trips @ models.py:7 │ hello ␛[2J"));
  EXPECT_TRUE(Has(outcome.err, "12,345 rows")) << outcome.err;
  EXPECT_FALSE(Has(outcome.err, "\x1b")) << "a log file gets no control characters";
  EXPECT_TRUE(Has(outcome.out, "trips\na\n1\n")) << outcome.out;
  EXPECT_EQ(Run({"run", "-O", "json"}).err, "");
}

TEST_F(Commands, AFailedImportSaysWhatWasWrongWithTheFile) {
  lake_.jobs = {FinishedRun(api::JobStatus::kFail)};
  const Outcome outcome = Run({"table", "import", "t", "f.csv"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Has(outcome.err, "ValueError"));
}

TEST_F(Commands, PlanShowsGraphAndTasks) {
  lake_.report.plan = SmallPlan();
  const std::string text = Run({"plan"}).out;
  EXPECT_TRUE(Has(text, "●  trips  python 3.11, replace  ← bauplan.flights")) << text;
  EXPECT_TRUE(Has(text, "bauplan.trips") && Has(text, "py3.11 polars==1.37")) << text;
}

TEST_F(Commands, JobsAreFoundByTheBeginningOfTheirId) {
  EXPECT_EQ(Run({"job", "get", "0b7c2a4e"}).exit_code, 0);
  EXPECT_EQ(Run({"job", "get", "ffff"}).exit_code, 1);
  Run({"job", "stop", "0b7c2a4e"});
  EXPECT_EQ(lake_.calls.back(), "cancel 0b7c2a4e-0000-4000-8000-000000000001");
}

TEST_F(Commands, TablesShowColumnsAlignedByDisplayWidth) {
  const std::string text = Run({"table", "get", "trips"}).out;
  EXPECT_TRUE(Has(
      text,
      "COLUMN  TYPE    NULLABLE  DOC\nid      long    no        the key\nüber    string  yes\n"))
      << text;
  EXPECT_TRUE(Has(text, "day(ts)") && Has(text, "2.5 MB in 2 files"));
}

TEST_F(Commands, CommitFormatsSayMoreAndMore) {
  EXPECT_EQ(Run({"commit", "--format", "oneline"}).out, "eeeeeeeeeeee Run of flights\n");
  const std::string one_short = Run({"commit", "--format", "short"}).out;
  EXPECT_TRUE(Has(one_short, "Author:     ada") && !Has(one_short, "Date:") &&
              !Has(one_short, "job_id"));
  const std::string medium = Run({"commit"}).out;
  EXPECT_TRUE(Has(medium, "Date:       2001-09-09 01:46:40 UTC") && Has(medium, "job_id=1"));
  EXPECT_TRUE(Has(Run({"commit", "--format", "full"}).out, "Commit:     ada"));
  EXPECT_TRUE(Has(Run({"commit", "--format", "fuller"}).out, "bpln_job_id=1"));
}

TEST_F(Commands, DoctorExitsWithOneWhenSomethingIsBad) {
  EXPECT_EQ(Run({"doctor"}).exit_code, 0);
  lake_.probes.push_back({"seccomp", ProbeState::kBad, "missing", "install it"});
  const Outcome outcome = Run({"doctor"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Has(outcome.out, "remedy: install it"));
}

TEST_F(Commands, ParameterSetKeepsWhatWasNotNamed) {
  EXPECT_EQ(Run({"parameter", "set", "top", "20"}).exit_code, 0);
  EXPECT_EQ(lake_.edit->value, "20");
  EXPECT_EQ(lake_.edit->type, "");
  EXPECT_FALSE(lake_.edit->required.has_value());
}

TEST_F(Commands, QueryFromAMissingFileSaysSo) {
  const Outcome outcome = Run({"query", "-f", "/nonexistent/q.sql"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Has(outcome.err, "cli.no_such_file"));
  Run({"query", "SELECT 1", "--max-rows", "3", "-r", "dev"});
  EXPECT_EQ(lake_.queried->rows_max, 4u);  // one more than is shown: are there more?
  EXPECT_EQ(lake_.queried->ref, "dev");
}

// The JSON of a command is a promise: keys may be added, never renamed or removed. With
// BOATHOUSE_UPDATE_GOLDEN set the files are written anew.
TEST_F(Commands, JsonStaysWhatItWas) {
  lake_.report.plan = SmallPlan();
  const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
      {"version", {"version"}},
      {"info", {"info", "--lake", "/lake"}},
      {"doctor", {"doctor"}},
      {"init", {"init", "x"}},
      {"run", {"run"}},
      {"branch_ls", {"branch", "ls"}},
      {"branch_create", {"branch", "create", "x"}},
      {"branch_rm", {"branch", "rm", "x"}},
      {"branch_get", {"branch", "get", "main"}},
      {"branch_diff", {"branch", "diff", "main", "dev"}},
      {"branch_merge", {"branch", "merge", "x"}},
      {"checkout", {"checkout", "main"}},
      {"tag_ls", {"tag", "ls"}},
      {"tag_create", {"tag", "create", "v2"}},
      {"commit", {"commit"}},
      {"namespace_ls", {"namespace", "ls"}},
      {"namespace_create", {"namespace", "create", "raw"}},
      {"table_ls", {"table", "ls"}},
      {"table_get", {"table", "get", "trips"}},
      {"table_rm", {"table", "rm", "trips"}},
      {"table_import", {"table", "import", "trips", "f.csv"}},
      {"table_revert", {"table", "revert", "trips", "-s", "main"}},
      {"job_ls", {"job", "ls"}},
      {"job_get", {"job", "get", "0b7c2a4e"}},
      {"parameter_ls", {"parameter", "ls"}},
      {"config_ls", {"config", "ls"}},
      {"lake_get", {"lake", "get", "--lake", "/lake"}},
      {"plan", {"plan"}},
      {"error", {"table", "get", "nowhere"}}};
  const std::string folder = std::string(BOATHOUSE_SOURCE_DIR) + "/tests/golden/cli/";
  for (const auto& [name, arguments] : cases) {
    std::vector<std::string> with_json = arguments;
    with_json.insert(with_json.end(), {"-O", "json"});
    const std::string got = Run(with_json).out;
    EXPECT_TRUE(nlohmann::json::accept(got)) << name << ": " << got;
    if (std::getenv("BOATHOUSE_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(folder + name + ".json") << got;
    }
    std::ifstream file(folder + name + ".json");
    std::ostringstream expected;
    expected << file.rdbuf();
    EXPECT_EQ(got, expected.str()) << name;
  }
}

TEST_F(Commands, ServeInitSaysThatThereAreUsers) {
  EXPECT_TRUE(Has(Run({"serve", "--init"}).out, "key create"));
  EXPECT_FALSE(Has(Run({"serve"}).out, "key create"));
}

}  // namespace
}  // namespace cli
