#include <algorithm>

#include "base/nearest.h"
#include "catalog/merge_base.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

constexpr uint32_t kPage = 1000;
constexpr size_t kNearestCandidatesMax = 1000;

}  // namespace

base::Error NoRef(const std::string& name, const std::vector<std::string>& known) {
  base::Error error(
      base::Code::kNotFound, kNoRef,
      "there is no branch, tag or commit \"" + name + "\"" + base::DidYouMean(name, known));
  error.context["ref"] = name;
  if (const auto nearest = base::NearestName(name, known)) error.context["nearest"] = *nearest;
  return error;
}

base::Result<std::shared_ptr<const Commit>> Reader::CommitAt(const model::CommitId& id) {
  if (const auto known = commits_.find(id); known != commits_.end()) return known->second;
  base::Result<base::Bytes> bytes = store_.ReadObject(ctx_, HashOf(id));
  if (!bytes.ok()) {
    if (bytes.error().code != base::Code::kNotFound) return std::move(bytes).error();
    return NoRef("@" + id.text(), {}).CausedBy(std::move(bytes).error());
  }
  ASSIGN_OR_RETURN(Commit commit, DecodeCommit(*bytes));
  auto shared = std::make_shared<const Commit>(std::move(commit));
  commits_.emplace(id, shared);
  return shared;
}

base::Result<std::optional<RefRead>> Reader::FindRef(const std::string& name) {
  ASSIGN_OR_RETURN(const auto record, store_.Read(ctx_, RefKey(name)));
  if (!record) return std::optional<RefRead>();
  ASSIGN_OR_RETURN(RefRecord ref, DecodeRefRecord(record->bytes));
  return std::optional<RefRead>(RefRead{std::move(ref), record->version});
}

base::Result<RefRead> Reader::NeedRef(const std::string& name) {
  ASSIGN_OR_RETURN(auto found, FindRef(name));
  if (found) return *std::move(found);
  ASSIGN_OR_RETURN(const auto page, store_.List(ctx_, kRefPrefix, "", kNearestCandidatesMax));
  if (page.empty()) {
    return base::Error(base::Code::kFailedPrecondition, kNotInitialised,
                       "this store holds no lake yet: create one first");
  }
  std::vector<std::string> known;
  for (const state::KeyedRecord& item : page) known.push_back(item.key.substr(kRefPrefix.size()));
  return NoRef(name, known);
}

base::Result<RefRead> Reader::NeedRef(const std::string& name, RefKind kind) {
  ASSIGN_OR_RETURN(RefRead ref, NeedRef(name));
  if (ref.record.kind == kind) return ref;
  const bool branch = kind == RefKind::kBranch;
  return base::Error(base::Code::kInvalidArgument, branch ? kNotABranch : kNotATag,
                     "\"" + name + "\" is a " + std::string(RefKindName(ref.record.kind)) +
                         ", this needs a " + std::string(RefKindName(kind)))
      .Set("ref", name);
}

base::Result<std::optional<RunRead>> Reader::FindRun(const model::RunId& id) {
  ASSIGN_OR_RETURN(const auto record, store_.Read(ctx_, RunKey(id)));
  if (!record) return std::optional<RunRead>();
  ASSIGN_OR_RETURN(RunState run, DecodeRunState(record->bytes));
  return std::optional<RunRead>(RunRead{std::move(run), record->version});
}

base::Result<RunRead> Reader::NeedRun(const model::RunId& id) {
  ASSIGN_OR_RETURN(auto found, FindRun(id));
  if (found) return *std::move(found);
  return base::Error(base::Code::kNotFound, kNoRun, "there is no run \"" + id.text() + "\"")
      .Set("run_id", id.text());
}

base::Result<RefPolicy> Reader::Policy() {
  ASSIGN_OR_RETURN(auto read, PolicyRead());
  return std::move(read.first);
}

base::Result<std::pair<RefPolicy, state::Expectation>> Reader::PolicyRead() {
  ASSIGN_OR_RETURN(const auto record, store_.Read(ctx_, kPolicyKey));
  state::Expectation expectation{std::string(kPolicyKey), std::nullopt};
  if (!record) return std::pair(RefPolicy{}, std::move(expectation));
  expectation.version = record->version;
  ASSIGN_OR_RETURN(RefPolicy policy, DecodeRefPolicy(record->bytes));
  return std::pair(std::move(policy), std::move(expectation));
}

base::Result<std::vector<RunStanding>> Reader::Standings(const std::vector<model::RunId>& runs) {
  std::vector<RunStanding> standings;
  for (const model::RunId& id : SortedUnique(runs)) {
    ASSIGN_OR_RETURN(const auto run, FindRun(id));
    RunStanding standing{id, std::nullopt, std::nullopt};
    if (run) {
      standing.phase = run->state.phase;
      standing.version = run->version;
    }
    standings.push_back(std::move(standing));
  }
  return standings;
}

base::Result<std::vector<model::CommitId>> Reader::Bases(const model::CommitId& a,
                                                         const model::CommitId& b) {
  return MergeBases(a, b, [this](const model::CommitId& id) -> base::Result<CommitLinks> {
    ASSIGN_OR_RETURN(const auto commit, CommitAt(id));
    return CommitLinks{commit->parents, commit->generation};
  });
}

base::Result<std::optional<IdemRecord>> Reader::Answered(const std::string& request_id,
                                                         std::string_view operation) {
  if (request_id.empty()) return std::optional<IdemRecord>();
  ASSIGN_OR_RETURN(const auto record, store_.Read(ctx_, IdemKey(request_id)));
  if (!record) return std::optional<IdemRecord>();
  ASSIGN_OR_RETURN(IdemRecord answer, DecodeIdemRecord(record->bytes));
  if (answer.operation == operation) return std::optional<IdemRecord>(std::move(answer));
  return base::Error(base::Code::kInvalidArgument, kRequestReused,
                     "request id \"" + request_id + "\" was used for a \"" + answer.operation +
                         "\" before: take a new one for each request")
      .Set("request_id", request_id);
}

base::Result<std::optional<TableState>> Reader::TableIn(const base::Bytes& tree,
                                                        base::BytesView key) {
  ASSIGN_OR_RETURN(const auto bytes, TreeGet(nodes_, tree, key));
  if (!bytes) return std::optional<TableState>();
  ASSIGN_OR_RETURN(TableState table, DecodeTableState(*bytes));
  return std::optional<TableState>(std::move(table));
}

base::Status Reader::WalkRefs(const std::string& start, const std::string& after,
                              const std::function<bool(std::string name, RefRecord record)>& take) {
  std::string last = after.empty() ? "" : RefKey(after);
  while (true) {
    ASSIGN_OR_RETURN(const auto page, store_.List(ctx_, RefKey(start), last, kPage));
    for (const state::KeyedRecord& item : page) {
      ASSIGN_OR_RETURN(RefRecord ref, DecodeRefRecord(item.record.bytes));
      if (!take(item.key.substr(kRefPrefix.size()), std::move(ref))) return base::Ok();
    }
    if (page.size() < kPage) return base::Ok();
    last = page.back().key;
  }
}

base::Result<std::vector<std::pair<std::string, RefRecord>>> Reader::AllRefs(
    const std::string& start) {
  std::vector<std::pair<std::string, RefRecord>> refs;
  RETURN_IF_ERROR(WalkRefs(start, "", [&](std::string name, RefRecord record) {
    refs.emplace_back(std::move(name), std::move(record));
    return true;
  }));
  return refs;
}

}  // namespace catalog
