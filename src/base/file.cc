#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace base {
namespace {

Status WriteAll(int fd, const std::string& path, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return IoError("write", path, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return Ok();
}

Result<Fd> OpenLockFile(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return IoError("open", path, errno);
  return fd;
}

/// Whoever held a lock may have removed its file: a lock on a file without a name keeps nobody out.
bool StillNamed(int fd, const std::string& path) {
  struct stat own{}, named{};
  return ::fstat(fd, &own) == 0 && ::stat(path.c_str(), &named) == 0 &&
         own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.Release();
  }
  return *this;
}

int Fd::Release() {
  return std::exchange(fd_, -1);
}

Error IoError(std::string_view step, const std::string& path, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
  return Error(full ? Code::kResourceExhausted : Code::kUnavailable,
               full ? "base.disk_full" : "base.io_failed",
               std::string(step) + " \"" + path + "\": " + std::strerror(error_number));
}

Result<Bytes> ReadFile(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return Error(Code::kNotFound, "base.no_such_file", "no such file: \"" + path + "\"");
    }
    return IoError("open", path, errno);
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return IoError("stat", path, errno);
  if (S_ISDIR(status.st_mode)) return IoError("read", path, EISDIR);
  Bytes bytes;
  bytes.resize(static_cast<size_t>(status.st_size));
  size_t at = 0;
  while (true) {
    if (at == bytes.size()) bytes.resize(bytes.size() + 4096);
    const ssize_t got = ::read(fd.get(), bytes.data() + at, bytes.size() - at);
    if (got < 0) {
      if (errno == EINTR) continue;
      return IoError("read", path, errno);
    }
    if (got == 0) break;
    at += static_cast<size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

Status WriteFileDurably(const std::string& path, BytesView bytes) {
  const std::string beside = path + ".tmp-" + std::to_string(::getpid());
  {
    const Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd.valid()) return IoError("create", beside, errno);
    Status written = WriteAll(fd.get(), beside, bytes);
    if (written.ok() && ::fsync(fd.get()) != 0) written = IoError("fsync", beside, errno);
    if (!written.ok()) {
      ::unlink(beside.c_str());
      return written;
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return IoError("rename to", path, errno);
  return SyncFolder(std::filesystem::path(path).parent_path().string());
}

Status WriteFile(const std::string& path, BytesView bytes) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return IoError("create", path, errno);
  return WriteAll(fd.get(), path, bytes);
}

Status MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return IoError("create folder", path, error.value());
  return Ok();
}

Status SyncFolder(const std::string& path) {
  const Fd fd(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return IoError("open folder", path, errno);
  if (::fsync(fd.get()) != 0) return IoError("fsync folder", path, errno);
  return Ok();
}

Result<FileLock> FileLock::Acquire(const std::string& path) {
  while (true) {
    ASSIGN_OR_RETURN(Fd fd, OpenLockFile(path));
    while (::flock(fd.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return IoError("lock", path, errno);
    }
    if (StillNamed(fd.get(), path)) return FileLock(std::move(fd));
  }
}

Result<std::optional<FileLock>> FileLock::TryAcquire(const std::string& path) {
  while (true) {
    ASSIGN_OR_RETURN(Fd fd, OpenLockFile(path));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::optional<FileLock>();
      return IoError("lock", path, errno);
    }
    if (StillNamed(fd.get(), path)) return std::optional<FileLock>(FileLock(std::move(fd)));
  }
}

}  // namespace base
