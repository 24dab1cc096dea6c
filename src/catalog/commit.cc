#include "catalog/commit.h"

#include <array>

#include "base/cbor.h"
#include "base/sha256.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

constexpr char kKind[] = "commit";
constexpr int64_t kVersion = 1;
/// In the order of the enumeration; stored by these names.
constexpr std::array<std::string_view, 12> kIntentNames = {
    "append", "overwrite", "replace",  "row_delta", "schema", "maintenance",
    "import", "revert",    "resolved", "opaque",    "create", "drop"};

base::Result<Intent> IntentOf(std::string_view name) {
  for (size_t i = 0; i < kIntentNames.size(); ++i) {
    if (kIntentNames[i] == name) return static_cast<Intent>(i);
  }
  return base::Error(base::Code::kUnimplemented, "base.newer_version",
                     "a commit holds the intent \"" + std::string(name) +
                         "\", which this program does not know: upgrade");
}

base::Cbor CborOf(const Op& op) {
  base::Cbor::Map map{{0, base::Cbor::OfBytes(op.key)},
                      {1, IntentName(op.intent)},
                      {2, op.content_id},
                      {3, base::Cbor::OfBytes(op.before)},
                      {4, base::Cbor::OfBytes(op.after)},
                      {5, op.base_snapshot},
                      {6, op.new_snapshot}};
  if (!op.predicate.empty()) map[7] = base::Cbor::OfBytes(op.predicate);
  return map;
}

base::Result<Op> OpOf(const base::Cbor& value) {
  ASSIGN_OR_RETURN(auto fields, base::CborFields::Of(value, "op of a commit"));
  Op op;
  ASSIGN_OR_RETURN(op.key, fields.ByteString(0));
  ASSIGN_OR_RETURN(const std::string intent, fields.Text(1));
  ASSIGN_OR_RETURN(op.intent, IntentOf(intent));
  ASSIGN_OR_RETURN(op.content_id, fields.Text(2));
  ASSIGN_OR_RETURN(op.before, fields.ByteString(3));
  ASSIGN_OR_RETURN(op.after, fields.ByteString(4));
  ASSIGN_OR_RETURN(op.base_snapshot, fields.Int(5));
  ASSIGN_OR_RETURN(op.new_snapshot, fields.Int(6));
  ASSIGN_OR_RETURN(op.predicate, fields.BytesOr(7, ""));
  RETURN_IF_ERROR(fields.Finish());
  return op;
}

base::Cbor CborOf(const Read& read) {
  base::Cbor::Array ids;
  for (const int64_t id : read.field_ids) ids.emplace_back(id);
  base::Cbor::Map map{{0, base::Cbor::OfBytes(read.key)},
                      {1, base::Cbor::OfBytes(read.value_hash)},
                      {2, std::move(ids)}};
  if (!read.predicate.empty()) map[3] = base::Cbor::OfBytes(read.predicate);
  return map;
}

base::Result<Read> ReadOf(const base::Cbor& value) {
  ASSIGN_OR_RETURN(auto fields, base::CborFields::Of(value, "read of a commit"));
  Read read;
  ASSIGN_OR_RETURN(read.key, fields.ByteString(0));
  ASSIGN_OR_RETURN(read.value_hash, fields.ByteString(1));
  ASSIGN_OR_RETURN(const base::Cbor::Array* ids, fields.List(2));
  for (const base::Cbor& id : *ids) {
    const int64_t* number = id.As<int64_t>();
    if (number == nullptr) {
      return base::Error(base::Code::kCorrupt, kBadObject,
                         "a commit reads a field without a number");
    }
    read.field_ids.push_back(*number);
  }
  ASSIGN_OR_RETURN(read.predicate, fields.BytesOr(3, ""));
  RETURN_IF_ERROR(fields.Finish());
  return read;
}

