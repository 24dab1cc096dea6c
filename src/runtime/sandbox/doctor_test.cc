#include "runtime/sandbox/doctor.h"

#include <gmock/gmock.h>

#include <set>

namespace runtime {
namespace {

TEST(Doctor, FindsOnThisMachineWhatTheOtherTestsUse) {
  std::set<std::string> ok;
  for (const Probe& probe : ProbeSandbox({})) {
    if (probe.state == ProbeState::kOk) {
      ok.insert(probe.name);
    } else {
      EXPECT_FALSE(probe.meaning.empty()) << probe.name;
      EXPECT_FALSE(probe.remedy.empty()) << probe.name;
    }
  }
  for (const char* name : {"user namespaces", "clone3", "mount_setattr", "seccomp", "launcher",
                           "sandbox", "overlay by layer", "overlay by mount(2)"}) {
    EXPECT_EQ(ok.count(name), 1u) << name;
  }
}

TEST(Doctor, SaysWhatToDoWithoutALauncher) {
  LauncherOptions options;
  options.program = "/no/such/launcher";
  const std::vector<Probe> probes = ProbeSandbox(options);
  EXPECT_EQ(probes.back().name, "launcher");
  EXPECT_EQ(probes.back().state, ProbeState::kMissing);
}

TEST(Doctor, NamesInterpretersAndAMissingUv) {
  const auto probes = ProbeEnvironments(
      {{"PATH", "/usr/bin"}, {"HOME", "/nonexistent"}, {"BOATHOUSE_UV", "/no/such/uv"}});
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_EQ(probes[0].state, ProbeState::kMissing);
  EXPECT_THAT(probes[1].found, ::testing::HasSubstr("/usr/bin/python3.11"));
}

}  // namespace
}  // namespace runtime
