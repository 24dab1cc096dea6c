// Errors as the network says them: one of the 34 kinds of the catalog's REST replies with the
// context clients need, or a gRPC status.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/catalog_api.h"
#include "base/error.h"

namespace wire {

/// What a request was about to do: the same error of the catalog has another kind for a merge than
/// for a deletion.
enum class Operation {
  kRead,  // something at a ref
  kCreateBranch,
  kGetBranch,
  kRenameBranch,
  kDeleteBranch,
  kMerge,
  kCreateTag,
  kGetTag,
  kRenameTag,
  kDeleteTag,
  kCreateNamespace,
  kDeleteNamespace,
  kDeleteTable,
  kRevertTable,
  kWrite,  // anything else on a branch: register a table, commit through Iceberg
};

/// What a request named, as it was sent; empty where it named nothing. An error of the catalog
/// knows hashes and names, but not how the caller put it.
struct Asked {
  Operation operation = Operation::kRead;
  std::string ref;     // read, or the source of a creation, merge or revert
  std::string target;  // the branch or tag that is got, made, renamed, deleted or written to
  std::string next;    // the new name of a rename
  std::string table;   // "ns.t", or as sent
  std::string ns;
  std::optional<api::RefEntry> ref_entry;     // what `ref` stands for, when it is known
  std::optional<api::RefEntry> target_entry;  // what `target` stands for, when it is known
};

using ContextValue = std::variant<std::string, api::RefEntry>;

struct ErrorReply {
  int status = 500;  // of HTTP
  std::string type;  // "BRANCH_NOT_FOUND"
  std::string message;
  std::map<std::string, ContextValue> context;
};

/// Total: each error has a reply. What has no kind of its own has one that clients show with its
/// HTTP status ("INTERNAL_ERROR").
ErrorReply ReplyOf(const base::Error& error, const Asked& asked = {});

/// The kinds that clients know, with the context keys each of them must have.
struct KindSpec {
  std::string_view type;
  int status = 0;
  std::vector<std::string_view> context;
};
const std::vector<KindSpec>& Kinds();

/// The number of a gRPC status code. Never CANCELLED, which makes a client cancel its job: what was
/// stopped is ABORTED.
int GrpcStatusOf(const base::Error& error);

/// The message, with what caused it where the message alone does not say it.
std::string MessageOf(const base::Error& error);

}  // namespace wire
