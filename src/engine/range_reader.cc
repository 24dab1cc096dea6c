#include "engine/range_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/file.h"
#include "base/guarded.h"
#include "engine/reasons.h"

namespace engine {
namespace {

constexpr uint64_t kBlockBytes = 4 << 20;

class LocalFile final : public RangeReader {
 public:
  explicit LocalFile(std::string path) : path_(std::move(path)) {}

  base::Result<uint64_t> SizeBytes() override {
    ASSIGN_OR_RETURN(const int fd, Open());
    struct stat about{};
    if (fstat(fd, &about) != 0) return base::IoError("stat", path_, errno);
    return static_cast<uint64_t>(about.st_size);
  }

  base::Result<base::Bytes> ReadAt(uint64_t offset, uint64_t size_bytes) override {
    ASSIGN_OR_RETURN(const int fd, Open());
    base::Bytes out(size_bytes, '\0');
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t got =
          pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return base::IoError("read", path_, errno);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    out.resize(done);
    return out;
  }

  std::string Name() const override { return path_; }
  std::optional<std::string> LocalPath() const override { return path_; }
  const base::Fd* File() override {
    if (!Open().ok()) return nullptr;
    // Opened once and never replaced, so it may be read outside of the lock.
    return fd_.With([](const base::Fd& fd) { return &fd; });
  }

 private:
  base::Result<int> Open() {
    return fd_.With([&](base::Fd& fd) -> base::Result<int> {
      if (fd.valid()) return fd.get();
      const int opened = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
      if (opened < 0 && errno == ENOENT) {
        return base::Error(base::Code::kNotFound, "base.no_such_file", "no file \"" + path_ + "\"");
      }
      if (opened < 0) return base::IoError("open", path_, errno);
      fd = base::Fd(opened);
      return opened;
    });
  }

  const std::string path_;
  base::Guarded<base::Fd> fd_;
};

}  // namespace

base::Status ByteSink::AppendFrom(RangeReader& source, uint64_t offset, uint64_t size_bytes) {
  while (size_bytes > 0) {
    ASSIGN_OR_RETURN(const base::Bytes block,
                     source.ReadAt(offset, std::min(size_bytes, kBlockBytes)));
    if (block.empty()) {
      return base::Error(base::Code::kCorrupt, reason::kCorruptFile,
                         "\"" + source.Name() + "\" became shorter while it was copied")
          .Set("file", source.Name());
    }
    RETURN_IF_ERROR(Append(block));
    offset += block.size();
    size_bytes -= block.size();
  }
  return base::Ok();
}

std::shared_ptr<RangeReader> OpenLocalFile(std::string path) {
  return std::make_shared<LocalFile>(std::move(path));
}

}  // namespace engine
