#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "storage/keys_internal.h"
#include "storage/local_writer_internal.h"

namespace storage {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Error;
using base::Result;
using base::Status;

constexpr size_t kPendingBytesMax = 256 << 10;
constexpr off_t kWritebackBytes = 8 << 20;
constexpr uint64_t kCopyBytesMax = 8 << 20;  // at once, so that the disk begins early
constexpr mode_t kObjectMode = 0644;         // a sandbox under another uid reads what it is given

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

/// Gives a file a name that must be free. 0 or the system's error.
int RenameIfFree(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // Not every file system has it; a second link is as atomic, and the first goes after.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  ::unlink(from.c_str());
  return 0;
}

}  // namespace

Result<std::unique_ptr<LocalWriter>> LocalWriter::Start(std::string key, std::string path) {
  std::string beside = FolderOf(path) + "/" + std::string(kUnfinishedPrefix) + "XXXXXX";
  base::Fd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd.valid()) {
    const int system_error = errno;
    if (system_error == ENOENT) {
      return Error(Code::kNotFound, "base.no_such_file", "no folder \"" + FolderOf(path) + "\"");
    }
    return base::IoError("create a file in", FolderOf(path), system_error);
  }
  std::unique_ptr<LocalWriter> writer(
      new LocalWriter(std::move(key), std::move(path), std::move(beside), std::move(fd)));
  if (::fchmod(writer->fd_.get(), kObjectMode) != 0) {
    return base::IoError("set the mode of", writer->beside_, errno);
  }
  return writer;
}

LocalWriter::~LocalWriter() {
  Discard();
}

void LocalWriter::Discard() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
  beside_.clear();
  fd_ = base::Fd();
}

Status LocalWriter::Append(BytesView bytes) {
  if (!fd_.valid()) return WriterClosed(key_);
  if (pending_.size() + bytes.size() <= kPendingBytesMax) {
    pending_.append(bytes);
    return base::Ok();
  }
  Status written = Write(pending_);
  pending_.clear();
  if (written.ok()) written = Write(bytes);
  if (!written.ok()) Discard();
  return written;
}

Status LocalWriter::AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) {
  if (!fd_.valid()) return WriterClosed(key_);
  Status written = Write(pending_);
  pending_.clear();
  if (written.ok()) written = CopyFrom(file, offset, size_bytes);
  if (!written.ok()) Discard();
  return written;
}

/// In the kernel; some file systems only share the blocks.
Status LocalWriter::CopyFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) {
  while (size_bytes > 0) {
    auto from = static_cast<off_t>(offset);
    const ssize_t copied = ::copy_file_range(file.get(), &from, fd_.get(), nullptr,
                                             std::min(size_bytes, kCopyBytesMax), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) return ObjectWriter::AppendFrom(file, offset, size_bytes);  // says why not
    offset += static_cast<uint64_t>(copied);
    size_bytes -= static_cast<uint64_t>(copied);
    written_ += static_cast<off_t>(copied);
    if (written_ - on_its_way_ >= kWritebackBytes) StartWriteback();
  }
  return base::Ok();
}

Status LocalWriter::Write(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::IoError("write", path_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    written_ += static_cast<off_t>(written);
  }
  if (written_ - on_its_way_ >= kWritebackBytes) StartWriteback();
  return base::Ok();
}

/// The disk begins with what is there, while more is made: the fsync of a large file then finds
/// little left to do. Only speed depends on it, so its answer does not matter.
void LocalWriter::StartWriteback() {
  static_cast<void>(
      ::sync_file_range(fd_.get(), on_its_way_, written_ - on_its_way_, SYNC_FILE_RANGE_WRITE));
  on_its_way_ = written_;
}

Status LocalWriter::Finish() {
  if (!fd_.valid()) return WriterClosed(key_);
  Status published = Publish();
  Discard();
  return published;
}

Status LocalWriter::Publish() {
  RETURN_IF_ERROR(Write(pending_));
  pending_ = Bytes();
  if (::fsync(fd_.get()) != 0) return base::IoError("fsync", path_, errno);
  const int failed = RenameIfFree(beside_, path_);
  if (failed == EEXIST) return ObjectExists(key_);
  if (failed != 0) return base::IoError("name", path_, failed);
  beside_.clear();
  Status synced = base::SyncFolder(FolderOf(path_));
  if (!synced.ok()) return OutcomeUnknown(key_, std::move(synced).error());
  return base::Ok();
}

}  // namespace storage
