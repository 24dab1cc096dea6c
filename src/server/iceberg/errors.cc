#include <array>
#include <string_view>

#include "server/iceberg/bodies.h"

// Which status and exception an error is for the clients of the specification. They act on these
// two: 409 CommitFailedException is loaded and tried again, 500 CommitStateUnknownException keeps
// files.

namespace server::iceberg {
namespace {

struct Spoken {
  int status;
  const char* type;
};

struct Special {
  std::string_view reason;
  Spoken spoken;
};

constexpr std::array<Special, 5> kSpecials = {{
    {"catalog.no_namespace", {404, "NoSuchNamespaceException"}},
    {"catalog.no_table", {404, "NoSuchTableException"}},
    {"catalog.no_ref", {404, "NoSuchNamespaceException"}},
    {"catalog.namespace_not_empty", {409, "NamespaceNotEmptyException"}},
    {"catalog.contended", {409, "CommitFailedException"}},
}};

Spoken SpokenOf(base::Code code) {
  switch (code) {
    case base::Code::kInvalidArgument:
    case base::Code::kFailedPrecondition:
    case base::Code::kUserCode:
      return {400, "BadRequestException"};
    case base::Code::kNotFound:
      return {404, "NotFoundException"};
    case base::Code::kAlreadyExists:
      return {409, "AlreadyExistsException"};
    case base::Code::kConflict:
      return {409, "CommitFailedException"};
    case base::Code::kUnauthenticated:
      return {401, "NotAuthorizedException"};
    case base::Code::kPermissionDenied:
      return {403, "ForbiddenException"};
    case base::Code::kUnimplemented:
      return {406, "UnsupportedOperationException"};
    case base::Code::kOutcomeUnknown:
      return {500, "CommitStateUnknownException"};
    case base::Code::kResourceExhausted:
    case base::Code::kUnavailable:
    case base::Code::kCancelled:
    case base::Code::kDeadlineExceeded:
      return {503, "ServiceUnavailableException"};
    case base::Code::kCorrupt:
    case base::Code::kInternal:
      return {500, "InternalServerError"};
  }
  return {500, "InternalServerError"};
}

}  // namespace

HttpReply ReplyError(const base::Error& error) {
  Spoken spoken = SpokenOf(error.code);
  for (const Special& special : kSpecials) {
    if (error.reason == special.reason) spoken = special.spoken;
  }
  return ReplyError(spoken.status, spoken.type, error.message + " (" + error.reason + ")");
}

}  // namespace server::iceberg
