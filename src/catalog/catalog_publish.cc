#include "base/failpoint.h"
#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/merge_internal.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"

namespace catalog {
namespace {

constexpr char kOperation[] = "publish";

CommitNote PublishNote(const PublishRequest& request, const RunState& run) {
  CommitNote note = request.note;
  if (note.message.empty()) note.message = "publish run " + run.id.text();
  if (note.author.empty()) note.author = run.user;
  return note;
}

/// P9: what the checks read must be on the candidate as it was when they passed.
base::Status CheckUnmoved(Reader& reader, const PublishRequest& request, const RunState& run,
                          const base::Bytes& checked_tree, const base::Bytes& candidate_tree,
                          const model::CommitId& target) {
  std::vector<std::string> differ;
  for (const model::TableName& name : request.checked_tables) {
    ASSIGN_OR_RETURN(const auto checked, TreeGet(reader.nodes(), checked_tree, KeyOf(name)));
    ASSIGN_OR_RETURN(const auto candidate, TreeGet(reader.nodes(), candidate_tree, KeyOf(name)));
    if (checked != candidate) differ.push_back(name.ToString());
  }
  if (differ.empty()) return base::Ok();
  return base::Error(base::Code::kFailedPrecondition, kRecheckNeeded,
                     "\"" + run.target + "\" moved while the run was at work, and " +
                         JoinNames(differ) + " differ from what was checked: merge \"" +
                         run.target + "\" into \"" + run.branch + "\" and check again")
      .Set("run_id", run.id.text())
      .Set("tables", JoinNames(differ))
      .Set("ref", run.target)
      .Set("hash", target.text());
}

base::Status CheckPublishable(const RunState& run) {
  const bool at_work = run.phase == RunPhase::kRunning || run.phase == RunPhase::kChecked;
  if (at_work && !run.branch.empty()) return base::Ok();
  const std::string phase(RunPhaseName(run.phase));
  return base::Error(
             base::Code::kFailedPrecondition, kRunState,
             run.branch.empty()
                 ? "run \"" + run.id.text() + "\" has no branch to publish: it wrote directly"
                 : "run \"" + run.id.text() + "\" is " + phase + " and cannot be published")
      .Set("run_id", run.id.text())
      .Set("state", phase);
}

base::Result<std::vector<base::Bytes>> TablesChanged(Reader& reader, const base::Bytes& from,
                                                     const base::Bytes& to) {
  ASSIGN_OR_RETURN(const auto changes, TreeDiff(reader.nodes(), from, to));
  std::vector<base::Bytes> keys;
  for (const TreeChange& change : changes) {
    if (IsTableKey(change.key)) keys.push_back(change.key);
  }
  return keys;
}

struct Heads {
  RunRead run;
  RefRead branch;
  RefRead target;
};

base::Result<Heads> ReadHeads(Reader& reader, const RunRead& run) {
  ASSIGN_OR_RETURN(RefRead branch, reader.NeedRef(run.state.branch, RefKind::kBranch));
  ASSIGN_OR_RETURN(RefRead target, reader.NeedRef(run.state.target, RefKind::kBranch));
  return Heads{run, std::move(branch), std::move(target)};
}

struct Candidate {
  bool changed = false;  // false: the target already holds all of it
  DraftRequest draft;
  std::vector<base::Bytes> keys;  // of the tables that publishing changes on the target
};

/// Merges in memory and checks the very result: nothing is written.
base::Result<Candidate> MakeCandidate(Reader& reader, const Heads& heads,
                                      const PublishRequest& request) {
  const RunState& run = heads.run.state;
  const model::CommitId head = heads.branch.record.commit;
  const model::CommitId target = heads.target.record.commit;
  ASSIGN_OR_RETURN(Merged merged, MergeTrees(reader, MergeSides{target, head, run.target,
                                                                run.branch, &request.resolver}));
  ASSIGN_OR_RETURN(const auto checked, reader.CommitAt(head));
  ASSIGN_OR_RETURN(const auto before, reader.CommitAt(target));
  RETURN_IF_ERROR(CheckUnmoved(reader, request, run, checked->tree, merged.tree, target));
  Candidate candidate;
  ASSIGN_OR_RETURN(candidate.keys, TablesChanged(reader, before->tree, merged.tree));
  candidate.changed = !merged.nothing_to_do;
  candidate.draft.parents = {target, head};
  candidate.draft.tree = std::move(merged.tree);
  candidate.draft.run_id = run.id;
  candidate.draft.value_runs = std::move(merged.value_runs);
  candidate.draft.publishing = run.id;
  candidate.draft.ops = std::move(merged.ops);
  return candidate;
}

}  // namespace

base::Result<CommitResult> Catalog::PublishRun(const base::Context& ctx,
                                               const PublishRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const RunRead run, reader.NeedRun(request.run_id));
    if (run.state.phase == RunPhase::kPublished) {  // asked again
      return CommitResult{run.state.published_commit, true};
    }
    RETURN_IF_ERROR(CheckPublishable(run.state));
    ASSIGN_OR_RETURN(const Heads heads, ReadHeads(reader, run));
    ASSIGN_OR_RETURN(Candidate candidate, MakeCandidate(reader, heads, request));
    RunState after = run.state;
    after.phase = RunPhase::kPublished;
    after.ended = clock_.Now();
    after.published_keys = std::move(candidate.keys);
    state::Batch batch;
    CommitResult result{heads.target.record.commit, false};
    const CommitNote note = PublishNote(request, run.state);
    candidate.draft.note = &note;
    if (candidate.changed) {
      ASSIGN_OR_RETURN(const Draft draft,
                       MakeDraft(reader, clock_, rng_, std::move(candidate.draft)));
      RETURN_IF_ERROR(
          AddRefMove(reader, batch, run.state.target, heads.target, draft, run.state.id));
      result = CommitResult{draft.id, true};
    }
    after.published_commit = result.commit;
    batch.expect.push_back(state::Expectation{RunKey(run.state.id), run.version});
    batch.expect.push_back(state::Expectation{RefKey(run.state.branch), heads.branch.version});
    batch.puts.push_back(state::Put{RunKey(run.state.id), EncodeRunState(after)});
    batch.deletes.push_back(RefKey(run.state.branch));
    AddAnswer(batch, request.note.request_id,
              IdemRecord{kOperation, run.state.target, result.commit, result.changed, after.ended});
    AddExtras(batch, request.extras);
    base::Failpoint("publish.before_batch");
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch, request.extras));
    if (!applied) continue;
    base::Failpoint("publish.after_batch");
    return result;
  }
  return Contended(request.run_id.text());
}

}  // namespace catalog
