#include "base/error.h"

namespace base {

std::string_view CodeName(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid_argument";
    case Code::kNotFound:
      return "not_found";
    case Code::kAlreadyExists:
      return "already_exists";
    case Code::kConflict:
      return "conflict";
    case Code::kFailedPrecondition:
      return "failed_precondition";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kPermissionDenied:
      return "permission_denied";
    case Code::kResourceExhausted:
      return "resource_exhausted";
    case Code::kCancelled:
      return "cancelled";
    case Code::kDeadlineExceeded:
      return "deadline_exceeded";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kOutcomeUnknown:
      return "outcome_unknown";
    case Code::kUserCode:
      return "user_code";
    case Code::kUnimplemented:
      return "unimplemented";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

Error&& Error::With(std::string_view where) && {
  message = std::string(where) + ": " + message;
  return std::move(*this);
}

Error&& Error::At(Place where) && {
  place = std::move(where);
  return std::move(*this);
}

Error&& Error::Set(std::string key, std::string value) && {
  context[std::move(key)] = std::move(value);
  return std::move(*this);
}

Error&& Error::CausedBy(Error inner) && {
  cause = std::make_shared<const Error>(std::move(inner));
  return std::move(*this);
}

std::string Error::ToString() const {
  if (place.file.empty()) return message;
  std::string where = place.file;
  if (place.line > 0) where += ":" + std::to_string(place.line);
  if (place.line > 0 && place.column > 0) where += ":" + std::to_string(place.column);
  return where + ": " + message;
}

}  // namespace base
