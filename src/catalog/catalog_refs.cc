#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/key.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "catalog/text_filter.h"
#include "model/names.h"

namespace catalog {
namespace {

constexpr char kCreate[] = "create_ref";
constexpr char kDelete[] = "delete_ref";
constexpr char kRename[] = "rename_ref";

ResolvedRef Answer(const std::string& name, const RefRecord& record) {
  return ResolvedRef{name, record.kind, record.commit, false, record.run_id, record.created_by};
}

base::Error Exists(const std::string& name, const RefRecord& record) {
  const bool branch = record.kind == RefKind::kBranch;
  return base::Error(base::Code::kAlreadyExists, branch ? kBranchExists : kTagExists,
                     std::string(RefKindName(record.kind)) + " \"" + name + "\" exists already")
      .Set("ref", name)
      .Set("hash", record.commit.text());
}

/// A ref that comes into being goes through the same gate as one that moves.
base::Status GuardNewRef(Reader& reader, const std::string& name, const model::CommitId& id,
                         state::Batch& batch) {
  ASSIGN_OR_RETURN(const auto commit, reader.CommitAt(id));
  ASSIGN_OR_RETURN(auto policy, reader.PolicyRead());
  ASSIGN_OR_RETURN(auto runs, reader.Standings(commit->open_runs));
  ASSIGN_OR_RETURN(auto guards,
                   GuardMove(policy.first, Move{name, id, std::move(runs), std::nullopt}));
  batch.expect.push_back(std::move(policy.second));
  batch.expect.insert(batch.expect.end(), guards.begin(), guards.end());
  return base::Ok();
}

/// The branch of a run at work stays under its name.
base::Status ExpectNoRunAtWork(Reader& reader, const std::string& name, const RefRecord& record,
                               state::Batch& batch) {
  if (record.run_id.empty()) return base::Ok();
  ASSIGN_OR_RETURN(const auto run, reader.FindRun(record.run_id));
  if (!run) return base::Ok();
  if (run->state.phase == RunPhase::kRunning || run->state.phase == RunPhase::kChecked) {
    return base::Error(base::Code::kFailedPrecondition, kRunState,
                       "\"" + name + "\" is the branch of run \"" + record.run_id.text() +
                           "\", which is still at work: cancel its job first")
        .Set("run_id", record.run_id.text())
        .Set("state", std::string(RunPhaseName(run->state.phase)));
  }
  batch.expect.push_back(state::Expectation{RunKey(record.run_id), run->version});
  return base::Ok();
}

struct NewRef {
  std::string name;
  std::string from;
  RefKind kind = RefKind::kBranch;
  std::string request_id;
};

base::Result<ResolvedRef> CreateRef(state::StateStore& store, const base::Clock& clock,
                                    const base::Context& ctx, const NewRef& wanted) {
  RETURN_IF_ERROR(model::CheckRefName(wanted.name));
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store, ctx);
    ASSIGN_OR_RETURN(const auto answered, reader.Answered(wanted.request_id, kCreate));
    if (answered) return ResolvedRef{answered->ref, wanted.kind, answered->commit, false, {}, {}};
    ASSIGN_OR_RETURN(const auto existing, reader.FindRef(wanted.name));
    if (existing) return Exists(wanted.name, existing->record);
    ASSIGN_OR_RETURN(const ResolvedRef source, reader.Resolve(wanted.from));
    const std::string by = ctx.principal.empty() ? "unknown" : ctx.principal;
    const RefRecord record{source.commit, wanted.kind, by, clock.Now(), {}};
    state::Batch batch;
    RETURN_IF_ERROR(GuardNewRef(reader, wanted.name, source.commit, batch));
    batch.expect.push_back(state::Expectation{RefKey(wanted.name), std::nullopt});
    batch.puts.push_back(state::Put{RefKey(wanted.name), EncodeRefRecord(record)});
    AddAnswer(batch, wanted.request_id,
              IdemRecord{kCreate, wanted.name, source.commit, true, clock.Now()});
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return Answer(wanted.name, record);
  }
  return Contended(wanted.name);
}

}  // namespace

base::Status Catalog::Init(const base::Context& ctx) {
  const std::string main(model::kMainBranch);
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto existing, reader.FindRef(main));
    if (existing) return base::Ok();
    const model::Namespace ns{{std::string(model::kDefaultNamespace)}};
    ASSIGN_OR_RETURN(base::Bytes tree,
                     TreeApply(reader.nodes(), EmptyTree(reader.nodes()),
                               TreeEdits{{KeyOf(ns), EncodeNamespaceEntry(NamespaceEntry{})}}));
    CommitNote note;
    note.message = "create the lake";
    DraftRequest request;
    request.tree = std::move(tree);
    request.note = &note;
    ASSIGN_OR_RETURN(Draft draft, MakeDraft(reader, clock_, rng_, std::move(request)));
    state::Batch batch;
    batch.objects = std::move(draft.objects);
    batch.expect.push_back(state::Expectation{RefKey(main), std::nullopt});
    const RefRecord record{draft.id, RefKind::kBranch, draft.commit.committer, clock_.Now(), {}};
    batch.puts.push_back(state::Put{RefKey(main), EncodeRefRecord(record)});
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return base::Ok();
  }
  return Contended(main);
}

