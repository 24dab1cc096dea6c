// Immutable objects by unique key under one root: data files, manifests, metadata. Refs live in
// `state`, so nothing here is conditional.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/file.h"
#include "base/result.h"

namespace storage {

struct ObjectSize {
  std::string key;
  uint64_t size_bytes = 0;
};

/// One object being written; not visible before Finish returned Ok, gone when dropped without it.
/// One thread at a time.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual base::Status Append(base::BytesView bytes) = 0;
  /// The same with `size_bytes` from `offset` of an open file; the system copies them itself where
  /// it can. kFailedPrecondition "storage.short_file" where the file ends before.
  virtual base::Status AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes);
  /// Durable and visible afterwards. kOutcomeUnknown: it may be there.
  virtual base::Status Finish() = 0;
};

/// Thread-safe. Keys are relative paths ("tables/<uuid>/data/x.parquet"). A store behind a network
/// repeats what is safe to repeat, within bounds of its own and of the context; a disk's does not.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  /// `size_bytes` from `offset`, less where the object ends. kNotFound "storage.no_object".
  virtual base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key,
                                         uint64_t offset, uint64_t size_bytes) = 0;
  virtual base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) = 0;
  /// Durable when Ok. kAlreadyExists "storage.object_exists": objects are never overwritten.
  virtual base::Status Create(const base::Context& ctx, const std::string& key,
                              base::BytesView body) = 0;
  virtual base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                                   const std::string& key) = 0;
  /// Ok when it is not there. For cleaning only.
  virtual base::Status Remove(const base::Context& ctx, const std::string& key) = 0;
  virtual base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                                     const std::string& prefix) = 0;

  /// The absolute URI of a key ("file:///lake/tables/…"), as Iceberg metadata names it, and back
  /// (kInvalidArgument "storage.foreign_uri" when it is not below this root).
  virtual std::string Uri(const std::string& key) const = 0;
  virtual base::Result<std::string> KeyOf(const std::string& uri) const = 0;
  /// A path readers on this machine may open instead, where there is one.
  virtual std::optional<std::string> LocalPath(const std::string& key) const = 0;
};

/// The whole object.
base::Result<base::Bytes> ReadAll(const base::Context& ctx, ObjectStore& store,
                                  const std::string& key);

}  // namespace storage
