// Environments of real wheels, made by the real uv from a folder and run in real sandboxes.
#include "runtime/environment/environment.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "runtime/environment/reasons.h"
#include "runtime/environment/resolver.h"

namespace runtime {
namespace {

using base::testing::IsError;
using base::testing::IsOk;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::string VersionOf(const ReadyEnvironment& environment, const std::string& name) {
  for (const LockedPackage& package : environment.lock.packages) {
    if (package.name == name) return package.version;
  }
  return "";
}

/// One store for all tests here: unpacking the same wheels again would prove nothing.
class Environments : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    char name[] = "/tmp/boathouse-environment-test-XXXXXX";
    folder_ = mkdtemp(name);
    auto launcher = SandboxLauncher::Start({});
    ASSERT_THAT(launcher, IsOk());
    launcher_ = std::move(launcher).value().release();
  }
  static void TearDownTestSuite() {
    delete launcher_;
    fs::remove_all(folder_);
  }

  static EnvironmentOptions Options() {
    EnvironmentOptions options;
    options.store = folder_ + "/store";
    options.uv = BOATHOUSE_DEPS_DIR "/uv/bin/uv";
    options.variables["UV_FIND_LINKS"] = BOATHOUSE_DEPS_DIR "/wheels";
    options.variables["UV_NO_INDEX"] = "1";
    options.variables["UV_CACHE_DIR"] = folder_ + "/uv-cache";
    return options;
  }

  /// A uv that leaves a mark when it is started, and fails.
  static EnvironmentOptions OptionsWithFailingUv() {
    EnvironmentOptions options = Options();
    options.uv = folder_ + "/failing-uv";
    std::ofstream(options.uv) << "#!/bin/sh\ntouch " << Mark() << "\nexit 1\n";
    fs::permissions(options.uv, fs::perms::owner_all);
    return options;
  }
  static std::string Mark() { return folder_ + "/uv-was-started"; }

  static base::Result<ReadyEnvironment> Prepare(EnvironmentOptions options,
                                                const std::map<std::string, std::string>& packages,
                                                const std::string& requirements = "") {
    auto store = EnvironmentStore::Open(std::move(options), *launcher_);
    EXPECT_THAT(store, IsOk());
    plan::EnvironmentSpec spec;
    spec.python_version = "3.11";
    spec.packages = packages;
    return (*store)->Prepare({}, spec, requirements, nullptr);
  }

  static std::string RunPython(const ReadyEnvironment& environment, const std::string& code) {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const base::Fd reading(ends[0]);
    base::Fd writing(ends[1]);
    SandboxSpec spec;
    spec.name = "test";
    spec.argv = {environment.python, "-I", "-c", code};
    spec.binds = environment.binds;
    spec.environment_layers = environment.layers;
    spec.descriptors = {{ends[1], 1}, {ends[1], 2}};
    auto process = launcher_->Launch(spec);
    EXPECT_THAT(process, IsOk());
    writing = base::Fd();
    std::string text;
    char buffer[4096];
    for (ssize_t size = 0; (size = read(reading.get(), buffer, sizeof buffer)) > 0;) {
      text.append(buffer, size);
    }
    return text;
  }

  static inline std::string folder_;
  static inline SandboxLauncher* launcher_ = nullptr;
};

// pyarrow 26 needs numpy 2 at import and declares no dependency; pandas 2.2.0 pins numpy below 2.
TEST_F(Environments, AddsAPyarrowThatWorksWithTheNumpyChosen) {
  auto ready = Prepare(Options(), {{"pandas", "2.2.0"}});
  ASSERT_THAT(ready, IsOk());
  EXPECT_TRUE(ready->resolved_now);
  EXPECT_EQ(VersionOf(*ready, "numpy"), "1.26.4");
  EXPECT_EQ(VersionOf(*ready, "pyarrow"), "25.0.0");
  EXPECT_EQ(RunPython(*ready,
                      "import sys, pandas, pyarrow as pa\n"
                      "print(sys.prefix, pandas.__version__, pa.__version__)\n"
                      "print(pa.Table.from_pandas(pandas.DataFrame({'a': [1, 2]})).num_rows)\n"
                      "print(pandas.__spec__.cached is not None, sys.path[-1])\n"),
            "/env 2.2.0 25.0.0\n2\nTrue /env/lib/python3.11/site-packages\n");
}

