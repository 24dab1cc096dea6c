// Files of our own on the local disk: durable writes, whole reads, locks that die with their
// process.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace base {

/// Owns a file descriptor and closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(other.Release()) {}
  Fd& operator=(Fd&& other) noexcept;
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release();

 private:
  int fd_ = -1;
};

/// kUnavailable (full disk: kResourceExhausted) "base.io_failed" naming the step, the path and the
/// system's words.
Error IoError(std::string_view step, const std::string& path, int error_number);

/// kNotFound "base.no_such_file" if there is none.
Result<Bytes> ReadFile(const std::string& path);
/// Written beside, fsynced, renamed, folder fsynced: after Ok it survives a power cut, before it is
/// not visible.
Status WriteFileDurably(const std::string& path, BytesView bytes);
/// Written in place, without any promise about power cuts: for files that can be made again.
Status WriteFile(const std::string& path, BytesView bytes);
/// Creates the folder and its parents.
Status MakeFolders(const std::string& path);
/// fsync of a folder, so that names in it survive a power cut.
Status SyncFolder(const std::string& path);

/// flock(2) on a file, created if absent; released when the object or the process ends. Whoever
/// holds it may remove the file.
class FileLock {
 public:
  /// Waits for it.
  static Result<FileLock> Acquire(const std::string& path);
  /// Nothing if somebody else holds it.
  static Result<std::optional<FileLock>> TryAcquire(const std::string& path);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace base
