#include "runtime/sandbox/launcher/root.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace runtime::launcher {
namespace {

constexpr size_t kLayersMax = 400;  // the kernel's overlay takes 500
constexpr char kEnvironment[] = "/env";
constexpr unsigned kReadOnly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

Failure CloneTree(const std::string& source, const std::string& target, unsigned attributes,
                  DetachedMount& out) {
  const int fd = static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, source.c_str(),
                                          OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE));
  if (fd < 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return Fail(missing ? FailureKind::kSpec : FailureKind::kMachine, "bind " + source, errno);
  }
  out.fd = fd;
  out.target = target;
  struct stat status{};
  if (fstat(fd, &status) == 0) out.is_folder = S_ISDIR(status.st_mode);
  mount_attr set{};
  set.attr_set = attributes;
  set.propagation = MS_PRIVATE;
  if (syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &set, sizeof set) != 0) {
    return Fail("make the bind of " + source + " read-only");
  }
  return {};
}

int Configure(int context, unsigned command, const char* key, const char* value) {
  return static_cast<int>(syscall(SYS_fsconfig, context, command, key, value, 0));
}

// Overlay by the mount interface that takes one layer per call (Linux 6.7).
Failure OverlayByLayer(const std::vector<std::string>& layers, bool in_user_namespace, int& out) {
  const int context = static_cast<int>(syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC));
  if (context < 0) return Fail("open the overlay file system");
  Failure failure;
  for (const std::string& layer : layers) {
    if (Configure(context, FSCONFIG_SET_STRING, "lowerdir+", layer.c_str()) != 0) {
      failure = Fail("add the layer " + layer);
      break;
    }
  }
  if (!failure.failed() && in_user_namespace) {
    Configure(context, FSCONFIG_SET_FLAG, "userxattr", nullptr);
  }
  if (!failure.failed() && Configure(context, FSCONFIG_CMD_CREATE, nullptr, nullptr) != 0) {
    failure = Fail("create the overlay of " + std::to_string(layers.size()) + " layers");
  }
  if (!failure.failed()) {
    out = static_cast<int>(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, kReadOnly));
    if (out < 0) failure = Fail("mount the overlay");
  }
  close(context);
  return failure;
}

// Overlay by mount(2), whose options must fit one page: descriptors are the shortest names.
Failure OverlayClassic(const std::vector<int>& layers, const std::string& target) {
  std::string options = "userxattr,lowerdir=";
  for (size_t i = 0; i < layers.size(); ++i) {
    if (i > 0) options += ':';
    options += std::to_string(layers[i]);
  }
  if (chdir("/proc/self/fd") != 0) return Fail("enter /proc/self/fd");
  const int result = mount("overlay", target.c_str(), "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV,
                           options.c_str());
  if (result != 0) return Fail("mount the overlay of " + std::to_string(layers.size()) + " layers");
  return {};
}

bool MakeFolders(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    mkdir(path.substr(0, at).c_str(), 0755);
  }
  return mkdir(path.c_str(), 0755) == 0 || errno == EEXIST;
}

Failure WriteText(const std::string& path, const std::string& text) {
  MakeFolders(path.substr(0, path.rfind('/')));
  // A bind of the caller's may already be there: it wins.
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) return errno == EEXIST ? Failure{} : Fail("create " + path);
  const bool ok = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return ok ? Failure{} : Fail("write " + path);
}

