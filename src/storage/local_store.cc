#include "storage/local_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "storage/keys_internal.h"
#include "storage/local_writer_internal.h"
#include "storage/reasons.h"

namespace storage {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Context;
using base::Error;
using base::Result;
using base::Status;

constexpr std::string_view kScheme = "file://";

Result<base::Fd> OpenObject(const std::string& path, const std::string& key) {
  base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid()) return fd;
  if (errno == ENOENT || errno == ENOTDIR) return NoObject(key);
  return base::IoError("open", path, errno);
}

Result<uint64_t> SizeOf(const struct stat& status, const std::string& key) {
  if (!S_ISREG(status.st_mode)) return NoObject(key);
  return static_cast<uint64_t>(status.st_size);
}

/// Makes the root where it is absent, so that its name survives a power cut.
Status MakeRoot(const std::string& root) {
  std::vector<std::string> parents;
  std::error_code error;
  for (std::filesystem::path at = root; !std::filesystem::exists(at, error) && !error;) {
    at = at.parent_path();
    parents.push_back(at.string());
  }
  RETURN_IF_ERROR(base::MakeFolders(root));
  for (const std::string& parent : parents) RETURN_IF_ERROR(base::SyncFolder(parent));
  return base::Ok();
}

/// The folders above `path` up to and with `root`, the outermost first.
std::vector<std::string> FoldersTo(const std::string& path, const std::string& root) {
  std::vector<std::string> folders;
  for (size_t slash = path.rfind('/'); slash != std::string::npos && slash >= root.size();
       slash = slash == 0 ? std::string::npos : path.rfind('/', slash - 1)) {
    folders.push_back(path.substr(0, slash));
  }
  std::reverse(folders.begin(), folders.end());
  return folders;
}

}  // namespace

Result<std::unique_ptr<LocalStore>> LocalStore::Open(const std::string& root,
                                                     const std::vector<std::string>& former_roots) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(root, error);
  if (root.empty() || error) {
    return Error(Code::kInvalidArgument, reasons::kBadRoot, "\"" + root + "\" is not a folder");
  }
  std::string path = absolute.lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path == "/" || path.find('%') != std::string::npos || !IsPlainText(path)) {
    return Error(
        Code::kInvalidArgument, reasons::kBadRoot,
        "\"" + path +
            "\" cannot hold a lake: choose a folder whose path has none of "
            "? # % \\ and no control characters, which readers of file URIs disagree about");
  }
  RETURN_IF_ERROR(MakeRoot(path));
  std::unique_ptr<LocalStore> store(new LocalStore(std::move(path)));
  for (const std::string& former : former_roots) {
    store->former_roots_.push_back(former.starts_with(kScheme) ? former.substr(kScheme.size())
                                                               : former);
  }
  return store;
}

