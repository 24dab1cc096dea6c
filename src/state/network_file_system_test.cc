#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "state/network_file_system_internal.h"

namespace state {
namespace {

TEST(NetworkFileSystem, KnowsTheUsualOnes) {
  EXPECT_EQ(NetworkFileSystemName(0x6969, ""), "nfs");
  EXPECT_EQ(NetworkFileSystemName(0xFF534D42, ""), "cifs");
  EXPECT_EQ(NetworkFileSystemName(0xFE534D42, ""), "smb2");
}

TEST(NetworkFileSystem, TellsRemoteFuseFromLocal) {
  EXPECT_EQ(NetworkFileSystemName(0x65735546, "fuse.sshfs"), "fuse.sshfs");
  EXPECT_EQ(NetworkFileSystemName(0x65735546, "fuse.fuse-overlayfs"), std::nullopt);
  EXPECT_EQ(NetworkFileSystemName(0x65735546, "fuseblk"), std::nullopt);
}

TEST(NetworkFileSystem, LetsLocalOnesPass) {
  for (const uint64_t magic : {0xEF53ull, 0x58465342ull, 0x01021994ull, 0x9123683Eull}) {
    EXPECT_EQ(NetworkFileSystemName(magic, "ext4"), std::nullopt);
  }
  const base::testing::TemporaryFolder folder;
  EXPECT_THAT(RefuseNetworkFileSystem(folder.path()), base::testing::IsOk());
}

TEST(NetworkFileSystem, FindsTheInnermostMount) {
  constexpr char kMounts[] =
      "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
      "40 21 0:44 / /home/a rw,nosuid - fuse.sshfs host:/ rw,user_id=0\n"
      "41 40 0:45 / /home/ab rw shared:3 master:2 - xfs /dev/sdb rw\n";
  EXPECT_EQ(MountedType(kMounts, "/home/a/lake"), "fuse.sshfs");
  EXPECT_EQ(MountedType(kMounts, "/home/ab"), "xfs");
  EXPECT_EQ(MountedType(kMounts, "/home/abc"), "ext4");
  EXPECT_EQ(MountedType("nonsense\n", "/home"), "");
}

}  // namespace
}  // namespace state
