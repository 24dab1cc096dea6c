#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "model/names.h"
#include "model/ref.h"

namespace catalog {
namespace {

constexpr uint32_t kPage = 1000;

base::Error WrongPhase(const RunState& run, const std::string& what) {
  const std::string phase(RunPhaseName(run.phase));
  return base::Error(base::Code::kFailedPrecondition, kRunState,
                     "run \"" + run.id.text() + "\" is " + phase + " and cannot be " + what)
      .Set("run_id", run.id.text())
      .Set("state", phase);
}

bool AtWork(RunPhase phase) {
  return phase == RunPhase::kRunning || phase == RunPhase::kChecked;
}

/// A run without a transaction has published what it wrote when it ends well; others publish by
/// PublishRun only.
bool MayBecome(const RunState& run, RunPhase phase) {
  switch (phase) {
    case RunPhase::kChecked:
      return run.phase == RunPhase::kRunning;
    case RunPhase::kFailed:
    case RunPhase::kAborted:
      return AtWork(run.phase);
    case RunPhase::kPublished:
      return run.branch.empty() && AtWork(run.phase);
    case RunPhase::kRunning:
    case RunPhase::kReleased:
      return false;
  }
  return false;
}

/// Writes a run's next state, expecting the last one.
base::Result<bool> WriteRun(Reader& reader, const RunRead& before, const RunState& after,
                            const Extras& extras) {
  state::Batch batch;
  batch.expect.push_back(state::Expectation{RunKey(after.id), before.version});
  batch.puts.push_back(state::Put{RunKey(after.id), EncodeRunState(after)});
  AddExtras(batch, extras);
  return ApplyOnce(reader, batch, extras);
}

}  // namespace

base::Result<RunState> Catalog::StartRun(const base::Context& ctx, const StartRunRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const auto known, reader.FindRun(request.run_id));
    if (known) {
      if (known->state.job_id == request.job_id) return known->state;  // asked again
      return base::Error(base::Code::kAlreadyExists, kRunExists,
                         "run \"" + request.run_id.text() + "\" exists already")
          .Set("run_id", request.run_id.text());
    }
    ASSIGN_OR_RETURN(const RefRead target, reader.NeedRef(request.target, RefKind::kBranch));
    RunState run;
    run.id = request.run_id;
    run.base_commit = request.base.value_or(target.record.commit);
    run.target = request.target;
    run.job_id = request.job_id;
    run.project_id = request.project_id;
    run.user = request.user;
    run.command = request.command;
    run.created = clock_.Now();
    state::Batch batch;
    batch.expect.push_back(state::Expectation{RunKey(run.id), std::nullopt});
    if (request.transactional) {
      run.branch = RunBranchName(run);
      RETURN_IF_ERROR(model::CheckRefName(run.branch));
      ASSIGN_OR_RETURN(const auto taken, reader.FindRef(run.branch));
      if (taken) {
        return base::Error(base::Code::kAlreadyExists, kBranchExists,
                           "branch \"" + run.branch + "\" exists already")
            .Set("ref", run.branch)
            .Set("hash", taken->record.commit.text());
      }
      const RefRecord record{run.base_commit, RefKind::kBranch, run.user, run.created, run.id};
      batch.expect.push_back(state::Expectation{RefKey(run.branch), std::nullopt});
      batch.puts.push_back(state::Put{RefKey(run.branch), EncodeRefRecord(record)});
    } else {
      ASSIGN_OR_RETURN(const RefPolicy policy, reader.Policy());
      if (policy.IsProtected(request.target)) {
        return Protected(request.target,
                         "a run without a transaction may not write to it, run with one");
      }
    }
    batch.puts.push_back(state::Put{RunKey(run.id), EncodeRunState(run)});
    AddExtras(batch, request.extras);
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch, request.extras));
    if (applied) return run;
  }
  return Contended(request.target);
}

base::Result<RunState> Catalog::ReadRun(const base::Context& ctx, const model::RunId& run) {
  ASSIGN_OR_RETURN(RunRead found, Reader(store_, ctx).NeedRun(run));
  return std::move(found.state);
}

base::Result<RunState> Catalog::MarkRun(const base::Context& ctx, const MarkRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const RunRead run, reader.NeedRun(request.run_id));
    if (run.state.phase == request.phase) return run.state;  // asked again
    if (!MayBecome(run.state, request.phase)) {
      return WrongPhase(run.state, std::string(RunPhaseName(request.phase)));
    }
    RunState after = run.state;
    after.phase = request.phase;
    after.error = request.error;
    if (request.phase != RunPhase::kChecked) after.ended = clock_.Now();
    ASSIGN_OR_RETURN(const bool applied, WriteRun(reader, run, after, request.extras));
    if (applied) return after;
  }
  return Contended(request.run_id.text());
}

base::Result<RunState> Catalog::ReleaseRun(const base::Context& ctx,
                                           const ReleaseRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const RunRead run, reader.NeedRun(request.run_id));
    if (run.state.phase == RunPhase::kReleased) return run.state;
    if (run.state.phase != RunPhase::kFailed && run.state.phase != RunPhase::kAborted) {
      return WrongPhase(run.state, "released");
    }
    RunState after = run.state;
    after.phase = RunPhase::kReleased;
    after.released_by = request.by;
    after.released_why = request.why;
    ASSIGN_OR_RETURN(const bool applied, WriteRun(reader, run, after, {}));
    if (applied) return after;
  }
  return Contended(request.run_id.text());
}

base::Result<std::vector<RunState>> Catalog::ListRuns(const base::Context& ctx) {
  std::vector<RunState> runs;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, store_.List(ctx, kRunPrefix, after, kPage));
    for (const state::KeyedRecord& item : page) {
      ASSIGN_OR_RETURN(RunState run, DecodeRunState(item.record.bytes));
      runs.push_back(std::move(run));
    }
    if (page.size() < kPage) return runs;
    after = page.back().key;
  }
}

base::Result<std::vector<std::string>> Catalog::PruneRuns(const base::Context& ctx,
                                                          base::Instant ended_before) {
  ASSIGN_OR_RETURN(const auto runs, ListRuns(ctx));
  std::vector<std::string> pruned;
  for (const RunState& listed : runs) {
    const bool over = listed.phase == RunPhase::kFailed || listed.phase == RunPhase::kAborted;
    if (!over || listed.branch.empty() || listed.ended >= ended_before) continue;
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const RunRead run, reader.NeedRun(listed.id));
    ASSIGN_OR_RETURN(const auto branch, reader.FindRef(listed.branch));
    if (!branch || branch->record.run_id != listed.id || run.state != listed) continue;
    state::Batch batch;
    batch.expect.push_back(state::Expectation{RunKey(listed.id), run.version});
    batch.expect.push_back(state::Expectation{RefKey(listed.branch), branch->version});
    batch.deletes.push_back(RefKey(listed.branch));
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) pruned.push_back(listed.branch);  // else somebody uses it: next time
  }
  return pruned;
}

}  // namespace catalog
