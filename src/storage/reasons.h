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
/// kInvalidArgument: not a place an object store can be at: "s3://bucket/prefix", an endpoint's
/// URL.
inline constexpr char kBadLocation[] = "storage.bad_location";
/// kNotFound [bucket]: the service knows no such bucket.
inline constexpr char kNoBucket[] = "storage.no_bucket";
/// kPermissionDenied [service_code]: the service refuses these credentials, or them this action.
inline constexpr char kAccessDenied[] = "storage.access_denied";
/// kUnavailable [endpoint]: the service did not answer, several times.
inline constexpr char kUnreachable[] = "storage.unreachable";
/// kUnavailable [service_code]: the service answers that it is overloaded, several times.
inline constexpr char kThrottled[] = "storage.throttled";
/// kUnavailable or kInternal [service_code, status]: the service failed or refused for another
/// reason, which the message quotes.
inline constexpr char kServiceFailed[] = "storage.service_failed";
/// kFailedPrecondition: a file that was to be copied into an object ended before the range asked
/// for.
inline constexpr char kShortFile[] = "storage.short_file";

}  // namespace storage::reasons
