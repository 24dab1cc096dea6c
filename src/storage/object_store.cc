#include "storage/object_store.h"

#include <limits>

namespace storage {

base::Result<base::Bytes> ReadAll(const base::Context& ctx, ObjectStore& store,
                                  const std::string& key) {
  // Objects never change, so one read to the end is the whole object.
  return store.Read(ctx, key, 0, std::numeric_limits<uint64_t>::max());
}

}  // namespace storage
