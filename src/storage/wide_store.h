// WideStore: a lake's own objects, and the files of others that its tables name.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/object_store.h"

namespace storage {

/// Where files outside the lake may be read from.
struct ForeignFiles {
  /// The store in which KeyOf(uri) knows an s3:// URI; it outlives the wide one.
  std::function<base::Result<ObjectStore*>(const std::string& uri)> bucket;
  /// Folders of this machine; none at all = anywhere. Links are followed before it is asked.
  std::optional<std::vector<std::string>> folders;
};

/// The lake's store with one addition: KeyOf takes URIs of files elsewhere too, and such a key can
/// be read. It can never be written or removed: what is not the lake's stays as it is, whatever
/// asks. Thread-safe; borrows `own`. kPermissionDenied "storage.foreign_uri" for a folder that is
/// not open.
class WideStore final : public ObjectStore {
 public:
  WideStore(ObjectStore& own, ForeignFiles foreign) : own_(own), foreign_(std::move(foreign)) {}

  base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key, uint64_t offset,
                                 uint64_t size_bytes) override;
  base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) override;
  base::Status Create(const base::Context& ctx, const std::string& key,
                      base::BytesView body) override;
  base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                           const std::string& key) override;
  base::Status Remove(const base::Context& ctx, const std::string& key) override;
  /// Of the lake's objects alone.
  base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                             const std::string& prefix) override;
  std::string Uri(const std::string& key) const override;
  base::Result<std::string> KeyOf(const std::string& uri) const override;
  /// None for files of others: readers would look at the lake's folder alone.
  std::optional<std::string> LocalPath(const std::string& key) const override;

 private:
  ObjectStore& own_;
  const ForeignFiles foreign_;
};

}  // namespace storage
