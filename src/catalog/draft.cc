#include <algorithm>

#include "base/failpoint.h"
#include "catalog/draft_internal.h"
#include "catalog/reasons.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

base::Bytes Nonce(base::Rng& rng) {
  base::Bytes nonce;
  for (int half = 0; half < 2; ++half) {
    uint64_t bits = rng.Next();
    for (int i = 0; i < 8; ++i, bits >>= 8) nonce += static_cast<char>(bits & 0xFF);
  }
  return nonce;
}

}  // namespace

base::Result<Draft> MakeDraft(Reader& reader, const base::Clock& clock, base::Rng& rng,
                              DraftRequest request) {
  Draft draft;
  Commit& commit = draft.commit;
  commit.tree = std::move(request.tree);
  commit.parents = std::move(request.parents);
  std::vector<model::RunId> runs = std::move(request.value_runs);
  if (!request.run_id.empty()) runs.push_back(request.run_id);
  for (const model::CommitId& id : commit.parents) {
    ASSIGN_OR_RETURN(const auto parent, reader.CommitAt(id));
    commit.generation = std::max(commit.generation, parent->generation + 1);
    runs.insert(runs.end(), parent->open_runs.begin(), parent->open_runs.end());
  }
  ASSIGN_OR_RETURN(draft.runs, reader.Standings(runs));
  for (const RunStanding& run : draft.runs) {
    const bool closed = run.id == request.publishing || (run.phase && IsClosed(*run.phase));
    if (!closed) commit.open_runs.push_back(run.id);
  }
  const std::string& principal = reader.ctx().principal;
  commit.committer = principal.empty() ? "unknown" : principal;
  commit.author = request.note->author.empty() ? commit.committer : request.note->author;
  commit.authored = commit.committed = clock.Now();
  commit.message = request.note->message;
  commit.properties = request.note->properties;
  commit.run_id = request.run_id;
  commit.nonce = Nonce(rng);
  commit.ops = std::move(request.ops);
  commit.reads = std::move(request.reads);
  ASSIGN_OR_RETURN(draft.objects, reader.nodes().ObjectsFor(commit.tree));
  base::Bytes bytes = EncodeCommit(commit);
  draft.id = CommitIdOf(bytes);
  draft.objects.push_back(state::Object{HashOf(draft.id), std::move(bytes)});
  return draft;
}

base::Status AddRefMove(Reader& reader, state::Batch& batch, const std::string& name,
                        const RefRead& before, const Draft& draft,
                        const std::optional<model::RunId>& publishing) {
  ASSIGN_OR_RETURN(auto policy, reader.PolicyRead());
  ASSIGN_OR_RETURN(auto guards,
                   GuardMove(policy.first, Move{name, draft.id, draft.runs, publishing}));
  batch.expect.push_back(std::move(policy.second));
  batch.objects.insert(batch.objects.end(), draft.objects.begin(), draft.objects.end());
  batch.expect.push_back(state::Expectation{RefKey(name), before.version});
  batch.expect.insert(batch.expect.end(), guards.begin(), guards.end());
  RefRecord record = before.record;
  record.commit = draft.id;
  batch.puts.push_back(state::Put{RefKey(name), EncodeRefRecord(record)});
  return base::Ok();
}

void AddAnswer(state::Batch& batch, const std::string& request_id, const IdemRecord& answer) {
  if (request_id.empty()) return;
  batch.expect.push_back(state::Expectation{IdemKey(request_id), std::nullopt});
  batch.puts.push_back(state::Put{IdemKey(request_id), EncodeIdemRecord(answer)});
}

void AddExtras(state::Batch& batch, const Extras& extras) {
  const auto is_ours = [](const std::string& key) {
    return key.starts_with(kRefPrefix) || key.starts_with(kRunPrefix) ||
           key.starts_with(kIdemPrefix);
  };
  for (const state::Put& put : extras.puts) CHECK(!is_ours(put.key));
  for (const std::string& key : extras.deletes) CHECK(!is_ours(key));
  batch.objects.insert(batch.objects.end(), extras.objects.begin(), extras.objects.end());
  batch.expect.insert(batch.expect.end(), extras.expect.begin(), extras.expect.end());
  batch.puts.insert(batch.puts.end(), extras.puts.begin(), extras.puts.end());
  batch.deletes.insert(batch.deletes.end(), extras.deletes.begin(), extras.deletes.end());
}

base::Result<bool> ApplyOnce(Reader& reader, const state::Batch& batch, const Extras& extras) {
  base::Status applied = reader.store().Apply(reader.ctx(), batch);
  if (applied.ok()) return true;
  base::Error error = std::move(applied).error();
  if (error.code == base::Code::kConflict) {
    const std::string key = error.context["key"];
    const bool of_caller =
        std::any_of(extras.expect.begin(), extras.expect.end(),
                    [&](const state::Expectation& expectation) { return expectation.key == key; });
    if (!of_caller) return false;
    return base::Error(base::Code::kConflict, kBatchConflict,
                       "record \"" + key + "\" changed meanwhile: read it again")
        .Set("key", key)
        .CausedBy(std::move(error));
  }
  if (error.code != base::Code::kOutcomeUnknown) return error;
  if (!batch.puts.empty()) {
    const auto now = reader.store().Read(reader.ctx(), batch.puts.front().key);
    if (now.ok() && *now && (*now)->bytes == batch.puts.front().bytes) return true;
  } else if (!batch.deletes.empty()) {
    const auto now = reader.store().Read(reader.ctx(), batch.deletes.front());
    if (now.ok() && !*now) return true;
  }
  return error;
}

base::Error Contended(const std::string& ref) {
  return base::Error(base::Code::kUnavailable, kContended,
                     "\"" + ref + "\" kept changing: try again")
      .Set("ref", ref);
}

base::Error Protected(const std::string& ref, std::string_view what) {
  return base::Error(base::Code::kPermissionDenied, kProtected,
                     "\"" + ref + "\" is protected: " + std::string(what))
      .Set("ref", ref);
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

}  // namespace catalog
