// The engine's ports for bytes, filled from an object store or a user's local file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/context.h"
#include "engine/range_reader.h"
#include "storage/object_store.h"

namespace runtime {

using ReadObserver = std::function<void(uint64_t bytes)>;

/// The object behind a URI below the store's root. The store must outlive the reader. `on_read`
/// hears how many bytes each read brought, from the thread that read.
base::Result<std::shared_ptr<engine::RangeReader>> OpenObject(const base::Context& ctx,
                                                              storage::ObjectStore& store,
                                                              const std::string& uri,
                                                              ReadObserver on_read = {});

/// A new object; visible once Finish returned Ok.
base::Result<std::unique_ptr<engine::ByteSink>> CreateObject(const base::Context& ctx,
                                                             storage::ObjectStore& store,
                                                             const std::string& key);

}  // namespace runtime