TEST_F(Environments, ResolvesOnceAndThenNeedsNoUvAndNoIndex) {
  ASSERT_THAT(Prepare(Options(), {{"six", "1.17"}}), IsOk());
  auto again = Prepare(OptionsWithFailingUv(), {{"six", "1.17"}});
  ASSERT_THAT(again, IsOk());
  EXPECT_FALSE(again->resolved_now);
  EXPECT_EQ(again->wheels_unpacked, 0u);
  EXPECT_FALSE(fs::exists(Mark()));
  // By its digest alone, as a worker is told.
  auto store = EnvironmentStore::Open(OptionsWithFailingUv(), *launcher_);
  plan::EnvironmentSpec spec;
  spec.python_version = "3.11";
  spec.lock_digest = again->lock_digest;
  auto by_digest = (*store)->Prepare({}, spec, "", nullptr);
  ASSERT_THAT(by_digest, IsOk());
  EXPECT_EQ(by_digest->lock, again->lock);
  spec.lock_digest = std::string(64, '0');
  EXPECT_THAT((*store)->Prepare({}, spec, "", nullptr),
              IsError(base::Code::kNotFound, reasons::kNoLock));
}

TEST_F(Environments, PolarsAndDuckdbWorkInside) {
  auto ready = Prepare(Options(), {{"polars", "1.37"}, {"duckdb", "1.0.0"}});
  ASSERT_THAT(ready, IsOk());
  EXPECT_EQ(RunPython(*ready,
                      "import polars, duckdb\n"
                      "f = polars.DataFrame({'a': [1, 2, 3]})\n"
                      "print(f.to_arrow().num_rows, duckdb.sql('select 6 * 7').fetchall())\n"),
            "3 [(42,)]\n");
}

TEST_F(Environments, RequirementsFileAddsToThePackagesWhichWin) {
  auto ready = Prepare(Options(), {{"numpy", "1"}}, "# project\nnumpy==2.3.4\npytz  # zones\n");
  ASSERT_THAT(ready, IsOk());
  EXPECT_EQ(VersionOf(*ready, "numpy"), "1.26.4");
  EXPECT_EQ(VersionOf(*ready, "pytz"), "2025.2");
}

TEST_F(Environments, NamesAPackageThatDoesNotExist) {
  auto none = Prepare(Options(), {{"pandsa", ""}});
  ASSERT_THAT(none, IsError(base::Code::kInvalidArgument, reasons::kNoPackage));
  EXPECT_EQ(none.error().context.at("package"), "pandsa");
  EXPECT_THAT(none.error().message, HasSubstr("wheels"));
  EXPECT_THAT(Prepare(Options(), {{"pandas", "9.9.9"}}),
              IsError(base::Code::kInvalidArgument, reasons::kNoPackage));
}

TEST_F(Environments, ExplainsAConflict) {
  auto conflict = Prepare(Options(), {{"pandas", "2.2.0"}, {"numpy", "2.3.4"}});
  ASSERT_THAT(conflict, IsError(base::Code::kInvalidArgument, reasons::kConflict));
  EXPECT_THAT(conflict.error().message, HasSubstr("numpy"));
  EXPECT_EQ(conflict.error().message.find('\n'), std::string::npos);
}

TEST_F(Environments, AVersionOfPyarrowThatCannotWorkIsTheUsersToChange) {
  EXPECT_THAT(Prepare(Options(), {{"numpy", "1.26.4"}, {"pyarrow", "26"}}),
              IsError(base::Code::kInvalidArgument, reasons::kImportFailed));
}

