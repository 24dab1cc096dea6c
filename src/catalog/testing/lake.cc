#include "catalog/testing/lake.h"

#include "base/check.h"

namespace catalog::testing {

Lake::Lake(uint64_t seed) : rng(seed), catalog(memory, clock, rng) {
  ctx.principal = "ada";
  CHECK(catalog.Init(ctx).ok());
}

Lake::Lake(state::StateStore& store, uint64_t seed) : rng(seed), catalog(store, clock, rng) {
  ctx.principal = "ada";
}

model::TableName Lake::Table(const std::string& name) {
  return model::TableName{{{"bauplan"}}, name};
}

TableState Lake::NewState() {
  TableState state;
  state.content_id = base::NewUuid(rng);
  state.table_uuid = model::TableUuid(base::NewUuid(rng));
  state.metadata_location = "file:///" + state.content_id;
  state.snapshot_id = base::NewPositiveInt64(rng);
  return state;
}

model::CommitId Lake::Head(const std::string& ref) {
  const auto resolved = catalog.Resolve(ctx, ref);
  CHECK(resolved.ok());
  return resolved->commit;
}

base::Result<CommitResult> Lake::Put(const std::string& branch,
                                     const std::vector<std::string>& tables,
                                     const std::string& run) {
  CommitRequest request;
  request.branch = branch;
  request.run_id = model::RunId(run);
  for (const std::string& table : tables) {
    request.changes.push_back(
        PutTable{Table(table), NewState(), Presence::kAny, Intent::kReplace, {}});
  }
  return catalog.CommitChanges(ctx, request);
}

base::Result<CommitResult> Lake::Merge(const std::string& source, const std::string& into) {
  MergeRequest request;
  request.source = source;
  request.into = into;
  return catalog.Merge(ctx, request);
}

base::Result<RunState> Lake::Start(const std::string& run, const std::string& target) {
  StartRunRequest request;
  request.run_id = model::RunId(run);
  request.target = target;
  request.user = "ada";
  request.job_id = model::JobId("job-" + run);
  return catalog.StartRun(ctx, request);
}

base::Result<CommitResult> Lake::Publish(const std::string& run) {
  PublishRequest request;
  request.run_id = model::RunId(run);
  return catalog.PublishRun(ctx, request);
}

base::Result<RunState> Lake::Mark(const std::string& run, RunPhase phase) {
  MarkRequest request;
  request.run_id = model::RunId(run);
  request.phase = phase;
  return catalog.MarkRun(ctx, request);
}

}  // namespace catalog::testing
