// Where a lake's files are: its own folder, or a bucket; and the buckets that files come from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/credentials_api.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/rng.h"
#include "embedded/lake_folder.h"
#include "storage/object_store.h"
#include "storage/s3_options.h"
#include "storage/s3_store.h"

namespace embedded {

/// What the stores of a lake need; `s3` has the keys, and the place of buckets other than the
/// warehouse's.
struct StoreParts {
  const storage::S3Options& s3;
  const base::Clock& clock;
  base::Rng& rng;
};

/// Reads the lake, or makes it; a warehouse is claimed by an object "lake.json" in it, so that two
/// lakes cannot share one. kAlreadyExists "lake.warehouse_taken".
base::Result<LakeFolder> OpenOrMakeLake(const base::Context& ctx, const std::string& path,
                                        std::optional<Warehouse> warehouse,
                                        const StoreParts& parts);

/// The store of the lake's files; makes no request.
base::Result<std::unique_ptr<storage::ObjectStore>> OpenObjects(const LakeFolder& lake,
                                                                const StoreParts& parts);

/// Stores of files that are not the lake's, opened when first asked for: by the credential that the
/// URI names, else the one whose prefix fits, else as `parts.s3` says. Thread-safe. A credential
/// that was changed counts kCredentialKept later.
class Buckets {
 public:
  static constexpr std::chrono::seconds kCredentialKept{5};
  Buckets(StoreParts parts, api::Credentials& credentials)
      : parts_(parts), credentials_(credentials) {}
  /// Of an s3:// URI.
  base::Result<storage::S3Store*> Open(const std::string& uri);

 private:
  struct Choice {
    storage::S3Store* store = nullptr;
    base::Instant until{};
  };
  struct Opened {
    std::map<std::string, std::unique_ptr<storage::S3Store>> stores;  // by place and keys
    std::map<std::string, Choice> by_folder;                          // of URIs
  };
  base::Result<storage::S3Options> OptionsOf(const storage::S3Place& place, const std::string& uri);

  const StoreParts parts_;
  api::Credentials& credentials_;
  base::Guarded<Opened> open_;
};

}  // namespace embedded
