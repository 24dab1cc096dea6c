// The stored form of a SqliteStore: its marks, its tables, and the statements that change them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "state/database_internal.h"
#include "state/state_store.h"

namespace state {

inline constexpr int64_t kApplicationId = 0x424F4154;  // "BOAT", in the file's header
inline constexpr int64_t kSchemaVersion = 1;           // user_version

enum class Found { kStore, kEmpty };

/// What an open database is. kCorrupt "state.not_a_lake" when it is somebody else's,
/// kUnimplemented "state.newer_version".
base::Result<Found> Inspect(Database& database, const std::string& path);

/// Makes an empty database, the file at `path`, a store. Call with the lock file held.
base::Status CreateSchema(Database& database, const std::string& path);

/// The key of the first expectation that does not hold. Inside a transaction.
base::Result<std::optional<std::string>> FailedExpectation(Database& database, const Batch& batch);

/// Writes what a batch brings; its expectations were looked at. Inside a transaction.
base::Status WriteBatch(Database& database, const Batch& batch);

}  // namespace state
