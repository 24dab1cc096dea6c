#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/merge_internal.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"

namespace catalog {
namespace {

constexpr char kOperation[] = "merge";

std::string MergeMessage(const MergeRequest& request) {
  return "merge " + request.source + " into " + request.into;
}

}  // namespace

base::Result<CommitResult> Catalog::Merge(const base::Context& ctx, const MergeRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto answered, reader.Answered(request.note.request_id, kOperation));
    if (answered) return CommitResult{answered->commit, answered->changed};
    ASSIGN_OR_RETURN(const RefRead into, reader.NeedRef(request.into, RefKind::kBranch));
    ASSIGN_OR_RETURN(const ResolvedRef source, reader.Resolve(request.source));
    if (source.name == request.into && !source.pinned) {
      return base::Error(base::Code::kInvalidArgument, kSameRef,
                         "\"" + request.into + "\" cannot be merged into itself")
          .Set("ref", request.into);
    }
    const model::CommitId head = into.record.commit;
    if (request.expected_head && *request.expected_head != head) {
      return base::Error(base::Code::kConflict, kRefMoved,
                         "\"" + request.into + "\" moved meanwhile: look at it and try again")
          .Set("ref", request.into)
          .Set("expected", request.expected_head->text())
          .Set("hash", head.text());
    }
    ASSIGN_OR_RETURN(Merged merged,
                     MergeTrees(reader, MergeSides{head, source.commit, request.into,
                                                   request.source, &request.resolver}));
    state::Batch batch;
    IdemRecord answer{kOperation, request.into, head, !merged.nothing_to_do, clock_.Now()};
    if (!merged.nothing_to_do) {
      CommitNote note = request.note;
      if (note.message.empty()) note.message = MergeMessage(request);
      ASSIGN_OR_RETURN(const Draft draft, MakeDraft(reader, clock_, rng_,
                                                    DraftRequest{{head, source.commit},
                                                                 std::move(merged.tree),
                                                                 &note,
                                                                 {},
                                                                 std::move(merged.value_runs),
                                                                 std::nullopt,
                                                                 std::move(merged.ops),
                                                                 {}}));
      RETURN_IF_ERROR(AddRefMove(reader, batch, request.into, into, draft));
      answer.commit = draft.id;
    }
    AddAnswer(batch, request.note.request_id, answer);
    AddExtras(batch, request.extras);
    if (batch.puts.empty() && batch.deletes.empty()) return CommitResult{head, false};
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch, request.extras));
    if (applied) return CommitResult{answer.commit, answer.changed};
  }
  return Contended(request.into);
}

}  // namespace catalog
