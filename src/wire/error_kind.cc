#include "wire/error_kind.h"

#include <utility>

namespace wire {
namespace {

using base::Code;
using base::Error;
using Context = std::map<std::string, ContextValue>;

std::string Detail(const Error& error, const std::string& key, const std::string& otherwise = "") {
  const auto found = error.context.find(key);
  return found == error.context.end() || found->second.empty() ? otherwise : found->second;
}

ErrorReply Reply(std::string_view type, const Error& error, Context context = {}) {
  for (const KindSpec& kind : Kinds()) {
    if (kind.type == type) {
      return {kind.status, std::string(type), MessageOf(error), std::move(context)};
    }
  }
  return {500, std::string(type), MessageOf(error), std::move(context)};
}

api::RefEntry EntryOf(std::string name, api::RefKind kind, const std::string& hash) {
  api::RefEntry entry;
  entry.name = std::move(name);
  entry.kind = kind;
  entry.commit = model::CommitId(hash);
  return entry;
}

bool WritesToTarget(Operation operation) {
  switch (operation) {
    case Operation::kMerge:
    case Operation::kCreateNamespace:
    case Operation::kDeleteNamespace:
    case Operation::kDeleteTable:
    case Operation::kRevertTable:
    case Operation::kWrite:
      return true;
    case Operation::kRead:
    case Operation::kCreateBranch:
    case Operation::kGetBranch:
    case Operation::kRenameBranch:
    case Operation::kDeleteBranch:
    case Operation::kCreateTag:
    case Operation::kGetTag:
    case Operation::kRenameTag:
    case Operation::kDeleteTag:
      return false;
  }
  return false;
}

bool IsOfTag(Operation operation) {
  return operation == Operation::kCreateTag || operation == Operation::kGetTag ||
         operation == Operation::kRenameTag || operation == Operation::kDeleteTag;
}

bool IsCreation(Operation operation) {
  return operation == Operation::kCreateBranch || operation == Operation::kCreateTag;
}

/// The ref where the operation looked for a table or namespace.
api::RefEntry PlaceOf(const Error& error, const Asked& asked) {
  const std::string hash = Detail(error, "hash");
  if (asked.operation == Operation::kRevertTable && asked.ref_entry &&
      (hash.empty() || asked.ref_entry->commit.text() == hash)) {
    return *asked.ref_entry;
  }
  if (WritesToTarget(asked.operation)) {
    if (!hash.empty()) return EntryOf(asked.target, api::RefKind::kBranch, hash);
    if (asked.target_entry) return *asked.target_entry;
  }
  if (asked.ref_entry) return *asked.ref_entry;
  return EntryOf("", api::RefKind::kCommit, hash);
}

/// How the request put that ref.
std::string InputOf(const Asked& asked, bool of_source = false) {
  if (of_source && !asked.ref.empty()) return asked.ref;
  if (WritesToTarget(asked.operation)) return asked.target;
  return asked.ref.empty() ? asked.target : asked.ref;
}

ErrorReply NoRef(const Error& error, const Asked& asked) {
  const bool has_target = !asked.target.empty() && !IsCreation(asked.operation);
  const bool of_target =
      has_target && (asked.ref.empty() || Detail(error, "ref", asked.target) == asked.target);
  if (!of_target) {
    const std::string input = asked.ref.empty() ? Detail(error, "ref") : asked.ref;
    return Reply("REF_NOT_FOUND", error, {{"input_ref", input}});
  }
  // "name@hash" and "name^1" are refs, but nothing that can be renamed or written to.
  const bool pinned = asked.target.find_first_of("@^~*") != std::string::npos;
  if (IsOfTag(asked.operation)) {
    if (pinned) return Reply("NOT_A_TAG_REF", error, {{"input_ref", asked.target}});
    return Reply("TAG_NOT_FOUND", error, {{"tag_name", asked.target}});
  }
  if (pinned) {
    const bool write = WritesToTarget(asked.operation);
    return Reply(write ? "NOT_A_WRITE_BRANCH_REF" : "NOT_A_BRANCH_REF", error,
                 {{"input_ref", asked.target}});
  }
  return Reply("BRANCH_NOT_FOUND", error, {{"branch_name", asked.target}});
}

ErrorReply NotABranch(const Error& error, const Asked& asked) {
  const std::string input = asked.target.empty() ? Detail(error, "ref") : asked.target;
  const bool write = WritesToTarget(asked.operation);
  return Reply(write ? "NOT_A_WRITE_BRANCH_REF" : "NOT_A_BRANCH_REF", error,
               {{"input_ref", input}});
}

ErrorReply NotATag(const Error& error, const Asked& asked) {
  const std::string input = asked.target.empty() ? Detail(error, "ref") : asked.target;
  return Reply("NOT_A_TAG_REF", error, {{"input_ref", input}});
}

ErrorReply BadRef(const Error& error, const Asked& asked) {
  const std::string input = IsCreation(asked.operation) || asked.target.empty() ||
                                    (!asked.ref.empty() && asked.ref == Detail(error, "ref"))
                                ? asked.ref
                                : asked.target;
  return Reply("INVALID_REF", error, {{"input_ref", Detail(error, "ref", input)}});
}

ErrorReply SameRef(const Error& error, const Asked& asked) {
  const api::RefEntry target =
      asked.target_entry.value_or(EntryOf(asked.target, api::RefKind::kBranch, ""));
  return Reply("SAME_REF", error,
               {{"input_ref", asked.ref_entry.value_or(target)}, {"ref", target}});
}

ErrorReply BranchExists(const Error& error, const Asked& asked) {
  const std::string name = Detail(error, "ref", asked.next.empty() ? asked.target : asked.next);
  return Reply("BRANCH_EXISTS", error,
               {{"branch_name", name},
                {"ref", EntryOf(name, api::RefKind::kBranch, Detail(error, "hash"))}});
}

ErrorReply TagExists(const Error& error, const Asked& asked) {
  const std::string name = Detail(error, "ref", asked.next.empty() ? asked.target : asked.next);
  return Reply(
      "TAG_EXISTS", error,
      {{"tag_name", name}, {"ref", EntryOf(name, api::RefKind::kTag, Detail(error, "hash"))}});
}

ErrorReply NoTable(const Error& error, const Asked& asked) {
  return Reply("TABLE_NOT_FOUND", error,
               {{"table_name", Detail(error, "table", asked.table)},
                {"input_ref", InputOf(asked, asked.operation == Operation::kRevertTable)},
                {"ref", PlaceOf(error, asked)}});
}

ErrorReply TableExists(const Error& error, const Asked& asked) {
  return Reply(
      "TABLE_EXISTS", error,
      {{"table_name", Detail(error, "table", asked.table)}, {"ref", PlaceOf(error, asked)}});
}

ErrorReply NoNamespace(const Error& error, const Asked& asked) {
  const bool of_source = asked.operation == Operation::kRevertTable && asked.ref_entry &&
                         asked.ref_entry->commit.text() == Detail(error, "hash");
  return Reply("NAMESPACE_NOT_FOUND", error,
               {{"namespace_name", Detail(error, "namespace", asked.ns)},
                {"input_ref", InputOf(asked, of_source)},
                {"ref", PlaceOf(error, asked)}});
}

ErrorReply NamespaceExists(const Error& error, const Asked& asked) {
  return Reply(
      "NAMESPACE_EXISTS", error,
      {{"namespace_name", Detail(error, "namespace", asked.ns)}, {"ref", PlaceOf(error, asked)}});
}

ErrorReply NamespaceNotEmpty(const Error& error, const Asked& asked) {
  return Reply(
      "NAMESPACE_IS_NOT_EMPTY", error,
      {{"namespace_name", Detail(error, "namespace", asked.ns)}, {"branch_name", asked.target}});
}

ErrorReply NamespaceUnresolved(const Error& error, const Asked& asked) {
  return Reply("NAMESPACE_UNRESOLVED", error,
               {{"table_name", Detail(error, "table", asked.table)},
                {"namespace_name", Detail(error, "namespace", asked.ns)}});
}

ErrorReply HeadChanged(const Error& error, const Asked& asked) {
  const std::string branch = Detail(error, "ref", asked.target);
  const std::string now = Detail(error, "hash");
  return Reply(
      "BRANCH_HEAD_CHANGED", error,
      {{"input_ref", EntryOf(branch, api::RefKind::kBranch, Detail(error, "expected", now))},
       {"head_ref", EntryOf(branch, api::RefKind::kBranch, now)}});
}

ErrorReply MergeConflict(const Error& error, const Asked& asked) {
  api::RefEntry source =
      asked.ref_entry.value_or(EntryOf("", api::RefKind::kCommit, Detail(error, "source_hash")));
  const std::string branch = Detail(error, "ref", asked.target);
  Context context = {
      {"source_ref", source},
      {"destination_ref", EntryOf(branch, api::RefKind::kBranch, Detail(error, "hash"))}};
  for (const char* key : {"tables", "namespaces"}) {
    if (const std::string names = Detail(error, key); !names.empty()) context[key] = names;
  }
  return Reply("MERGE_CONFLICT", error, std::move(context));
}

ErrorReply RevertRefused(std::string_view type, const Error& error, const Asked& asked) {
  const std::string table = Detail(error, "table", asked.table);
  return Reply(type, error, {{"source_table_name", table}, {"destination_table_name", table}});
}
ErrorReply RevertIdentical(const Error& error, const Asked& asked) {
  return RevertRefused("REVERT_IDENTICAL_TABLE", error, asked);
}
ErrorReply RevertExists(const Error& error, const Asked& asked) {
  return RevertRefused("REVERT_DESTINATION_TABLE_EXISTS", error, asked);
}

/// The kind that says this operation was refused, with the names it was about.
ErrorReply Forbidden(const Error& error, const Asked& asked) {
  const auto names = [&](std::initializer_list<std::pair<const char*, std::string>> keys) {
    Context context;
    for (const auto& [key, otherwise] : keys) context[key] = Detail(error, key, otherwise);
    return context;
  };
  switch (asked.operation) {
    case Operation::kCreateBranch:
      return Reply("CREATE_BRANCH_FORBIDDEN", error, names({{"branch_name", asked.target}}));
    case Operation::kDeleteBranch:
      return Reply("DELETE_BRANCH_FORBIDDEN", error, names({{"branch_name", asked.target}}));
    case Operation::kRenameBranch:
      return Reply("RENAME_BRANCH_FORBIDDEN", error,
                   names({{"old_branch_name", asked.target}, {"new_branch_name", asked.next}}));
    case Operation::kMerge:
      return Reply("MERGE_FORBIDDEN", error,
                   names({{"source_ref", asked.ref}, {"destination_branch", asked.target}}));
    case Operation::kCreateTag:
      return Reply("CREATE_TAG_FORBIDDEN", error, names({{"tag_name", asked.target}}));
    case Operation::kDeleteTag:
      return Reply("DELETE_TAG_FORBIDDEN", error, names({{"tag_name", asked.target}}));
    case Operation::kRenameTag:
      return Reply("RENAME_TAG_FORBIDDEN", error,
                   names({{"old_tag_name", asked.target}, {"new_tag_name", asked.next}}));
    case Operation::kCreateNamespace:
      return Reply("CREATE_NAMESPACE_FORBIDDEN", error, names({{"namespace_name", asked.ns}}));
    case Operation::kDeleteNamespace:
      return Reply("DELETE_NAMESPACE_FORBIDDEN", error, names({{"namespace_name", asked.ns}}));
    case Operation::kDeleteTable:
      return Reply("DELETE_TABLE_FORBIDDEN", error, names({{"table_name", asked.table}}));
    case Operation::kRevertTable:
      return Reply("REVERT_TABLE_FORBIDDEN", error,
                   names({{"table_name", asked.table},
                          {"source_ref", asked.ref},
                          {"destination_branch", asked.target}}));
    case Operation::kRead:
    case Operation::kGetBranch:
    case Operation::kGetTag:
    case Operation::kWrite:
      return Reply("FORBIDDEN", error);
  }
  return Reply("FORBIDDEN", error);
}

/// A refusal that names its own operation, wherever it comes up.
ErrorReply Denied(const Error& error, const Asked& asked) {
  static const std::map<std::string_view, Operation> kOperations = {
      {"access.create_branch", Operation::kCreateBranch},
      {"access.delete_branch", Operation::kDeleteBranch},
      {"access.rename_branch", Operation::kRenameBranch},
      {"access.merge", Operation::kMerge},
      {"access.create_tag", Operation::kCreateTag},
      {"access.delete_tag", Operation::kDeleteTag},
      {"access.rename_tag", Operation::kRenameTag},
      {"access.create_namespace", Operation::kCreateNamespace},
      {"access.delete_namespace", Operation::kDeleteNamespace},
      {"access.delete_table", Operation::kDeleteTable},
      {"access.revert_table", Operation::kRevertTable},
  };
  Asked refused = asked;
  refused.operation = Operation::kWrite;
  const auto found = kOperations.find(error.reason);
  if (found != kOperations.end()) refused.operation = found->second;
  return Forbidden(error, refused);
}

using Rule = ErrorReply (*)(const Error&, const Asked&);

const std::map<std::string_view, Rule>& Rules() {
  static const std::map<std::string_view, Rule> kRules = {
      {"model.bad_ref", BadRef},
      {"catalog.no_ref", NoRef},
      {"catalog.not_a_branch", NotABranch},
      {"catalog.not_a_tag", NotATag},
      {"catalog.same_ref", SameRef},
      {"catalog.branch_exists", BranchExists},
      {"catalog.tag_exists", TagExists},
      {"catalog.no_table", NoTable},
      {"catalog.table_exists", TableExists},
      {"catalog.no_namespace", NoNamespace},
      {"catalog.namespace_exists", NamespaceExists},
      {"catalog.namespace_not_empty", NamespaceNotEmpty},
      {"catalog.ref_moved", HeadChanged},
      {"catalog.table_moved", HeadChanged},
      {"catalog.merge_conflict", MergeConflict},
      {"catalog.revert_identical_table", RevertIdentical},
      {"catalog.revert_destination_table_exists", RevertExists},
      {"catalog.splits_run", Forbidden},
      {"catalog.protected", Forbidden},
      {"catalog.open_runs", Forbidden},
      {"catalog.run_state", Forbidden},
      {"control.namespace_unresolved", NamespaceUnresolved},
  };
  return kRules;
}

ErrorReply ByCode(const Error& error) {
  const auto untyped = [&](int status, std::string_view type) {
    return ErrorReply{status, std::string(type), MessageOf(error), {}};
  };
  switch (error.code) {
    case Code::kInvalidArgument:
    case Code::kFailedPrecondition:
    case Code::kUserCode:
      return Reply("BAD_REQUEST", error);
    case Code::kNotFound:
      return untyped(404, "NOT_FOUND");
    case Code::kAlreadyExists:
    case Code::kConflict:
      return untyped(409, "CONFLICT");
    case Code::kUnauthenticated:
      return Reply("UNAUTHORIZED", error);
    case Code::kPermissionDenied:
      return Reply("FORBIDDEN", error);
    case Code::kResourceExhausted:
      return untyped(429, "TOO_MANY_REQUESTS");
    case Code::kCancelled:
    case Code::kUnavailable:
      return untyped(503, "SERVICE_UNAVAILABLE");
    case Code::kDeadlineExceeded:
      return untyped(504, "GATEWAY_TIMEOUT");
    case Code::kUnimplemented:
      return untyped(501, "NOT_IMPLEMENTED");
    case Code::kOutcomeUnknown:
    case Code::kCorrupt:
    case Code::kInternal:
      return untyped(500, "INTERNAL_ERROR");
  }
  return untyped(500, "INTERNAL_ERROR");
}

}  // namespace

ErrorReply ReplyOf(const base::Error& error, const Asked& asked) {
  if (error.reason.starts_with("access.")) return Denied(error, asked);
  const auto rule = Rules().find(error.reason);
  return rule == Rules().end() ? ByCode(error) : rule->second(error, asked);
}

const std::vector<KindSpec>& Kinds() {
  static const std::vector<KindSpec> kKinds = {
      {"BAD_REQUEST", 400, {}},
      {"INVALID_REF", 400, {"input_ref"}},
      {"NOT_A_BRANCH_REF", 400, {"input_ref"}},
      {"NOT_A_TAG_REF", 400, {"input_ref"}},
      {"NOT_A_WRITE_BRANCH_REF", 400, {"input_ref"}},
      {"SAME_REF", 400, {"input_ref", "ref"}},
      {"UNAUTHORIZED", 401, {}},
      {"FORBIDDEN", 403, {}},
      {"CREATE_BRANCH_FORBIDDEN", 403, {"branch_name"}},
      {"CREATE_NAMESPACE_FORBIDDEN", 403, {"namespace_name"}},
      {"CREATE_TAG_FORBIDDEN", 403, {"tag_name"}},
      {"DELETE_BRANCH_FORBIDDEN", 403, {"branch_name"}},
      {"DELETE_NAMESPACE_FORBIDDEN", 403, {"namespace_name"}},
      {"DELETE_TABLE_FORBIDDEN", 403, {"table_name"}},
      {"DELETE_TAG_FORBIDDEN", 403, {"tag_name"}},
      {"MERGE_FORBIDDEN", 403, {"source_ref", "destination_branch"}},
      {"RENAME_BRANCH_FORBIDDEN", 403, {"old_branch_name", "new_branch_name"}},
      {"RENAME_TAG_FORBIDDEN", 403, {"old_tag_name", "new_tag_name"}},
      {"REVERT_TABLE_FORBIDDEN", 403, {"table_name", "source_ref", "destination_branch"}},
      {"BRANCH_NOT_FOUND", 404, {"branch_name"}},
      {"NAMESPACE_NOT_FOUND", 404, {"namespace_name", "input_ref", "ref"}},
      {"REF_NOT_FOUND", 404, {"input_ref"}},
      {"TABLE_NOT_FOUND", 404, {"table_name", "input_ref", "ref"}},
      {"TAG_NOT_FOUND", 404, {"tag_name"}},
      {"BRANCH_EXISTS", 409, {"branch_name", "ref"}},
      {"BRANCH_HEAD_CHANGED", 409, {"input_ref", "head_ref"}},
      {"MERGE_CONFLICT", 409, {"source_ref", "destination_ref"}},
      {"NAMESPACE_EXISTS", 409, {"namespace_name", "ref"}},
      {"NAMESPACE_IS_NOT_EMPTY", 409, {"namespace_name", "branch_name"}},
      {"NAMESPACE_UNRESOLVED", 409, {"table_name", "namespace_name"}},
      {"REVERT_DESTINATION_TABLE_EXISTS", 409, {"source_table_name", "destination_table_name"}},
      {"REVERT_IDENTICAL_TABLE", 409, {"source_table_name", "destination_table_name"}},
      {"TABLE_EXISTS", 409, {"table_name", "ref"}},
      {"TAG_EXISTS", 409, {"tag_name", "ref"}},
  };
  return kKinds;
}

int GrpcStatusOf(const base::Error& error) {
  switch (error.code) {
    case Code::kInvalidArgument:
      return 3;  // INVALID_ARGUMENT
    case Code::kDeadlineExceeded:
      return 4;  // DEADLINE_EXCEEDED
    case Code::kNotFound:
      return 5;  // NOT_FOUND
    case Code::kAlreadyExists:
      return 6;  // ALREADY_EXISTS
    case Code::kPermissionDenied:
      return 7;  // PERMISSION_DENIED
    case Code::kResourceExhausted:
      return 8;  // RESOURCE_EXHAUSTED
    case Code::kFailedPrecondition:
    case Code::kUserCode:
      return 9;  // FAILED_PRECONDITION
    case Code::kCancelled:
    case Code::kConflict:
      return 10;  // ABORTED
    case Code::kUnimplemented:
      return 12;  // UNIMPLEMENTED
    case Code::kInternal:
      return 13;  // INTERNAL
    case Code::kUnavailable:
      return 14;  // UNAVAILABLE
    case Code::kCorrupt:
      return 15;  // DATA_LOSS
    case Code::kUnauthenticated:
      return 16;  // UNAUTHENTICATED
    case Code::kOutcomeUnknown:
      return 2;  // UNKNOWN
  }
  return 2;
}

std::string MessageOf(const base::Error& error) {
  std::string message = error.ToString();
  for (const base::Error* cause = error.cause.get(); cause != nullptr; cause = cause->cause.get()) {
    const std::string text = cause->ToString();
    // What came from below is often said already on the way up.
    if (!text.empty() && message.find(text) == std::string::npos) message += ": " + text;
  }
  return message;
}

}  // namespace wire
