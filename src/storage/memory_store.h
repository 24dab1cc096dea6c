// MemoryStore: an ObjectStore that ends with the object: for tests and simulations.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "storage/object_store.h"

namespace storage {

/// Same answers as LocalStore, from memory; URIs are "memory://NAME/key". Thread-safe.
class MemoryStore final : public ObjectStore {
 public:
  explicit MemoryStore(std::string name = "lake") : name_(std::move(name)) {}

  base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key, uint64_t offset,
                                 uint64_t size_bytes) override;
  base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) override;
  base::Status Create(const base::Context& ctx, const std::string& key,
                      base::BytesView body) override;
  /// The writer must not outlive the store.
  base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                           const std::string& key) override;
  base::Status Remove(const base::Context& ctx, const std::string& key) override;
  base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                             const std::string& prefix) override;
  std::string Uri(const std::string& key) const override;
  base::Result<std::string> KeyOf(const std::string& uri) const override;
  std::optional<std::string> LocalPath(const std::string& key) const override;

 private:
  const std::string name_;
  base::Guarded<std::map<std::string, base::Bytes>> objects_;
};

}  // namespace storage
