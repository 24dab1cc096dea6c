#include "runtime/environment/tree_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "runtime/environment/reasons.h"
#include "runtime/environment/resolver.h"

namespace runtime {
namespace {

namespace fs = std::filesystem;

constexpr char kTreeFormat[] = "1";  // raised when what we do to an unpacked wheel changes
constexpr char kInsidePython[] = "#!/env/bin/python";

std::string Machine() {
  utsname names{};
  uname(&names);
  return names.machine;
}

base::Error InstallFailed(const LockedPackage& package, const std::string& why) {
  return base::Error(base::Code::kUnavailable, reasons::kInstallFailed,
                     "the package '" + package.name + "' " + package.version +
                         " could not be installed: " + why)
      .Set("package", package.name);
}

// Scripts start the interpreter they were installed with; inside it is /env's.
base::Status RewriteShebang(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, base::ReadFile(path));
  if (text.rfind("#!", 0) != 0) return base::Ok();
  size_t end = text.find('\n');
  if (end == std::string::npos) return base::Ok();
  // The three-line form for long paths: sh executes python, python sees a string.
  const bool long_form = text.compare(end + 1, 7, "'''exec") == 0;
  if (long_form) end = text.find('\n', text.find('\n', end + 1) + 1);
  const bool python = long_form || text.substr(0, end).find("python") != std::string::npos;
  if (!python || end == std::string::npos) return base::Ok();
  text.replace(0, end, kInsidePython);
  std::error_code failed;
  fs::remove(path, failed);  // it may be a hard link into uv's cache
  const base::Fd fd(open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755));
  if (!fd.valid() ||
      write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return base::IoError("write", path, errno);
  }
  return base::Ok();
}

base::Status RewriteShebangs(const std::string& tree) {
  std::error_code ignored;
  std::vector<std::string> scripts;
  for (const auto& entry : fs::directory_iterator(tree + "/bin", ignored)) {
    if (entry.is_regular_file() && !entry.is_symlink()) scripts.push_back(entry.path());
  }
  for (const std::string& script : scripts) RETURN_IF_ERROR(RewriteShebang(script));
  return base::Ok();
}

// Readable by the sandboxes' users, writable by nobody.
void MakeReadable(const std::string& tree) {
  std::error_code ignored;
  chmod(tree.c_str(), 0755);
  for (const auto& entry : fs::recursive_directory_iterator(tree, ignored)) {
    const fs::file_status status = entry.symlink_status(ignored);
    if (fs::is_symlink(status)) continue;
    const bool executable = fs::is_directory(status) ||
                            (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
    const mode_t mode = fs::is_directory(status) ? 0755 : executable ? 0555 : 0444;
    chmod(entry.path().c_str(), mode);
  }
}

base::Status SyncAll(const std::string& folder) {
  const base::Fd fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || syncfs(fd.get()) != 0) return base::IoError("sync", folder, errno);
  return base::Ok();
}

base::Status Publish(const std::string& from, const std::string& to) {
  std::error_code ignored;
  fs::create_directories(fs::path(to).parent_path(), ignored);
  if (rename(from.c_str(), to.c_str()) != 0) return base::IoError("rename", to, errno);
  return base::SyncFolder(fs::path(to).parent_path());
}

base::Status LinkTree(const std::string& from, const std::string& to) {
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(from, failed)) {
    const fs::path target = to / entry.path().lexically_relative(from);
    if (entry.is_symlink()) {
      if (!fs::exists(fs::symlink_status(target))) fs::copy_symlink(entry.path(), target, failed);
    } else if (entry.is_directory()) {
      fs::create_directories(target, failed);
    } else if (!fs::exists(fs::symlink_status(target))) {
      fs::create_hard_link(entry.path(), target, failed);
    }
    if (failed) return base::IoError("link", target, failed.value());
  }
  return base::Ok();
}

}  // namespace

std::string TreeStore::TreePath(const LockedPackage& package,
                                const Interpreter& interpreter) const {
  return folder_ + "/trees/" + package.sha256 + "-" + interpreter.abi_tag + "-" + Machine() + "-" +
         kTreeFormat;
}

std::vector<LockedPackage> TreeStore::Missing(const std::vector<LockedPackage>& packages,
                                              const Interpreter& interpreter) const {
  std::vector<LockedPackage> missing;
  for (const LockedPackage& package : packages) {
    if (access(TreePath(package, interpreter).c_str(), F_OK) != 0) missing.push_back(package);
  }
  return missing;
}

std::string TreeStore::NewFolder() const {
  base::SystemRng rng;
  const std::string path = folder_ + "/building/" + base::NewUuid(rng);
  std::error_code ignored;
  fs::create_directories(path, ignored);
  return path;
}