base::Result<ResolvedRef> Catalog::CreateBranch(const base::Context& ctx, const std::string& name,
                                                const std::string& from,
                                                const std::string& request_id) {
  return CreateRef(store_, clock_, ctx, NewRef{name, from, RefKind::kBranch, request_id});
}

base::Result<ResolvedRef> Catalog::CreateTag(const base::Context& ctx, const std::string& name,
                                             const std::string& from,
                                             const std::string& request_id) {
  return CreateRef(store_, clock_, ctx, NewRef{name, from, RefKind::kTag, request_id});
}

base::Status Catalog::DeleteRef(const base::Context& ctx, const std::string& name, RefKind kind,
                                const std::string& request_id) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto answered, reader.Answered(request_id, kDelete));
    if (answered) return base::Ok();
    ASSIGN_OR_RETURN(const RefRead ref, reader.NeedRef(name, kind));
    ASSIGN_OR_RETURN(const RefPolicy policy, reader.Policy());
    if (policy.IsProtected(name)) return Protected(name, "it cannot be deleted");
    state::Batch batch;
    RETURN_IF_ERROR(ExpectNoRunAtWork(reader, name, ref.record, batch));
    batch.expect.push_back(state::Expectation{RefKey(name), ref.version});
    batch.deletes.push_back(RefKey(name));
    AddAnswer(batch, request_id, IdemRecord{kDelete, name, ref.record.commit, true, clock_.Now()});
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return base::Ok();
  }
  return Contended(name);
}

base::Result<ResolvedRef> Catalog::RenameRef(const base::Context& ctx, const std::string& from,
                                             const std::string& to, RefKind kind,
                                             const std::string& request_id) {
  RETURN_IF_ERROR(model::CheckRefName(to));
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto answered, reader.Answered(request_id, kRename));
    if (answered) return ResolvedRef{answered->ref, kind, answered->commit, false, {}, {}};
    ASSIGN_OR_RETURN(const RefRead ref, reader.NeedRef(from, kind));
    ASSIGN_OR_RETURN(const RefPolicy policy, reader.Policy());
    if (policy.IsProtected(from)) return Protected(from, "it cannot be renamed");
    ASSIGN_OR_RETURN(const auto existing, reader.FindRef(to));
    if (existing) return Exists(to, existing->record);
    state::Batch batch;
    batch.allow_many_refs = true;
    RETURN_IF_ERROR(ExpectNoRunAtWork(reader, from, ref.record, batch));
    RETURN_IF_ERROR(GuardNewRef(reader, to, ref.record.commit, batch));
    batch.expect.push_back(state::Expectation{RefKey(from), ref.version});
    batch.expect.push_back(state::Expectation{RefKey(to), std::nullopt});
    batch.puts.push_back(state::Put{RefKey(to), EncodeRefRecord(ref.record)});
    batch.deletes.push_back(RefKey(from));
    AddAnswer(batch, request_id, IdemRecord{kRename, to, ref.record.commit, true, clock_.Now()});
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return Answer(to, ref.record);
  }
  return Contended(from);
}

base::Result<std::vector<ResolvedRef>> Catalog::ListRefs(const base::Context& ctx, RefKind kind,
                                                         const RefList& list) {
  ASSIGN_OR_RETURN(const TextFilter filter, TextFilter::Of(list.name, list.search));
  Reader reader(store_, ctx);
  std::vector<ResolvedRef> found;
  const std::string start = list.user.empty() ? "" : list.user + ".";
  RETURN_IF_ERROR(
      reader.WalkRefs(start, list.after, [&](const std::string& name, RefRecord record) {
        if (record.kind == kind && filter.Matches(name)) found.push_back(Answer(name, record));
        return list.limit == 0 || found.size() < list.limit;
      }));
  return found;
}

base::Result<RefPolicy> Catalog::ReadPolicy(const base::Context& ctx) {
  return Reader(store_, ctx).Policy();
}

base::Status Catalog::WritePolicy(const base::Context& ctx, const RefPolicy& policy) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(auto before, reader.PolicyRead());
    state::Batch batch;
    batch.expect.push_back(std::move(before.second));
    ASSIGN_OR_RETURN(const auto refs, reader.AllRefs(""));
    for (const auto& [name, listed] : refs) {
      if (!policy.IsProtected(name)) continue;
      ASSIGN_OR_RETURN(const auto ref, reader.FindRef(name));
      if (!ref) continue;
      ASSIGN_OR_RETURN(const auto commit, reader.CommitAt(ref->record.commit));
      ASSIGN_OR_RETURN(auto runs, reader.Standings(commit->open_runs));
      ASSIGN_OR_RETURN(auto guards, GuardMove(policy, Move{name, ref->record.commit,
                                                           std::move(runs), std::nullopt}));
      batch.expect.insert(batch.expect.end(), guards.begin(), guards.end());
      batch.expect.push_back(state::Expectation{RefKey(name), ref->version});
    }
    batch.puts.push_back(state::Put{std::string(kPolicyKey), EncodeRefPolicy(policy)});
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return base::Ok();
  }
  return Contended("policy");
}

}  // namespace catalog
