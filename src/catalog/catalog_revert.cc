#include <set>

#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "catalog/stage_internal.h"

namespace catalog {
namespace {

/// What reverting would undo only in part.
struct Split {
  model::RunId run;
  std::vector<std::string> left_out;
};

/// Runs that wrote the current values of tables among `keys` and also of others (P6).
base::Result<std::vector<Split>> FindSplits(Reader& reader, const base::Bytes& tree,
                                            const std::set<base::Bytes>& keys) {
  std::set<model::RunId> runs;
  for (const base::Bytes& key : keys) {
    ASSIGN_OR_RETURN(const auto table, reader.TableIn(tree, key));
    if (table && !table->run_id.empty()) runs.insert(table->run_id);
  }
  std::vector<Split> splits;
  for (const model::RunId& id : runs) {
    ASSIGN_OR_RETURN(const auto run, reader.FindRun(id));
    if (!run) continue;
    Split split{id, {}};
    for (const base::Bytes& key : run->state.published_keys) {
      if (keys.contains(key)) continue;
      ASSIGN_OR_RETURN(const auto table, reader.TableIn(tree, key));
      if (table && table->run_id == id) split.left_out.push_back(KeyText(key));
    }
    if (!split.left_out.empty()) splits.push_back(std::move(split));
  }
  return splits;
}

base::Result<PutTable> RevertOne(Reader& reader, const model::TableName& name,
                                 const RevertRequest& request, const model::CommitId& source,
                                 const model::CommitId& head) {
  ASSIGN_OR_RETURN(const auto from, reader.CommitAt(source));
  ASSIGN_OR_RETURN(const auto to, reader.CommitAt(head));
  ASSIGN_OR_RETURN(const auto wanted, reader.TableIn(from->tree, KeyOf(name)));
  if (!wanted) {
    return NoTable(name.ToString(), source, {}).With("source \"" + request.source + "\"");
  }
  ASSIGN_OR_RETURN(const auto current, reader.TableIn(to->tree, KeyOf(name)));
  const auto refuse = [&](base::Code code, const char* reason, const std::string& what) {
    return base::Error(code, reason, "table \"" + name.ToString() + "\" " + what)
        .Set("table", name.ToString())
        .Set("hash", head.text());
  };
  if (current && !request.replace) {
    return refuse(base::Code::kAlreadyExists, kRevertExists,
                  "exists in \"" + request.into + "\": ask to replace it");
  }
  if (current == wanted) {
    return refuse(base::Code::kFailedPrecondition, kRevertIdentical,
                  "is the same in \"" + request.source + "\" and \"" + request.into + "\"");
  }
  return PutTable{name, *wanted, Presence::kAny, Intent::kRevert, {}};
}

}  // namespace

base::Result<CommitResult> Catalog::RevertTables(const base::Context& ctx,
                                                 const RevertRequest& request) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto answered, reader.Answered(request.note.request_id, "commit"));
  if (answered) return CommitResult{answered->commit, answered->changed};
  ASSIGN_OR_RETURN(const RefRead into, reader.NeedRef(request.into, RefKind::kBranch));
  ASSIGN_OR_RETURN(const ResolvedRef source, reader.Resolve(request.source));
  if (source.name == request.into && !source.pinned) {
    return base::Error(base::Code::kInvalidArgument, kSameRef,
                       "\"" + request.into + "\" cannot be reverted to itself: name a commit")
        .Set("ref", request.into);
  }
  CommitRequest commit;
  commit.branch = request.into;
  commit.based_on = into.record.commit;
  commit.note = request.note;
  commit.allow_direct_on_protected = true;
  std::set<base::Bytes> keys;
  std::vector<std::string> names;
  for (const model::TableName& name : request.tables) {
    if (!keys.insert(KeyOf(name)).second) continue;
    names.push_back(name.ToString());
    ASSIGN_OR_RETURN(PutTable put,
                     RevertOne(reader, name, request, source.commit, into.record.commit));
    commit.changes.push_back(std::move(put));
  }
  ASSIGN_OR_RETURN(const auto head, reader.CommitAt(into.record.commit));
  ASSIGN_OR_RETURN(const auto splits, FindSplits(reader, head->tree, keys));
  ASSIGN_OR_RETURN(const RefPolicy policy, reader.Policy());
  for (const Split& split : splits) {
    if (!policy.IsProtected(request.into) || request.allow_split) {
      commit.note.properties["boathouse_splits_run"] = split.run.text();
      continue;
    }
    return base::Error(base::Code::kFailedPrecondition, kSplitsRun,
                       "run \"" + split.run.text() + "\" also wrote " + JoinNames(split.left_out) +
                           ": revert these together, or on a branch of your own")
        .Set("run_id", split.run.text())
        .Set("tables", JoinNames(split.left_out))
        .Set("ref", request.into);
  }
  if (commit.note.message.empty()) {
    commit.note.message = "revert " + JoinNames(names) + " to " + request.source;
  }
  return CommitChanges(ctx, commit);
}

}  // namespace catalog
