// The reasons of errors this module returns: stable, one line each. Context keys in brackets.
#pragma once

namespace state::reasons {

/// kConflict [key]: a record is not at the version the batch expects; re-read, then retry.
inline constexpr char kExpectationFailed[] = "state.expectation_failed";
/// kOutcomeUnknown: the batch may have been applied; read back before doing it again.
inline constexpr char kOutcomeUnknown[] = "state.outcome_unknown";
/// kNotFound [hash]: no object with this hash.
inline constexpr char kNoObject[] = "state.no_object";
/// kCorrupt [hash]: the stored bytes of an object do not have its hash.
inline constexpr char kBadObject[] = "state.bad_object";
/// kInternal [hash]: our bug, a batch brings an object under a hash its bytes do not have.
inline constexpr char kWrongHash[] = "state.wrong_hash";
/// kInternal: our bug, a batch moves more than one ref without saying so (promise P2).
inline constexpr char kManyRefs[] = "state.many_refs";
/// kInternal [key]: our bug, a batch changes one key twice, or has an empty key.
inline constexpr char kBadBatch[] = "state.bad_batch";
/// kInvalidArgument: an object, a record or a key is larger than the store takes.
inline constexpr char kTooLarge[] = "state.too_large";
/// kUnavailable: too many batches wait already; retry the same.
inline constexpr char kQueueFull[] = "state.queue_full";
/// kUnavailable: another process held the database for too long; retry the same.
inline constexpr char kBusy[] = "state.busy";
/// kUnavailable: the database could not be read or written (the words are SQLite's).
inline constexpr char kDatabaseFailed[] = "state.database_failed";
/// kCorrupt: the database file is damaged.
inline constexpr char kDamaged[] = "state.damaged";
/// kNotFound: there is no state store at this path.
inline constexpr char kNoStore[] = "state.no_store";
/// kCorrupt: the file is not the state of a lake.
inline constexpr char kNotALake[] = "state.not_a_lake";
/// kUnimplemented: the store was written by a newer boathouse.
inline constexpr char kNewerVersion[] = "state.newer_version";
/// kFailedPrecondition: the store would lie on a network file system.
inline constexpr char kNetworkFileSystem[] = "state.network_file_system";

}  // namespace state::reasons
