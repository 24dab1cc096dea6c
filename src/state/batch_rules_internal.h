// What a batch must be before any store looks at it, and the errors all stores word alike.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "state/state_store.h"

namespace state {

/// Promise P2, no key twice, sizes, and that each object has its hash. Pure; cost: one sha256 over
/// the objects.
base::Status CheckBatch(const Batch& batch);

base::Error ExpectationFailed(const std::string& key);
base::Error NoObject(base::BytesView hash);
/// Ok when `bytes` have this hash, else kCorrupt "state.bad_object".
base::Status CheckObject(base::BytesView hash, base::BytesView bytes);

/// The first key after all keys that start with `prefix`; empty when there is none.
std::string EndOfPrefix(std::string_view prefix);

}  // namespace state