TEST_F(Environments, NamesTheInterpretersFoundWhenOneIsMissing) {
  auto store = EnvironmentStore::Open(Options(), *launcher_);
  plan::EnvironmentSpec spec;
  spec.python_version = "3.4";
  auto missing = (*store)->Prepare({}, spec, "", nullptr);
  ASSERT_THAT(missing, IsError(base::Code::kFailedPrecondition, reasons::kNoInterpreter));
  EXPECT_THAT(missing.error().context.at("found"), HasSubstr("3.11"));
}

TEST_F(Environments, WithoutUvAnUncachedEnvironmentSaysWhatToInstall) {
  EnvironmentOptions options = Options();
  options.uv = "/no/such/uv";
  EXPECT_THAT(Prepare(options, {{"tzdata", ""}}),
              IsError(base::Code::kFailedPrecondition, reasons::kNoResolver));
}

TEST_F(Environments, SeveralAtOnceUnpackEachWheelOnce) {
  EnvironmentOptions options = Options();
  options.store = folder_ + "/other-store";
  std::vector<uint32_t> unpacked(3, 99);
  {
    std::vector<std::jthread> threads;
    for (uint32_t& count : unpacked) {
      threads.emplace_back([&] {
        auto ready = Prepare(options, {{"six", "1"}, {"python-dateutil", "2"}});
        EXPECT_THAT(ready, IsOk());
        if (ready.ok()) count = ready->wheels_unpacked;
      });
    }
  }
  std::sort(unpacked.begin(), unpacked.end());
  EXPECT_EQ(unpacked, (std::vector<uint32_t>{0, 0, 3}));
  EXPECT_TRUE(fs::is_empty(options.store + "/v1/building"));
}

// The rung below any overlay, and what runs without isolation.
TEST_F(Environments, ComposesATreeThatRunsWithoutIsolationToo) {
  auto ready = Prepare(Options(), {{"six", "1.17"}});
  ASSERT_THAT(ready, IsOk());
  auto store = EnvironmentStore::Open(Options(), *launcher_);
  auto tree = (*store)->ComposeTree(*ready);
  ASSERT_THAT(tree, IsOk());
  ready->layers = {*tree};
  EXPECT_EQ(RunPython(*ready, "import six, sys; print(six.__version__, sys.prefix)"),
            "1.17.0 /env\n");
  LauncherOptions open;
  open.isolation = Isolation::kNone;
  auto launcher = SandboxLauncher::Start(open);
  ASSERT_THAT(launcher, IsOk());
  SandboxSpec spec;
  spec.argv = {ready->python, "-I", "-c", "import six, pyarrow"};
  spec.environment_layers = ready->layers;
  auto process = (*launcher)->Launch(spec);
  ASSERT_THAT(process, IsOk());
  auto exit = process->Wait({});
  ASSERT_THAT(exit, IsOk());
  EXPECT_EQ(exit->code, 0);
  EXPECT_FALSE(exit->isolated);
}

TEST(Resolver, KnowsTheCertificatesOfTheMachineUnlessToldOtherwise) {
  if (fs::exists("/etc/ssl/certs/ca-certificates.crt")) {
    EXPECT_EQ(UvVariables({})["UV_SYSTEM_CERTS"], "1");
  }
  EXPECT_EQ(UvVariables({{"UV_SYSTEM_CERTS", "0"}})["UV_SYSTEM_CERTS"], "0");
}

TEST(FindInterpreters, LeavesShimsOutAndHonoursTheVariable) {
  Variables variables = {{"PATH", "/root/.pyenv/shims:/usr/bin"}, {"HOME", "/nonexistent"}};
  auto plain = FindInterpreter("3.11", variables);
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->path, "/usr/bin/python3.11");
  EXPECT_EQ(plain->abi_tag, "cp311");
  EXPECT_THAT(plain->libc, HasSubstr("glibc"));
  variables["BOATHOUSE_PYTHON_3_12"] = "/usr/bin/python3.11";  // not what it says
  EXPECT_FALSE(FindInterpreter("3.12", variables).ok());
}

}  // namespace
}  // namespace runtime