base::Status ReadPeopleAndTimes(base::CborFields& fields, Commit& commit) {
  ASSIGN_OR_RETURN(commit.author, fields.Text(5));
  ASSIGN_OR_RETURN(commit.committer, fields.Text(6));
  ASSIGN_OR_RETURN(const int64_t authored, fields.Int(7));
  ASSIGN_OR_RETURN(const int64_t committed, fields.Int(8));
  commit.authored = base::FromMicros(authored);
  commit.committed = base::FromMicros(committed);
  ASSIGN_OR_RETURN(commit.message, fields.Text(9));
  ASSIGN_OR_RETURN(commit.properties, fields.TextPairs(10));
  return base::Ok();
}

base::Status ReadParents(base::CborFields& fields, Commit& commit) {
  ASSIGN_OR_RETURN(const base::Cbor::Array* parents, fields.List(3));
  for (const base::Cbor& parent : *parents) {
    const auto* hash = parent.As<base::Cbor::ByteString>();
    if (hash == nullptr || hash->bytes.size() != 32) {
      return base::Error(base::Code::kCorrupt, kBadObject, "a commit's parent is not a hash");
    }
    commit.parents.push_back(CommitIdFromHash(hash->bytes));
  }
  return base::Ok();
}

}  // namespace

std::string_view IntentName(Intent intent) {
  return kIntentNames[static_cast<size_t>(intent)];
}

base::Bytes EncodeCommit(const Commit& commit) {
  base::Cbor::Array parents, ops, reads;
  for (const model::CommitId& parent : commit.parents) {
    parents.push_back(base::Cbor::OfBytes(HashOf(parent)));
  }
  for (const Op& op : commit.ops) ops.push_back(CborOf(op));
  for (const Read& read : commit.reads) reads.push_back(CborOf(read));
  base::Cbor::Map map{{0, kKind},
                      {1, kVersion},
                      {2, base::Cbor::OfBytes(commit.tree)},
                      {3, std::move(parents)},
                      {4, commit.generation},
                      {5, commit.author},
                      {6, commit.committer},
                      {7, base::Micros(commit.authored)},
                      {8, base::Micros(commit.committed)},
                      {9, commit.message},
                      {10, base::CborTextPairs(commit.properties)},
                      {12, base::Cbor::OfBytes(commit.nonce)},
                      {13, CborOfRuns(commit.open_runs)},
                      {14, std::move(ops)},
                      {15, std::move(reads)}};
  if (!commit.run_id.empty()) map[11] = commit.run_id.text();
  return base::EncodeCbor(map);
}

base::Result<Commit> DecodeCommit(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, kKind, kVersion));
  Commit commit;
  ASSIGN_OR_RETURN(commit.tree, fields.ByteString(2));
  RETURN_IF_ERROR(ReadParents(fields, commit));
  ASSIGN_OR_RETURN(commit.generation, fields.Int(4));
  RETURN_IF_ERROR(ReadPeopleAndTimes(fields, commit));
  ASSIGN_OR_RETURN(std::string run, fields.TextOr(11, ""));
  commit.run_id = model::RunId(std::move(run));
  ASSIGN_OR_RETURN(commit.nonce, fields.ByteString(12));
  ASSIGN_OR_RETURN(commit.open_runs, RunsOf(fields, 13));
  ASSIGN_OR_RETURN(const base::Cbor::Array* ops, fields.List(14));
  for (const base::Cbor& op : *ops) {
    ASSIGN_OR_RETURN(Op decoded, OpOf(op));
    commit.ops.push_back(std::move(decoded));
  }
  ASSIGN_OR_RETURN(const base::Cbor::Array* reads, fields.List(15));
  for (const base::Cbor& read : *reads) {
    ASSIGN_OR_RETURN(Read decoded, ReadOf(read));
    commit.reads.push_back(std::move(decoded));
  }
  RETURN_IF_ERROR(fields.Finish());
  return commit;
}

model::CommitId CommitIdOf(base::BytesView bytes) {
  return model::CommitId(base::Sha256Hex(bytes));
}

}  // namespace catalog