Result<Bytes> LocalStore::Read(const Context&, const std::string& key, uint64_t offset,
                               uint64_t size_bytes) {
  RETURN_IF_ERROR(CheckKey(key));
  const std::string path = PathOf(key);
  ASSIGN_OR_RETURN(const base::Fd fd, OpenObject(path, key));
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return base::IoError("look at", path, errno);
  ASSIGN_OR_RETURN(const uint64_t object_bytes, SizeOf(status, key));
  if (offset >= object_bytes) return Bytes();
  Bytes bytes(std::min(size_bytes, object_bytes - offset), '\0');
  size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t got =
        ::pread(fd.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::IoError("read", path, errno);
    if (got == 0) break;
    at += static_cast<size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

Result<uint64_t> LocalStore::Size(const Context&, const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  const std::string path = PathOf(key);
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return NoObject(key);
    return base::IoError("look at", path, errno);
  }
  return SizeOf(status, key);
}

Status LocalStore::Create(const Context& ctx, const std::string& key, BytesView body) {
  ASSIGN_OR_RETURN(const auto writer, StartWriting(ctx, key));
  RETURN_IF_ERROR(writer->Append(body));
  return writer->Finish();
}

Result<std::unique_ptr<ObjectWriter>> LocalStore::StartWriting(const Context&,
                                                               const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  const std::string path = PathOf(key);
  RETURN_IF_ERROR(PrepareFolderOf(path, /*again=*/false));
  Result<std::unique_ptr<LocalWriter>> writer = LocalWriter::Start(key, path);
  if (!writer.ok() && writer.error().code == Code::kNotFound) {
    // Somebody removed the folder since it was made.
    RETURN_IF_ERROR(PrepareFolderOf(path, /*again=*/true));
    writer = LocalWriter::Start(key, path);
  }
  if (!writer.ok()) return std::move(writer).error();
  return std::unique_ptr<ObjectWriter>(std::move(writer).value());
}

Status LocalStore::PrepareFolderOf(const std::string& path, bool again) {
  const std::vector<std::string> folders = FoldersTo(path, root_);
  const bool known = durable_folders_.With([&](std::set<std::string>& durable) {
    if (again) durable.clear();
    return durable.contains(folders.back());
  });
  if (known) return base::Ok();
  RETURN_IF_ERROR(base::MakeFolders(folders.back()));
  // Also for folders that were there: another process may have made them a moment ago.
  for (size_t i = 0; i + 1 < folders.size(); ++i) RETURN_IF_ERROR(base::SyncFolder(folders[i]));
  durable_folders_.With([&](std::set<std::string>& durable) { durable.insert(folders.back()); });
  return base::Ok();
}

Status LocalStore::Remove(const Context&, const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  const std::string path = PathOf(key);
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return base::Ok();
  if (errno == EISDIR) return base::Ok();  // a folder is not an object
  return base::IoError("remove", path, errno);
}

Result<std::vector<ObjectSize>> LocalStore::List(const Context&, const std::string& prefix) {
  namespace fs = std::filesystem;
  std::vector<ObjectSize> listed;
  const size_t slash = prefix.rfind('/');
  const std::string top = slash == std::string::npos ? "" : prefix.substr(0, slash);
  if (!top.empty()) RETURN_IF_ERROR(CheckKey(top));
  std::error_code error;
  fs::recursive_directory_iterator at(top.empty() ? root_ : PathOf(top), error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) {
    return listed;
  }
  // A folder that cannot be read is an error: a listing with gaps would mislead cleaning.
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const std::string path = at->path().string();
    if (at->path().filename().string().starts_with(kUnfinishedPrefix)) continue;
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) continue;  // removed meanwhile
      return base::IoError("look at", path, errno);
    }
    if (!S_ISREG(status.st_mode)) continue;
    std::string key = path.substr(root_.size() + 1);
    if (key.starts_with(prefix)) {
      listed.push_back({std::move(key), static_cast<uint64_t>(status.st_size)});
    }
  }
  if (error) return base::IoError("list", root_, error.value());
  std::sort(listed.begin(), listed.end(),
            [](const ObjectSize& a, const ObjectSize& b) { return a.key < b.key; });
  return listed;
}

std::string LocalStore::Uri(const std::string& key) const {
  return std::string(kScheme) + root_ + "/" + key;
}

Result<std::string> LocalStore::KeyOf(const std::string& uri) const {
  std::string_view path = uri;
  if (path.starts_with(kScheme)) {
    path.remove_prefix(kScheme.size());
  } else if (path.starts_with("file:/")) {
    path.remove_prefix(std::string_view("file:").size());
  }
  std::string_view root = root_;
  for (const std::string& former : former_roots_) {
    if (path.starts_with(former + "/")) root = former;
  }
  if (!path.starts_with(std::string(root) + "/")) return ForeignUri(uri, root_);
  std::string key(path.substr(root.size() + 1));
  if (!CheckKey(key).ok()) return ForeignUri(uri, root_);
  return key;
}

std::optional<std::string> LocalStore::LocalPath(const std::string& key) const {
  return PathOf(key);
}

}  // namespace storage
