#include "base/failpoint.h"
#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "catalog/stage_internal.h"

namespace catalog {
namespace {

constexpr char kOperation[] = "commit";

struct Names {
  base::Bytes operator()(const PutTable& put) const { return KeyOf(put.name); }
  base::Bytes operator()(const DropTable& drop) const { return KeyOf(drop.name); }
  base::Bytes operator()(const CreateNamespace& create) const { return KeyOf(create.ns); }
  base::Bytes operator()(const SetNamespaceProperties& set) const { return KeyOf(set.ns); }
  base::Bytes operator()(const DeleteNamespace& drop) const { return KeyOf(drop.ns); }
};

/// The branch moved from what the changes are based on to `head`: may they be made there?
base::Status CheckRebase(Reader& reader, const CommitRequest& request,
                         const model::CommitId& based_on, const model::CommitId& head) {
  if (based_on == head) return base::Ok();
  if (request.when_moved == WhenMoved::kRefuse) {
    return base::Error(base::Code::kConflict, kRefMoved,
                       "\"" + request.branch + "\" moved meanwhile: look at it and try again")
        .Set("ref", request.branch)
        .Set("expected", based_on.text())
        .Set("hash", head.text());
  }
  ASSIGN_OR_RETURN(const auto then, reader.CommitAt(based_on));
  ASSIGN_OR_RETURN(const auto now, reader.CommitAt(head));
  std::vector<std::string> moved;
  for (const Change& change : request.changes) {
    const base::Bytes key = std::visit(Names{}, change);
    ASSIGN_OR_RETURN(const auto before, TreeGet(reader.nodes(), then->tree, key));
    ASSIGN_OR_RETURN(const auto after, TreeGet(reader.nodes(), now->tree, key));
    if (before != after) moved.push_back(KeyText(key));
  }
  if (moved.empty()) return base::Ok();
  return base::Error(base::Code::kConflict, kTableMoved,
                     "\"" + request.branch + "\" moved meanwhile and changed " + JoinNames(moved) +
                         ": start again from its head")
      .Set("ref", request.branch)
      .Set("tables", JoinNames(moved))
      .Set("hash", head.text());
}

/// What a protected ref takes by a plain commit: namespaces, drops and reverts, no run's own
/// writing.
base::Status CheckDirect(Reader& reader, const CommitRequest& request) {
  ASSIGN_OR_RETURN(const RefPolicy policy, reader.Policy());
  if (!policy.IsProtected(request.branch)) return base::Ok();
  if (!request.run_id.empty()) {
    return Protected(request.branch,
                     "a run without a transaction may not write to it, run with one");
  }
  for (const Change& change : request.changes) {
    if (request.allow_direct_on_protected) break;
    if (std::holds_alternative<PutTable>(change)) {
      return Protected(request.branch, "tables get there by runs, imports, merges and reverts");
    }
  }
  return base::Ok();
}

/// The expectation that the run is still at work.
base::Status ExpectRunOpen(Reader& reader, const model::RunId& id, state::Batch& batch) {
  if (id.empty()) return base::Ok();
  ASSIGN_OR_RETURN(const RunRead run, reader.NeedRun(id));
  if (run.state.phase != RunPhase::kRunning && run.state.phase != RunPhase::kChecked) {
    return base::Error(base::Code::kFailedPrecondition, kRunState,
                       "run \"" + id.text() + "\" is " +
                           std::string(RunPhaseName(run.state.phase)) + " and cannot commit")
        .Set("run_id", id.text())
        .Set("state", std::string(RunPhaseName(run.state.phase)));
  }
  batch.expect.push_back(state::Expectation{RunKey(id), run.version});
  return base::Ok();
}

}  // namespace

base::Result<CommitResult> Catalog::CommitChanges(const base::Context& ctx,
                                                  const CommitRequest& request) {
  std::optional<model::CommitId> based_on = request.based_on;
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto answered, reader.Answered(request.note.request_id, kOperation));
    if (answered) return CommitResult{answered->commit, answered->changed};
    ASSIGN_OR_RETURN(const RefRead ref, reader.NeedRef(request.branch, RefKind::kBranch));
    const model::CommitId head = ref.record.commit;
    if (!based_on) based_on = head;
    state::Batch batch;
    RETURN_IF_ERROR(ExpectRunOpen(reader, request.run_id, batch));
    RETURN_IF_ERROR(CheckDirect(reader, request));
    RETURN_IF_ERROR(CheckRebase(reader, request, *based_on, head));
    ASSIGN_OR_RETURN(const auto parent, reader.CommitAt(head));
    ASSIGN_OR_RETURN(Staged staged,
                     StageChanges(reader, head, parent->tree, request.changes, request.run_id));
    IdemRecord answer{kOperation, request.branch, head, false, clock_.Now()};
    if (!staged.edits.empty()) {
      ASSIGN_OR_RETURN(base::Bytes tree, ApplyWhole(reader, head, parent->tree, staged.edits));
      ASSIGN_OR_RETURN(const Draft draft, MakeDraft(reader, clock_, rng_,
                                                    DraftRequest{{head},
                                                                 std::move(tree),
                                                                 &request.note,
                                                                 request.run_id,
                                                                 std::move(staged.value_runs),
                                                                 std::nullopt,
                                                                 std::move(staged.ops),
                                                                 request.reads}));
      RETURN_IF_ERROR(AddRefMove(reader, batch, request.branch, ref, draft));
      answer.commit = draft.id;
      answer.changed = true;
    }
    AddAnswer(batch, request.note.request_id, answer);
    AddExtras(batch, request.extras);
    if (batch.puts.empty() && batch.deletes.empty()) return CommitResult{head, false};
    base::Failpoint("commit.before_batch");
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch, request.extras));
    if (applied) return CommitResult{answer.commit, answer.changed};
  }
  return Contended(request.branch);
}

}  // namespace catalog
