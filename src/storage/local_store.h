// LocalStore: objects as files below one folder of a local disk.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "storage/object_store.h"

namespace storage {

/// Purpose: the object store of a lake in a folder: key "tables/x" is the file ROOT/tables/x.
/// An object is written under a temporary name beside its own, fsynced, renamed without replacing,
/// and the folders that lead to it are fsynced: after Ok it survives a power cut, before it nobody
/// sees it. Files named ".tmp-…" are writes in progress or abandoned by a killed process; List does
/// not show them.
/// Threads: any number, processes too. Errors: reasons.h; a full disk is kResourceExhausted
/// "base.disk_full" and leaves nothing behind. Cost: Create is two fsyncs once its folder is known.
class LocalStore final : public ObjectStore {
 public:
  /// `root` is made absolute and created if absent. kInvalidArgument "storage.bad_root" when it has
  /// a character that readers of file URIs disagree about (? # % or a control character).
  /// `former_roots` are URIs of places the root was at before: KeyOf understands them too.
  static base::Result<std::unique_ptr<LocalStore>> Open(
      const std::string& root, const std::vector<std::string>& former_roots = {});

  base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key, uint64_t offset,
                                 uint64_t size_bytes) override;
  base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) override;
  base::Status Create(const base::Context& ctx, const std::string& key,
                      base::BytesView body) override;
  /// The writer must not outlive the store.
  base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                           const std::string& key) override;
  base::Status Remove(const base::Context& ctx, const std::string& key) override;
  /// Keys that begin with `prefix` (any text, not only whole folders), ascending.
  base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                             const std::string& prefix) override;
  /// "file://" + absolute path, characters as they are: what Iceberg readers expect.
  std::string Uri(const std::string& key) const override;
  /// Takes "file:///path", "file:/path" and "/path".
  base::Result<std::string> KeyOf(const std::string& uri) const override;
  std::optional<std::string> LocalPath(const std::string& key) const override;

  const std::string& root() const { return root_; }

  /// Makes the folder of `path` (below the root) and fsyncs every folder that leads to it, once per
  /// store. For this module's writers.
  base::Status PrepareFolderOf(const std::string& path, bool again);

 private:
  explicit LocalStore(std::string root) : root_(std::move(root)) {}
  std::string PathOf(const std::string& key) const { return root_ + "/" + key; }

  std::vector<std::string> former_roots_;                 // paths
  const std::string root_;                                // absolute, without a slash at the end
  base::Guarded<std::set<std::string>> durable_folders_;  // whose names are known to be on disk
};

}  // namespace storage
