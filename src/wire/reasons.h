// The reasons of errors in what the network sent, each with its code and the keys of its
// Error.context.
#pragma once

namespace wire {

/// kInvalidArgument: the body of a request is no JSON object, or a field is not what it should be.
/// field.
inline constexpr char kBadBody[] = "wire.bad_body";
/// kInvalidArgument: a pagination token of another listing, or one that was changed.
inline constexpr char kBadPageToken[] = "wire.bad_page_token";
/// kInvalidArgument: a field of a message is not what it must be. field.
inline constexpr char kBadField[] = "wire.bad_field";
/// kInvalidArgument: the archive of a project is damaged or names what it must not. entry.
inline constexpr char kBadZip[] = "wire.bad_zip";
/// kResourceExhausted: the archive of a project holds more than is taken. limit.
inline constexpr char kZipTooLarge[] = "wire.zip_too_large";
/// any code: a server refused without saying what error of ours it is. status, type.
inline constexpr char kRefused[] = "wire.refused";
/// kInternal: a reply is not what a Boathouse server answers. field.
inline constexpr char kBadReply[] = "wire.bad_reply";

}  // namespace wire
