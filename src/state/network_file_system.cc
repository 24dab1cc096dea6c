#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include "base/file.h"
#include "state/network_file_system_internal.h"
#include "state/reasons.h"

namespace state {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

constexpr uint64_t kFuseMagic = 0x65735546;
// From linux/magic.h and the file systems' own sources.
constexpr std::array<std::pair<uint64_t, std::string_view>, 12> kNetworkMagics = {{
    {0x6969, "nfs"},
    {0x517B, "smb"},
    {0xFF534D42, "cifs"},
    {0xFE534D42, "smb2"},
    {0x01021997, "9p"},
    {0x5346414F, "afs"},
    {0x6B414653, "afs"},
    {0x00C36400, "ceph"},
    {0x0BD00BD0, "lustre"},
    {0x47504653, "gpfs"},
    {0x73757245, "coda"},
    {0x19830326, "beegfs"},
}};
// FUSE also carries local file systems (ntfs-3g, fuse-overlayfs), so only known remote ones count.
constexpr std::array<std::string_view, 16> kRemoteFuse = {
    "sshfs",    "s3fs",          "rclone",   "gcsfuse",   "goofys",
    "mount-s3", "mountpoint-s3", "blobfuse", "blobfuse2", "glusterfs",
    "ceph",     "ceph-fuse",     "cephfs",   "juicefs",   "google-drive-ocamlfuse",
    "davfs"};

struct Mount {
  std::string_view point;
  std::string_view type;
};

/// One line of mountinfo: "36 35 98:0 /root /point options optional... - type source options".
Mount ParseMount(std::string_view line) {
  Mount mount;
  size_t at = 0;
  for (int field = 0; field < 5; ++field) {
    const size_t end = line.find(' ', at);
    if (end == std::string_view::npos) return {};
    mount.point = line.substr(at, end - at);
    at = end + 1;
  }
  const size_t dash = line.find(" - ", at > 0 ? at - 1 : 0);
  if (dash == std::string_view::npos) return {};
  const size_t type = dash + 3;
  mount.type = line.substr(type, line.find(' ', type) - type);
  return mount;
}

bool Covers(std::string_view point, std::string_view path) {
  if (point == "/") return true;
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

}  // namespace

std::optional<std::string> NetworkFileSystemName(uint64_t magic, std::string_view mounted_type) {
  for (const auto& [known, name] : kNetworkMagics) {
    if (magic == known) return std::string(name);
  }
  if (magic != kFuseMagic || !mounted_type.starts_with("fuse")) return std::nullopt;
  const size_t dot = mounted_type.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view kind = mounted_type.substr(dot + 1);
  if (std::find(kRemoteFuse.begin(), kRemoteFuse.end(), kind) == kRemoteFuse.end()) {
    return std::nullopt;
  }
  return std::string(mounted_type);
}

std::string MountedType(std::string_view mountinfo, std::string_view path) {
  Mount best;
  while (!mountinfo.empty()) {
    const size_t end = std::min(mountinfo.find('\n'), mountinfo.size());
    const Mount mount = ParseMount(mountinfo.substr(0, end));
    // A later mount on the same point hides an earlier one.
    if (!mount.point.empty() && Covers(mount.point, path) &&
        mount.point.size() >= best.point.size()) {
      best = mount;
    }
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
  }
  return std::string(best.type);
}

Status RefuseNetworkFileSystem(const std::string& folder) {
  struct statfs status{};
  if (::statfs(folder.c_str(), &status) != 0) return base::IoError("look at", folder, errno);
  // The kernel's numbers are 32 bits; f_type is signed and may have been extended.
  const uint64_t magic = static_cast<uint32_t>(status.f_type);
  std::string mounted_type;
  if (magic == kFuseMagic) {
    const Result<base::Bytes> mounts = base::ReadFile("/proc/self/mountinfo");
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(folder, error);
    if (mounts.ok() && !error) mounted_type = MountedType(mounts.value(), real.string());
  }
  const auto name = NetworkFileSystemName(magic, mounted_type);
  if (!name.has_value()) return base::Ok();
  return Error(Code::kFailedPrecondition, reasons::kNetworkFileSystem,
               "\"" + folder + "\" is on a network file system (" + *name +
                   "), where the locks of the lake's state are not safe: put the lake on a local "
                   "disk");
}

}  // namespace state
