#include "storage/wide_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "storage/open_folders.h"
#include "storage/reasons.h"
#include "storage/s3_options.h"

namespace storage {
namespace {

constexpr std::string_view kFile = "file://";

// Keys of a lake are relative paths of plain names, so these are never among them.
bool IsForeign(const std::string& key) {
  return key.starts_with(kFile) || IsS3Uri(key);
}

/// "file:///x", "file:/x" and "/x"; empty for what names no file of this machine.
std::string PathOf(const std::string& uri) {
  if (uri.starts_with("file:///")) return uri.substr(kFile.size());
  if (uri.starts_with("file:/") && !uri.starts_with(kFile)) return uri.substr(5);
  return uri.starts_with('/') ? uri : "";
}

base::Error ReadOnly(const std::string& key) {
  return base::Error(base::Code::kPermissionDenied, reasons::kForeignUri,
                     "\"" + key + "\" is not the lake's: it is read, never written or removed")
      .Set("key", key);
}

base::Result<base::Fd> OpenLocal(const std::string& key) {
  const std::string path = key.substr(kFile.size());
  base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.valid()) return file;
  if (errno != ENOENT && errno != ENOTDIR) return base::IoError("open", path, errno);
  return base::Error(base::Code::kNotFound, reasons::kNoObject, "no file \"" + path + "\"")
      .Set("key", key);
}

base::Result<base::Bytes> ReadLocal(const std::string& key, uint64_t offset, uint64_t size_bytes) {
  ASSIGN_OR_RETURN(const base::Fd file, OpenLocal(key));
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return base::IoError("look at", key, errno);
  const auto size = static_cast<uint64_t>(found.st_size);
  base::Bytes bytes(offset < size ? std::min(size_bytes, size - offset) : 0, '\0');
  size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::pread(file.get(), bytes.data() + filled, bytes.size() - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::IoError("read", key, errno);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

base::Result<std::string> WideStore::KeyOf(const std::string& uri) const {
  auto own = own_.KeyOf(uri);
  if (own.ok()) return own;
  if (IsS3Uri(uri)) {
    ASSIGN_OR_RETURN(const S3Place place, ParseS3Uri(uri));
    return NamingCredential("s3://" + place.bucket + "/" + place.key, place.credential);
  }
  const std::string path = PathOf(uri);
  if (path.empty()) return own;
  const std::filesystem::path found = Resolved(path);
  const bool open = !found.empty() && (!foreign_.folders || IsInside(found, *foreign_.folders));
  if (open) return std::string(kFile) + found.string();
  return base::Error(base::Code::kPermissionDenied, reasons::kForeignUri,
                     "\"" + uri + "\" is a path on the server's machine that is not open")
      .Set("uri", uri);
}

base::Result<base::Bytes> WideStore::Read(const base::Context& ctx, const std::string& key,
                                          uint64_t offset, uint64_t size_bytes) {
  if (!IsForeign(key)) return own_.Read(ctx, key, offset, size_bytes);
  if (!IsS3Uri(key)) return ReadLocal(key, offset, size_bytes);
  ASSIGN_OR_RETURN(ObjectStore * bucket, foreign_.bucket(key));
  ASSIGN_OR_RETURN(const std::string name, bucket->KeyOf(key));
  return bucket->Read(ctx, name, offset, size_bytes);
}

base::Result<uint64_t> WideStore::Size(const base::Context& ctx, const std::string& key) {
  if (!IsForeign(key)) return own_.Size(ctx, key);
  if (IsS3Uri(key)) {
    ASSIGN_OR_RETURN(ObjectStore * bucket, foreign_.bucket(key));
    ASSIGN_OR_RETURN(const std::string name, bucket->KeyOf(key));
    return bucket->Size(ctx, name);
  }
  ASSIGN_OR_RETURN(const base::Fd file, OpenLocal(key));
  struct stat found{};
  if (::fstat(file.get(), &found) != 0) return base::IoError("look at", key, errno);
  return static_cast<uint64_t>(found.st_size);
}

base::Status WideStore::Create(const base::Context& ctx, const std::string& key,
                               base::BytesView body) {
  return IsForeign(key) ? base::Status(ReadOnly(key)) : own_.Create(ctx, key, body);
}

base::Result<std::unique_ptr<ObjectWriter>> WideStore::StartWriting(const base::Context& ctx,
                                                                    const std::string& key) {
  if (IsForeign(key)) return ReadOnly(key);
  return own_.StartWriting(ctx, key);
}

base::Status WideStore::Remove(const base::Context& ctx, const std::string& key) {
  return IsForeign(key) ? base::Status(ReadOnly(key)) : own_.Remove(ctx, key);
}

base::Result<std::vector<ObjectSize>> WideStore::List(const base::Context& ctx,
                                                      const std::string& prefix) {
  return own_.List(ctx, prefix);
}

std::string WideStore::Uri(const std::string& key) const {
  return IsForeign(key) ? key : own_.Uri(key);
}

std::optional<std::string> WideStore::LocalPath(const std::string& key) const {
  return IsForeign(key) ? std::nullopt : own_.LocalPath(key);
}

}  // namespace storage
