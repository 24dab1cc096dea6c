#include "embedded/warehouse.h"

#include <utility>

#include "embedded/reasons.h"
#include "storage/local_store.h"
#include "storage/reasons.h"
#include "storage/s3_store.h"

namespace embedded {
namespace {

constexpr char kClaim[] = "lake.json";
constexpr size_t kFoldersKept = 10'000;

storage::S3Options OptionsFor(const Warehouse& warehouse, storage::S3Options options) {
  options.endpoint = warehouse.endpoint;
  if (!warehouse.region.empty()) options.region = warehouse.region;
  options.path_style = warehouse.path_style;
  return options;
}

base::Status Claim(const base::Context& ctx, const LakeFolder& lake, const StoreParts& parts) {
  ASSIGN_OR_RETURN(const auto store, OpenObjects(lake, parts));
  const base::Status claimed =
      store->Create(ctx, kClaim, "{\"lake_id\": \"" + lake.lake_id + "\"}\n");
  if (claimed.ok() || claimed.error().reason != storage::reasons::kObjectExists) return claimed;
  const std::string& uri = lake.warehouse->uri;
  return base::Error(base::Code::kAlreadyExists, kWarehouseTaken,
                     "another lake has its files in \"" + uri +
                         "\": choose another prefix, or remove \"" + store->Uri(kClaim) +
                         "\" if that lake is gone for good")
      .Set("warehouse", uri);
}

}  // namespace

base::Result<LakeFolder> OpenOrMakeLake(const base::Context& ctx, const std::string& path,
                                        std::optional<Warehouse> warehouse,
                                        const StoreParts& parts) {
  LakeToMake make;
  if (warehouse) {
    while (warehouse->uri.ends_with('/')) warehouse->uri.pop_back();
    make.claim = [&](const LakeFolder& lake) { return Claim(ctx, lake, parts); };
  }
  make.warehouse = std::move(warehouse);
  return OpenLakeFolder(path, parts.rng, make);
}

base::Result<std::unique_ptr<storage::ObjectStore>> OpenObjects(const LakeFolder& lake,
                                                                const StoreParts& parts) {
  using Store = std::unique_ptr<storage::ObjectStore>;
  if (lake.warehouse) {
    ASSIGN_OR_RETURN(auto bucket, storage::S3Store::Open(lake.warehouse->uri,
                                                         OptionsFor(*lake.warehouse, parts.s3),
                                                         parts.clock, parts.rng));
    return Store(std::move(bucket));
  }
  ASSIGN_OR_RETURN(auto folder, storage::LocalStore::Open(lake.path, lake.former_roots));
  return Store(std::move(folder));
}

base::Result<storage::S3Options> Buckets::OptionsOf(const storage::S3Place& place,
                                                    const std::string& uri) {
  storage::S3Options options = parts_.s3;
  const base::Context ctx;
  std::optional<api::ObjectCredential> found;
  if (place.credential.empty()) {
    ASSIGN_OR_RETURN(found, credentials_.Find(ctx, uri));
  } else {
    ASSIGN_OR_RETURN(found, credentials_.Get(ctx, place.credential));
    const std::string& prefix = found->prefix;
    if (!prefix.empty() && !uri.starts_with(prefix)) {
      return base::Error(base::Code::kPermissionDenied, storage::reasons::kAccessDenied,
                         "credential \"" + place.credential + "\" is for nothing outside \"" +
                             prefix + "\"")
          .Set("name", place.credential);
    }
  }
  if (!found) return options;
  if (!found->endpoint.empty()) {
    options.endpoint = found->endpoint;
    options.path_style = true;
  }
  if (!found->region.empty()) options.region = found->region;
  options.credentials = {found->access_key, found->secret_key, found->session_token, false};
  return options;
}

base::Result<storage::S3Store*> Buckets::Open(const std::string& uri) {
  const std::string folder = uri.substr(0, uri.rfind('/'));
  const base::Instant now = parts_.clock.Now();
  storage::S3Store* known = open_.With([&](Opened& open) -> storage::S3Store* {
    const auto found = open.by_folder.find(folder);
    return found == open.by_folder.end() || found->second.until < now ? nullptr
                                                                      : found->second.store;
  });
  if (known != nullptr) return known;
  ASSIGN_OR_RETURN(const storage::S3Place place, storage::ParseS3Uri(uri));
  const std::string plain = "s3://" + place.bucket + "/" + place.key;
  ASSIGN_OR_RETURN(const storage::S3Options options, OptionsOf(place, plain));
  const storage::S3Credentials& keys = options.credentials;
  std::string name;
  for (const std::string& part : {place.bucket, options.endpoint, options.region,
                                  keys.access_key_id, keys.secret_access_key, keys.session_token}) {
    name += part + '\n';
  }
  return open_.With([&](Opened& open) -> base::Result<storage::S3Store*> {
    auto& store = open.stores[name];
    if (!store) {
      ASSIGN_OR_RETURN(
          store, storage::S3Store::OpenForeign(place.bucket, options, parts_.clock, parts_.rng));
    }
    if (open.by_folder.size() >= kFoldersKept) open.by_folder.clear();
    open.by_folder[folder] = Choice{store.get(), now + kCredentialKept};
    return store.get();
  });
}

}  // namespace embedded
