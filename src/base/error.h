// What went wrong, as a value: what a caller can do (code), a stable name (reason), words for a
// person (message).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// What a caller can do about it. A closed list: a new code needs a design note.
enum class Code {
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kConflict,  // re-read, then retry
  kFailedPrecondition,
  kUnauthenticated,
  kPermissionDenied,
  kResourceExhausted,
  kCancelled,
  kDeadlineExceeded,
  kUnavailable,     // retry the same
  kOutcomeUnknown,  // it may have happened: read back
  kUserCode,        // the user's function or data is at fault: tell them
  kUnimplemented,
  kCorrupt,
  kInternal,
};

/// "not_found" and so on; stable, shown in JSON output.
std::string_view CodeName(Code code);

/// Where in a user's file an error is. Lines and columns count from 1; 0 = unknown.
struct Place {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const Place&) const = default;
};

struct Error {
  Code code = Code::kInternal;
  std::string reason;   // stable, dotted, documented: "catalog.ref_moved"
  std::string message;  // lower case, no full stop: what, which, what to do next
  std::map<std::string, std::string>
      context;  // typed details under the keys the module's reasons.h lists
  Place place;
  std::shared_ptr<const Error> cause;

  Error() = default;
  Error(Code c, std::string r, std::string m)
      : code(c), reason(std::move(r)), message(std::move(m)) {}

  /// Adds where it happened, going up: "commit job 7: ..." .
  Error&& With(std::string_view where) &&;
  Error&& At(Place where) &&;
  Error&& Set(std::string key, std::string value) &&;
  Error&& CausedBy(Error inner) &&;

  /// "file:3:5: message" or the message alone, for people.
  std::string ToString() const;
};

}  // namespace base
