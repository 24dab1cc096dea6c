// The reasons of errors that talking to a server makes, each with its code and the keys of its
// Error.context. What the server itself refuses comes back as the error it was there.
#pragma once

namespace client {

/// kInvalidArgument: the server's address is none. url.
inline constexpr char kBadUrl[] = "client.bad_url";
/// kUnauthenticated: no key was given for a server.
inline constexpr char kNoKey[] = "client.no_key";
/// kUnavailable: nothing answers at the address, or its certificate is not trusted. url.
inline constexpr char kUnreachable[] = "client.unreachable";
/// kOutcomeUnknown: the connection broke before the answer to a change came. url.
inline constexpr char kNoAnswer[] = "client.no_answer";
/// kInternal: an answer is not what a server of ours says.
inline constexpr char kBadAnswer[] = "client.bad_answer";
/// kUnimplemented: this cannot be asked of a server.
inline constexpr char kNotRemote[] = "client.not_remote";

}  // namespace client
