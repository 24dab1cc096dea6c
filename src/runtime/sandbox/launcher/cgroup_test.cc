#include "runtime/sandbox/launcher/cgroup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/testing/temporary_folder.h"

namespace runtime::launcher {
namespace {

namespace fs = std::filesystem;

/// Folders and files named as the kernel's, in which writes leave their last text. The kernel's
/// own acting (moving processes, refusing) is not imitated.
class Cgroup2Test : public ::testing::Test {
 protected:
  Cgroup2Test() {
    places_.mounts = path("mounts");
    places_.own_groups = path("own");
    places_.is_root = false;
    places_.make = [this](const std::string& folder) { return Make(folder); };
    Write("mounts",
          "proc /proc proc rw 0 0\ncgroup2 " + path("fs") + " cgroup2 rw,nsdelegate 0 0\n");
    Make(path("fs"));
    fs::remove(path("fs/cgroup.type"));  // only the root of the machine has none
  }

  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(path(name), std::ios::trunc) << text;
  }
  std::string Read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(path(name)).rdbuf();
    return text.str();
  }
  bool Make(const std::string& folder) {
    if (!fs::create_directory(folder)) return false;
    for (const auto& [file, text] : std::map<std::string, std::string>{
             {"cgroup.type", "domain\n"},
             {"cgroup.controllers", "cpu memory pids\n"},
             {"cgroup.subtree_control", ""},
             {"cgroup.procs", ""},
             {"memory.max", "max\n"},
             {"memory.swap.max", "max\n"},
             {"memory.oom.group", "0\n"},
             {"memory.peak", "4096\n"},
             {"memory.events", "low 0\nhigh 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 1\n"},
             {"pids.max", "max\n"},
             {"cpu.max", "max 100000\n"}}) {
      std::ofstream(folder + "/" + file) << text;
    }
    return true;
  }
  LimitsRung Rung() { return Groups(LimitsRung::kCgroup2, places_).rung(); }

  base::testing::TemporaryFolder folder_;
  GroupPlaces places_;
};

TEST_F(Cgroup2Test, ADelegatedGroupHandsItsControllersOn) {
  Make(path("fs/user.scope"));
  Write("own", "1:name=systemd:/other\n0::/user.scope\n");
  EXPECT_EQ(Rung(), LimitsRung::kCgroup2);
  EXPECT_TRUE(fs::is_directory(path("fs/user.scope/boathouse"))) << "the leaf for its processes";
  EXPECT_EQ(Read("fs/user.scope/cgroup.subtree_control").substr(0, 1), "+");
  EXPECT_EQ(Read("fs/cgroup.subtree_control"), "") << "what is not ours stays as it is";
}

// The first command moves the shell into the leaf: the second begins there.
TEST_F(Cgroup2Test, TheNextCommandUsesTheSameGroup) {
  Make(path("fs/user.scope"));
  Make(path("fs/user.scope/boathouse"));
  Write("own", "0::/user.scope/boathouse\n");
  EXPECT_EQ(Rung(), LimitsRung::kCgroup2);
  EXPECT_FALSE(fs::exists(path("fs/user.scope/boathouse/boathouse")));
}

TEST_F(Cgroup2Test, WithoutMemoryOrDelegationThereIsNone) {
  Make(path("fs/user.scope"));
  Write("own", "0::/user.scope\n");
  Write("fs/user.scope/cgroup.controllers", "cpu pids\n");
  EXPECT_EQ(Rung(), LimitsRung::kRlimits);
  Write("fs/user.scope/cgroup.controllers", "memory\n");
  fs::remove(path("fs/user.scope/cgroup.subtree_control"));
  EXPECT_EQ(Rung(), LimitsRung::kRlimits);
  Write("mounts", "proc /proc proc rw 0 0\n");
  EXPECT_EQ(Rung(), LimitsRung::kRlimits);
}

TEST_F(Cgroup2Test, RootUsesTheTopAndEmptiesThatOfAContainer) {
  places_.is_root = true;
  Write("own", "0::/init.scope\n");
  EXPECT_EQ(Rung(), LimitsRung::kCgroup2);
  EXPECT_FALSE(fs::exists(path("fs/boathouse"))) << "the root of the machine may hold both";
  Write("fs/cgroup.type", "domain\n");
  EXPECT_EQ(Rung(), LimitsRung::kCgroup2);
  EXPECT_TRUE(fs::is_directory(path("fs/boathouse")));
}

TEST_F(Cgroup2Test, AGroupGetsItsLimitsAndSaysWhatWasUsed) {
  places_.is_root = true;
  const Groups groups(LimitsRung::kCgroup2, places_);
  SandboxLimits limits;
  limits.memory_bytes_max = 1 << 20;
  limits.processes_max = 7;
  limits.cpus = 0.5;
  Group group;
  ASSERT_FALSE(groups.Create(1, limits, group).failed());
  ASSERT_EQ(group.folders.size(), 1u);
  const std::string name = fs::relative(group.folders[0], folder_.path());
  EXPECT_EQ(Read(name + "/memory.max").substr(0, 7), "1048576");
  EXPECT_EQ(Read(name + "/memory.swap.max")[0], '0');
  EXPECT_EQ(Read(name + "/memory.oom.group")[0], '1');
  EXPECT_EQ(Read(name + "/pids.max")[0], '7');
  EXPECT_EQ(Read(name + "/cpu.max").substr(0, 12), "50000 100000");
  ASSERT_FALSE(groups.Add(group, 4711).failed());
  EXPECT_EQ(Read(name + "/cgroup.procs"), "4711");
  EXPECT_EQ(groups.Use(group).oom_kills, 2u);
  EXPECT_EQ(groups.Use(group).memory_bytes_peak, 4096u);
}

}  // namespace
}  // namespace runtime::launcher
