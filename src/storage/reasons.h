// The reasons of errors this module returns: stable, one line each. Context keys in brackets.
#pragma once

namespace storage::reasons {

/// kNotFound [key]: no object under this key.
inline constexpr char kNoObject[] = "storage.no_object";
/// kAlreadyExists [key]: there is an object under this key; objects are never overwritten.
inline constexpr char kObjectExists[] = "storage.object_exists";
/// kOutcomeUnknown [key]: the object may be there and may be lost by a power cut; write another.
inline constexpr char kOutcomeUnknown[] = "storage.outcome_unknown";
/// kInvalidArgument [key]: not a relative path of plain names.
inline constexpr char kBadKey[] = "storage.bad_key";
/// kInvalidArgument: the root is not a path that a file URI can name for every Iceberg reader.
inline constexpr char kBadRoot[] = "storage.bad_root";
/// kInvalidArgument: a URI that is not below the root of the store.
inline constexpr char kForeignUri[] = "storage.foreign_uri";
/// kFailedPrecondition: an ObjectWriter was used after Finish or after a failure.
inline constexpr char kWriterClosed[] = "storage.writer_closed";

}  // namespace storage::reasons
