// Ports for bytes: what the engine reads files from and writes them to. The runtime fills both from
// storage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/file.h"
#include "base/result.h"

namespace engine {

/// One immutable file, read by ranges. Thread-safe.
class RangeReader {
 public:
  virtual ~RangeReader() = default;
  virtual base::Result<uint64_t> SizeBytes() = 0;
  /// `size_bytes` from `offset`, less where the file ends.
  virtual base::Result<base::Bytes> ReadAt(uint64_t offset, uint64_t size_bytes) = 0;
  /// For messages: a URI or a path.
  virtual std::string Name() const = 0;
  /// A path this process may open instead, where there is one (needed for the fast path).
  virtual std::optional<std::string> LocalPath() const { return std::nullopt; }
  /// The open file behind it, where there is one; borrowed from the reader.
  virtual const base::Fd* File() { return nullptr; }
};

/// One file being written. One thread at a time. Dropped without Finish, it must leave nothing.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual base::Status Append(base::BytesView bytes) = 0;
  /// A range of another file, which may go without passing through this process.
  virtual base::Status AppendFrom(RangeReader& source, uint64_t offset, uint64_t size_bytes);
  /// Called once, after the last byte.
  virtual base::Status Finish() = 0;
};

/// A file of the local disk, opened when first read. kNotFound "base.no_such_file" comes from the
/// first call.
std::shared_ptr<RangeReader> OpenLocalFile(std::string path);

}  // namespace engine
