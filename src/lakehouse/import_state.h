// Which files a table has already imported: a keyed tree of its own, which follows branches and
// merges (formats.md §3).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "catalog/requests.h"
#include "state/state_store.h"

namespace lakehouse {

/// One file as it was when its rows were added.
struct ImportedFile {
  std::string uri;
  std::string identity;  // etag, or "sha256:<hex>"
  uint64_t size_bytes = 0;
  uint64_t rows = 0;
  base::Instant at{};
  int64_t snapshot_id = -1;
  std::string job_id;
  bool operator==(const ImportedFile&) const = default;
};

base::Bytes EncodeImportedFile(const ImportedFile& file);
base::Result<ImportedFile> DecodeImportedFile(base::BytesView bytes);

/// The records of those of `uris` that the tree under `root` knows (empty root = none).
base::Result<std::map<std::string, ImportedFile>> FindImported(
    const base::Context& ctx, state::StateStore& store, const base::Bytes& root,
    const std::vector<std::string>& uris);

/// The root with `files` added; the new nodes go into `objects`, for the batch that commits them.
base::Result<base::Bytes> AddImported(const base::Context& ctx, state::StateStore& store,
                                      const base::Bytes& root,
                                      const std::vector<ImportedFile>& files,
                                      std::vector<state::Object>& objects);

}  // namespace lakehouse
