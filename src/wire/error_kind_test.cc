#include "wire/error_kind.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/file.h"
#include "wire/catalog_json.h"

namespace wire {
namespace {

using base::Code;
using base::Error;

const std::vector<Operation> kOperations = {
    Operation::kRead,         Operation::kCreateBranch,    Operation::kGetBranch,
    Operation::kRenameBranch, Operation::kDeleteBranch,    Operation::kMerge,
    Operation::kCreateTag,    Operation::kGetTag,          Operation::kRenameTag,
    Operation::kDeleteTag,    Operation::kCreateNamespace, Operation::kDeleteNamespace,
    Operation::kDeleteTable,  Operation::kRevertTable,     Operation::kWrite};

/// Every reason that a header of ours or the ports' comments name, read from the sources: a new one
/// is in this test before anybody thinks of it.
std::set<std::string> ReasonsInSources() {
  std::set<std::string> reasons;
  const std::regex quoted("\"([a-z]+\\.[a-z_]+)\"");
  for (const char* file : {"src/catalog/reasons.h", "src/control/reasons.h", "src/control/access.h",
                           "src/api/accounts_api.h", "src/model/ref.h", "src/model/names.h",
                           "src/lakehouse/reasons.h", "src/wire/reasons.h"}) {
    const auto text = base::ReadFile(std::string(BOATHOUSE_SOURCE_DIR) + "/" + file);
    if (!text.ok()) continue;
    for (std::sregex_iterator at(text->begin(), text->end(), quoted), end; at != end; ++at) {
      reasons.insert((*at)[1]);
    }
  }
  return reasons;
}

const std::vector<Code> kCodes = {
    Code::kInvalidArgument,  Code::kNotFound,           Code::kAlreadyExists,
    Code::kConflict,         Code::kFailedPrecondition, Code::kUnauthenticated,
    Code::kPermissionDenied, Code::kResourceExhausted,  Code::kCancelled,
    Code::kDeadlineExceeded, Code::kUnavailable,        Code::kOutcomeUnknown,
    Code::kUserCode,         Code::kUnimplemented,      Code::kCorrupt,
    Code::kInternal};

const KindSpec* KindOf(const std::string& type) {
  for (const KindSpec& kind : Kinds()) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

/// What clients insist on: an object under "error", a text as type, all keys of the kind.
void ExpectComplete(const ErrorReply& reply) {
  const auto json = nlohmann::json::parse(ErrorBody(reply)).at("error");
  EXPECT_EQ(json.at("type"), reply.type);
  EXPECT_TRUE(json.at("message").is_string());
  const KindSpec* kind = KindOf(reply.type);
  if (kind == nullptr) {
    EXPECT_GE(reply.status, 400);
    return;
  }
  EXPECT_EQ(reply.status, kind->status) << reply.type;
  for (const std::string_view key : kind->context) {
    ASSERT_TRUE(json.at("context").contains(key)) << reply.type << " lacks " << key;
    const auto& value = json.at("context").at(key);
    const bool is_ref = key == "ref" || key.ends_with("_ref");
    if (value.is_object()) {
      EXPECT_TRUE(is_ref && value.contains("type") && value.contains("hash")) << reply.type;
    } else {
      EXPECT_TRUE(value.is_string()) << reply.type << " " << key;
    }
  }
}

TEST(ErrorKind, EveryReasonOfEveryOperationHasACompleteReply) {
  const std::set<std::string> reasons = ReasonsInSources();
  ASSERT_GT(reasons.size(), 30u);
  for (const std::string& reason : reasons) {
    for (const Operation operation : kOperations) {
      for (const Code code : kCodes) {
        ExpectComplete(ReplyOf(Error(code, reason, "what went wrong"), {.operation = operation}));
      }
    }
  }
}

/// The 34 kinds and what causes each, as the catalog and the rules about rights report it.
struct Cause {
  std::string type;
  Operation operation;
  std::string reason;
  Code code = Code::kInvalidArgument;
};

TEST(ErrorKind, EveryKindHasACause) {
  const std::vector<Cause> causes = {
      {"BAD_REQUEST", Operation::kRead, "wire.bad_body"},
      {"INVALID_REF", Operation::kRead, "model.bad_ref"},
      {"NOT_A_BRANCH_REF", Operation::kGetBranch, "catalog.not_a_branch"},
      {"NOT_A_TAG_REF", Operation::kRenameTag, "catalog.not_a_tag"},
      {"NOT_A_WRITE_BRANCH_REF", Operation::kMerge, "catalog.not_a_branch"},
      {"SAME_REF", Operation::kRevertTable, "catalog.same_ref"},
      {"UNAUTHORIZED", Operation::kRead, "accounts.bad_key", Code::kUnauthenticated},
      {"FORBIDDEN", Operation::kWrite, "access.write", Code::kPermissionDenied},
      {"CREATE_BRANCH_FORBIDDEN", Operation::kCreateBranch, "access.create_branch"},
      {"CREATE_NAMESPACE_FORBIDDEN", Operation::kCreateNamespace, "access.create_namespace"},
      {"CREATE_TAG_FORBIDDEN", Operation::kCreateTag, "access.create_tag"},
      {"DELETE_BRANCH_FORBIDDEN", Operation::kDeleteBranch, "catalog.protected"},
      {"DELETE_NAMESPACE_FORBIDDEN", Operation::kDeleteNamespace, "access.delete_namespace"},
      {"DELETE_TABLE_FORBIDDEN", Operation::kDeleteTable, "catalog.protected"},
      {"DELETE_TAG_FORBIDDEN", Operation::kDeleteTag, "access.delete_tag"},
      {"MERGE_FORBIDDEN", Operation::kMerge, "catalog.open_runs", Code::kFailedPrecondition},
      {"RENAME_BRANCH_FORBIDDEN", Operation::kRenameBranch, "catalog.protected"},
      {"RENAME_TAG_FORBIDDEN", Operation::kRenameTag, "access.rename_tag"},
      {"REVERT_TABLE_FORBIDDEN", Operation::kRevertTable, "catalog.splits_run"},
      {"BRANCH_NOT_FOUND", Operation::kDeleteBranch, "catalog.no_ref"},
      {"NAMESPACE_NOT_FOUND", Operation::kRead, "catalog.no_namespace"},
      {"REF_NOT_FOUND", Operation::kRead, "catalog.no_ref"},
      {"TABLE_NOT_FOUND", Operation::kRead, "catalog.no_table"},
      {"TAG_NOT_FOUND", Operation::kGetTag, "catalog.no_ref"},
      {"BRANCH_EXISTS", Operation::kCreateBranch, "catalog.branch_exists"},
      {"BRANCH_HEAD_CHANGED", Operation::kMerge, "catalog.ref_moved", Code::kConflict},
      {"MERGE_CONFLICT", Operation::kMerge, "catalog.merge_conflict", Code::kConflict},
      {"NAMESPACE_EXISTS", Operation::kCreateNamespace, "catalog.namespace_exists"},
      {"NAMESPACE_IS_NOT_EMPTY", Operation::kDeleteNamespace, "catalog.namespace_not_empty"},
      {"NAMESPACE_UNRESOLVED", Operation::kRead, "control.namespace_unresolved"},
      {"REVERT_DESTINATION_TABLE_EXISTS", Operation::kRevertTable,
       "catalog.revert_destination_table_exists"},
      {"REVERT_IDENTICAL_TABLE", Operation::kRevertTable, "catalog.revert_identical_table"},
      {"TABLE_EXISTS", Operation::kWrite, "catalog.table_exists"},
      {"TAG_EXISTS", Operation::kCreateTag, "catalog.tag_exists"},
  };
  std::set<std::string> seen;
  for (const Cause& cause : causes) {
    Asked asked{.operation = cause.operation, .ref = "", .target = "x"};
    if (cause.operation == Operation::kRead) asked = {.operation = cause.operation, .ref = "x"};
    const ErrorReply reply = ReplyOf(Error(cause.code, cause.reason, "why"), asked);
    EXPECT_EQ(reply.type, cause.type) << cause.reason;
    ExpectComplete(reply);
    seen.insert(reply.type);
  }
  EXPECT_EQ(Kinds().size(), 34u);
  EXPECT_EQ(seen.size(), Kinds().size());
}

TEST(ErrorKind, AMissingRefIsWhatTheOperationLookedFor) {
  const Error missing =
      Error(Code::kNotFound, "catalog.no_ref", "there is none").Set("ref", "gone");
  Asked merge{.operation = Operation::kMerge, .ref = "gone", .target = "main"};
  EXPECT_EQ(ReplyOf(missing, merge).type, "REF_NOT_FOUND");
  merge = {.operation = Operation::kMerge, .ref = "main", .target = "gone"};
  EXPECT_EQ(ReplyOf(missing, merge).type, "BRANCH_NOT_FOUND");
  const Asked create{.operation = Operation::kCreateBranch, .ref = "gone", .target = "gone"};
  EXPECT_EQ(ReplyOf(missing, create).type, "REF_NOT_FOUND");
}

TEST(ErrorKind, NoErrorLooksLikeACancellationToGrpcClients) {
  for (const Code code : kCodes) {
    const int status = GrpcStatusOf(Error(code, "a.b", "c"));
    EXPECT_GT(status, 1);
    EXPECT_LE(status, 16);
  }
}

TEST(ErrorKind, TheMessageSaysWhatCausedIt) {
  const Error error = Error(Code::kInternal, "a.b", "it failed")
                          .CausedBy(Error(Code::kUnavailable, "c.d", "the disk is full"));
  EXPECT_EQ(MessageOf(error), "it failed: the disk is full");
}

}  // namespace
}  // namespace wire
