#include "storage/object_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "storage/reasons.h"

namespace storage {
namespace {

constexpr uint64_t kBlockBytes = 4 << 20;

}  // namespace

base::Status ObjectWriter::AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) {
  base::Bytes block(std::min(size_bytes, kBlockBytes), '\0');
  while (size_bytes > 0) {
    const ssize_t got = ::pread(file.get(), block.data(), std::min(size_bytes, kBlockBytes),
                                static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::IoError("read", "a file to copy", errno);
    if (got == 0) {
      return base::Error(base::Code::kFailedPrecondition, reasons::kShortFile,
                         "a file became shorter while it was copied");
    }
    RETURN_IF_ERROR(Append(base::BytesView(block).substr(0, static_cast<size_t>(got))));
    offset += static_cast<uint64_t>(got);
    size_bytes -= static_cast<uint64_t>(got);
  }
  return base::Ok();
}

base::Result<base::Bytes> ReadAll(const base::Context& ctx, ObjectStore& store,
                                  const std::string& key) {
  // Objects never change, so one read to the end is the whole object.
  return store.Read(ctx, key, 0, std::numeric_limits<uint64_t>::max());
}

}  // namespace storage
