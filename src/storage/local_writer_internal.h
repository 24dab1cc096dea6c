// LocalWriter: one object on its way into a folder.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/file.h"
#include "base/result.h"
#include "storage/object_store.h"

namespace storage {

/// Collects small appends, writes to a temporary file beside `path`, and gives it its name at the
/// end; removes it when dropped before or after a failure.
class LocalWriter final : public ObjectWriter {
 public:
  /// kNotFound "base.no_such_file" when the folder is not there.
  static base::Result<std::unique_ptr<LocalWriter>> Start(std::string key, std::string path);
  ~LocalWriter() override;
  LocalWriter(const LocalWriter&) = delete;
  LocalWriter& operator=(const LocalWriter&) = delete;

  base::Status Append(base::BytesView bytes) override;
  base::Status AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) override;
  base::Status Finish() override;

 private:
  LocalWriter(std::string key, std::string path, std::string beside, base::Fd fd)
      : key_(std::move(key)),
        path_(std::move(path)),
        beside_(std::move(beside)),
        fd_(std::move(fd)) {}
  base::Status Write(base::BytesView bytes);
  base::Status CopyFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes);
  void StartWriteback();
  base::Status Publish();
  void Discard();

  const std::string key_;
  const std::string path_;
  std::string beside_;  // empty once the file is gone or has its name
  base::Fd fd_;         // closed once the writer is
  base::Bytes pending_;
  off_t written_ = 0;
  off_t on_its_way_ = 0;  // up to here the disk was asked to begin
};

}  // namespace storage
