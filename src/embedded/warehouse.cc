#include "embedded/warehouse.h"

#include <utility>

#include "embedded/reasons.h"
#include "storage/local_store.h"
#include "storage/reasons.h"
#include "storage/s3_store.h"

namespace embedded {
namespace {

constexpr char kClaim[] = "lake.json";

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

base::Result<storage::S3Store*> Buckets::Open(const std::string& bucket) {
  return open_.With([&](auto& open) -> base::Result<storage::S3Store*> {
    auto& store = open[bucket];
    if (!store) {
      ASSIGN_OR_RETURN(store,
                       storage::S3Store::OpenForeign(bucket, parts_.s3, parts_.clock, parts_.rng));
    }
    return store.get();
  });
}

}  // namespace embedded
