// The engine's ports for bytes, filled from an object store or a user's local file.
#pragma once

#include <memory>
#include <string>

#include "base/context.h"
#include "engine/range_reader.h"
#include "storage/object_store.h"

namespace runtime {

/// The object behind a URI below the store's root. The store must outlive the reader.
base::Result<std::shared_ptr<engine::RangeReader>> OpenObject(const base::Context& ctx,
                                                              storage::ObjectStore& store,
                                                              const std::string& uri);

/// A new object; visible once Finish returned Ok.
base::Result<std::unique_ptr<engine::ByteSink>> CreateObject(const base::Context& ctx,
                                                             storage::ObjectStore& store,
                                                             const std::string& key);

}  // namespace runtime