Failure Attach(DetachedMount& mount, const std::string& root) {
  const std::string target = root + mount.target;
  if (mount.is_folder) {
    MakeFolders(target);
  } else {
    MakeFolders(target.substr(0, target.rfind('/')));
    const int fd = open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
  }
  if (syscall(SYS_move_mount, mount.fd, "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) !=
      0) {
    return Fail("attach " + mount.target);
  }
  close(mount.fd);
  mount.fd = -1;
  return {};
}

Failure MountMemory(const std::string& target, const std::string& options) {
  MakeFolders(target);
  if (mount("tmpfs", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    return Fail("mount a tmpfs at " + target);
  }
  return {};
}

Failure MountProc(const std::string& target) {
  MakeFolders(target);
  constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  for (const char* options : {"hidepid=invisible,subset=pid", "hidepid=2", ""}) {
    if (mount("proc", target.c_str(), "proc", kFlags, options) == 0) return {};
  }
  return Fail("mount /proc");
}

Failure WriteSystemFiles(const std::string& root, const std::string& resolver_lines) {
  const std::pair<const char*, std::string> files[] = {
      {"/etc/passwd", "user:x:1000:1000:user:/tmp:/bin/sh\n"},
      {"/etc/group", "user:x:1000:\n"},
      {"/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"},
      {"/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"},
      {"/etc/resolv.conf", resolver_lines}};
  for (const auto& [path, text] : files) {
    if (Failure failure = WriteText(root + path, text); failure.failed()) return failure;
  }
  MakeFolders(root + "/dev");
  const std::pair<const char*, const char*> links[] = {{"/proc/self/fd", "/dev/fd"},
                                                       {"/proc/self/fd/0", "/dev/stdin"},
                                                       {"/proc/self/fd/1", "/dev/stdout"},
                                                       {"/proc/self/fd/2", "/dev/stderr"}};
  for (const auto& [to, at] : links) {
    if (symlink(to, (root + at).c_str()) != 0) return Fail(std::string("link ") + at);
  }
  // The same links beside /usr as on the host; a folder there is a bind of the caller's.
  for (const char* name : {"/lib", "/lib64", "/lib32", "/bin", "/sbin"}) {
    char to[64];
    const ssize_t size = readlink(name, to, sizeof to - 1);
    if (size > 0 &&
        symlink(std::string(to, static_cast<size_t>(size)).c_str(), (root + name).c_str()) != 0 &&
        errno != EEXIST) {
      return Fail(std::string("link ") + name);
    }
  }
  return {};
}

Failure FillRoot(const SandboxSpec& spec, std::vector<DetachedMount>& mounts,
                 const std::vector<int>& layers, const std::string& root) {
  for (DetachedMount& mount : mounts) {
    if (Failure failure = Attach(mount, root); failure.failed()) return failure;
  }
  if (!layers.empty()) {
    MakeFolders(root + kEnvironment);
    Failure failure = OverlayClassic(layers, root + kEnvironment);
    for (const int layer : layers) close(layer);
    if (failure.failed()) return failure;
  }
  const std::string limits_tmp = "size=" + std::to_string(spec.limits.tmp_bytes_max);
  const std::string limits_shm = "size=" + std::to_string(spec.limits.shm_bytes_max);
  // Where the root covers the host's /tmp, the sandbox's own comes on top of it.
  Failure failure = MountMemory(root + "/tmp", limits_tmp + ",mode=1777");
  if (!failure.failed()) failure = MountMemory(root + "/dev/shm", limits_shm + ",mode=1777");
  if (!failure.failed()) failure = MountProc(root + "/proc");
  return failure;
}

Failure Pivot(const std::string& root) {
  if (chdir(root.c_str()) != 0) return Fail("enter the new root");
  if (syscall(SYS_pivot_root, ".", ".") != 0) return Fail("pivot to the new root");
  if (umount2(".", MNT_DETACH) != 0) return Fail("leave the host's root");
  if (chdir("/") != 0) return Fail("enter /");
  if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
            nullptr) != 0) {
    return Fail("make the root read-only");
  }
  return {};
}

}  // namespace

Failure OpenMounts(const SandboxSpec& spec, OverlayRung rung, bool in_user_namespace,
                   std::vector<DetachedMount>& out) {
  for (const ReadOnlyBind& bind : spec.binds) {
    Failure failure = CloneTree(bind.source, bind.target, kReadOnly, out.emplace_back());
    if (failure.failed()) return failure;
  }
  for (const char* name : {"null", "zero", "full", "random", "urandom"}) {
    const std::string device = std::string("/dev/") + name;
    Failure failure =
        CloneTree(device, device, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, out.emplace_back());
    if (failure.failed()) return failure;
  }
  const std::vector<std::string>& layers = spec.environment_layers;
  if (layers.size() > kLayersMax) {
    return Fail(FailureKind::kSpec, "merge more than 400 layers", E2BIG);
  }
  if (layers.size() == 1) {
    return CloneTree(layers[0], kEnvironment, kReadOnly, out.emplace_back());
  }
  if (layers.empty() || rung == OverlayRung::kClassicMount) return {};
  int overlay = -1;
  Failure failure = OverlayByLayer(layers, in_user_namespace, overlay);
  if (failure.failed()) return rung == OverlayRung::kBest ? Failure{} : failure;
  out.push_back(DetachedMount{overlay, kEnvironment, true});
  return {};
}

void CloseMounts(std::vector<DetachedMount>& mounts) {
  for (DetachedMount& mount : mounts) {
    if (mount.fd >= 0) close(mount.fd);
  }
  mounts.clear();
}

Failure EnterRoot(const SandboxSpec& spec, std::vector<DetachedMount>& mounts,
                  const std::string& resolver_lines) {
  bool environment_is_open = spec.environment_layers.empty();
  for (const DetachedMount& mount : mounts) environment_is_open |= mount.target == kEnvironment;
  std::vector<int> layers;
  if (!environment_is_open) {
    for (const std::string& layer : spec.environment_layers) {
      const int fd = open(layer.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
      if (fd < 0) return Fail("open the layer " + layer);
      layers.push_back(fd);
    }
  }
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Fail("make the mounts private");
  }
  const std::string root = "/tmp";  // exists everywhere; everything below it is open already
  Failure failure = MountMemory(root, "size=16m,mode=755,nr_inodes=8k");
  if (!failure.failed()) failure = FillRoot(spec, mounts, layers, root);
  if (!failure.failed()) failure = WriteSystemFiles(root, resolver_lines);
  if (!failure.failed()) failure = Pivot(root);
  return failure;
}

}  // namespace runtime::launcher