base::Status TreeStore::Unpack(const base::Context& ctx, const Command& uv,
                               const Interpreter& interpreter, const LockedPackage& package,
                               const std::string& tree) const {
  Command install = uv;
  const std::vector<std::string> words = {
      "pip",      "install",        "-q",       "--no-deps", "--no-build", "--require-hashes",
      "--python", interpreter.path, "--prefix", tree,        "-r",         "-"};
  install.argv.insert(install.argv.end(), words.begin(), words.end());
  const std::vector<std::string> index = IndexOptions(uv.variables);
  install.argv.insert(install.argv.end(), index.begin(), index.end());
  install.input = package.name + "==" + package.version + " --hash=sha256:" + package.sha256 + "\n";
  ASSIGN_OR_RETURN(const CommandOutput installed, RunCommand(ctx, install));
  if (installed.exit_code != 0) return InstallFailed(package, installed.error);
  std::error_code ignored;
  fs::remove(tree + "/.lock", ignored);
  RETURN_IF_ERROR(RewriteShebangs(tree));
  // Unchecked: whether a source changed is not asked at import, since none ever does here. Files
  // that do not compile (another version's syntax) stay as source.
  Command compile{.argv = {interpreter.path, "-I", "-m", "compileall", "-q", "-j", "0",
                           "--invalidation-mode", "unchecked-hash", "-s", tree, "-p", "/env", tree},
                  .variables = {{"PATH", "/usr/bin:/bin"}}};
  RETURN_IF_ERROR(RunCommand(ctx, compile));
  MakeReadable(tree);
  return base::Ok();
}

base::Status TreeStore::Fill(const base::Context& ctx, const Command& uv,
                             const Interpreter& interpreter, std::vector<LockedPackage> packages,
                             const LineCallback& output) const {
  RETURN_IF_ERROR(base::MakeFolders(folder_ + "/locks"));
  // Always taken in this order, so that two processes cannot wait for each other.
  std::sort(packages.begin(), packages.end(),
            [](const auto& a, const auto& b) { return a.sha256 < b.sha256; });
  std::vector<base::FileLock> locks;
  for (const LockedPackage& package : packages) {
    const std::string name = fs::path(TreePath(package, interpreter)).filename();
    ASSIGN_OR_RETURN(base::FileLock lock, base::FileLock::Acquire(folder_ + "/locks/" + name));
    locks.push_back(std::move(lock));
  }
  std::vector<std::pair<std::string, std::string>> built;
  const auto discard = [&] {
    std::error_code ignored;
    for (const auto& [from, to] : built) fs::remove_all(from, ignored);
  };
  for (const LockedPackage& package : Missing(packages, interpreter)) {
    if (output) output("installing " + package.name + " " + package.version);
    built.emplace_back(NewFolder(), TreePath(package, interpreter));
    base::Status status = Unpack(ctx, uv, interpreter, package, built.back().first);
    if (!status.ok()) {
      discard();
      return status;
    }
  }
  if (built.empty()) return base::Ok();
  RETURN_IF_ERROR(SyncAll(folder_));
  for (const auto& [from, to] : built) RETURN_IF_ERROR(Publish(from, to));
  return base::Ok();
}

base::Result<std::string> TreeStore::BaseLayer(const Interpreter& interpreter) const {
  const std::string key =
      base::Sha256Hex(interpreter.path + "\n" + interpreter.version + "\n" + kTreeFormat);
  const std::string path = folder_ + "/bases/" + key.substr(0, 32);
  if (access(path.c_str(), F_OK) == 0) return path;
  RETURN_IF_ERROR(base::MakeFolders(folder_ + "/locks"));
  ASSIGN_OR_RETURN(const base::FileLock lock,
                   base::FileLock::Acquire(folder_ + "/locks/base-" + key.substr(0, 32)));
  if (access(path.c_str(), F_OK) == 0) return path;
  const std::string building = NewFolder();
  const std::string bin = building + "/bin";
  std::error_code failed;
  fs::create_directories(bin, failed);
  fs::create_directories(building + "/lib/python" + interpreter.short_version + "/site-packages",
                         failed);
  fs::create_symlink(interpreter.path, bin + "/python", failed);
  fs::create_symlink("python", bin + "/python3", failed);
  fs::create_symlink("python", bin + "/python" + interpreter.short_version, failed);
  if (failed) return base::IoError("link", bin, failed.value());
  RETURN_IF_ERROR(base::WriteFileDurably(
      building + "/pyvenv.cfg",
      "home = " + interpreter.path.substr(0, interpreter.path.rfind('/')) +
          "\ninclude-system-site-packages = false\nversion = " + interpreter.version + "\n"));
  MakeReadable(building);
  RETURN_IF_ERROR(Publish(building, path));
  return path;
}

base::Result<std::string> TreeStore::Compose(const std::vector<std::string>& layers) const {
  std::string names;
  for (const std::string& layer : layers) names += layer + "\n";
  const std::string key = base::Sha256Hex(names).substr(0, 32);
  const std::string path = folder_ + "/composed/" + key;
  if (access(path.c_str(), F_OK) == 0) return path;
  RETURN_IF_ERROR(base::MakeFolders(folder_ + "/locks"));
  ASSIGN_OR_RETURN(const base::FileLock lock,
                   base::FileLock::Acquire(folder_ + "/locks/composed-" + key));
  if (access(path.c_str(), F_OK) == 0) return path;
  const std::string building = NewFolder();
  for (const std::string& layer : layers) {
    if (base::Status status = LinkTree(layer, building); !status.ok()) {
      std::error_code ignored;
      fs::remove_all(building, ignored);
      return std::move(status).error();
    }
  }
  chmod(building.c_str(), 0755);
  RETURN_IF_ERROR(Publish(building, path));
  return path;
}

}  // namespace runtime
