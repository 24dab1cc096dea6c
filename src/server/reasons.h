// The reasons of errors at the server's door, each with its code and the keys of its Error.context.
#pragma once

namespace server {

/// kInvalidArgument: an address to listen on is not understood. address.
inline constexpr char kBadAddress[] = "server.bad_address";
/// kFailedPrecondition: a socket cannot be opened there. address.
inline constexpr char kCannotListen[] = "server.cannot_listen";
/// kFailedPrecondition: a public address without TLS. address.
inline constexpr char kInsecurePublic[] = "server.insecure_public";
/// kFailedPrecondition: certificate or key are missing, damaged or do not fit. file.
inline constexpr char kBadCertificate[] = "server.bad_certificate";
/// kUnauthenticated: no bearer token, or one that is not known.
inline constexpr char kNoToken[] = "server.no_token";
/// kResourceExhausted: as much is being worked on as may; retry later.
inline constexpr char kBusy[] = "server.busy";
/// kUnavailable: the server is going down; retry later.
inline constexpr char kDraining[] = "server.draining";
/// kNotFound: there is nothing at this path. path.
inline constexpr char kNoRoute[] = "server.no_route";
/// kInvalidArgument: a request's body is not what its headers say.
inline constexpr char kBadBody[] = "server.bad_body";
/// kResourceExhausted: a request or reply is larger than is taken or can be sent. limit.
inline constexpr char kTooLarge[] = "server.too_large";
/// kNotFound: no result for this token: it was fetched, has expired or never was.
inline constexpr char kNoResult[] = "server.no_result";
/// kUnimplemented: a method this server does not offer. method.
inline constexpr char kNotOffered[] = "server.not_offered";

}  // namespace server
