// Git for data: commits, branches, tags, merges and runs over one state store (formats.md §2, 3,
// 6).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "base/rng.h"
#include "catalog/commit.h"
#include "catalog/id_counters.h"
#include "catalog/records.h"
#include "catalog/requests.h"
#include "model/ref.h"
#include "state/state_store.h"

namespace catalog {

/// Lost races before catalog.contended.
inline constexpr uint32_t kAttemptsMax = 64;

/// The catalog service. Borrows the store, clock and generator for its life. Thread-safe if `rng`
/// is (SystemRng) or calls do not overlap; several processes may work on one store. Holds no state
/// but them: each call reads what it needs. A write moves at most one ref, by compare-and-set, in
/// the same batch as all records that belong to it; when it fails nothing has changed. A branch
/// costs one record, a commit O(changes · log tables) objects. Errors: reasons.h, and those of the
/// store; kOutcomeUnknown comes through only when reading back did not settle it.
///
/// Protected refs (policy, "main" at first): cannot be deleted or renamed, take tables only from
/// published runs, merges and reverts, and never the work of an open run, by any path (GuardMove).
class Catalog {
 public:
  Catalog(state::StateStore& store, const base::Clock& clock, base::Rng& rng)
      : store_(store), clock_(clock), rng_(rng) {}

  /// Creates "main" with a first commit that holds the default namespace, unless it exists.
  base::Status Init(const base::Context& ctx);

  // Refs -----------------------------------------------------------------------------------------
  /// kNotFound "catalog.no_ref". A hash prefix is searched among the newest commits of the named
  /// ref, or of all refs.
  base::Result<ResolvedRef> Resolve(const base::Context& ctx, const std::string& text);
  base::Result<ResolvedRef> Resolve(const base::Context& ctx, const model::RefExpression& ref);
  /// O(1). A branch is created at any ref expression's commit.
  base::Result<ResolvedRef> CreateBranch(const base::Context& ctx, const std::string& name,
                                         const std::string& from,
                                         const std::string& request_id = "");
  base::Result<ResolvedRef> CreateTag(const base::Context& ctx, const std::string& name,
                                      const std::string& from, const std::string& request_id = "");
  /// kind: kBranch or kTag. The branch of a run that is still running is kept (catalog.run_state).
  base::Status DeleteRef(const base::Context& ctx, const std::string& name, RefKind kind,
                         const std::string& request_id = "");
  base::Result<ResolvedRef> RenameRef(const base::Context& ctx, const std::string& from,
                                      const std::string& to, RefKind kind,
                                      const std::string& request_id = "");
  /// In order of names.
  base::Result<std::vector<ResolvedRef>> ListRefs(const base::Context& ctx, RefKind kind,
                                                  const RefList& list);
  base::Result<RefPolicy> ReadPolicy(const base::Context& ctx);
  /// "catalog.open_runs" when a ref that would be protected holds work of an open run.
  base::Status WritePolicy(const base::Context& ctx, const RefPolicy& policy);

  // Reading --------------------------------------------------------------------------------------
  base::Result<Commit> ReadCommit(const base::Context& ctx, const model::CommitId& id);
  /// Newest first, by generation; starts with `from` itself, or behind `filter.after`.
  base::Result<std::vector<CommitEntry>> Log(const base::Context& ctx, const model::CommitId& from,
                                             const LogFilter& filter);
  base::Result<std::vector<TableEntry>> ListTables(const base::Context& ctx,
                                                   const model::CommitId& commit,
                                                   const TablePage& page = {});
  /// kNotFound "catalog.no_table" with the nearest name, or "catalog.no_namespace".
  base::Result<TableState> GetTable(const base::Context& ctx, const model::CommitId& commit,
                                    const model::TableName& name);
  /// Nothing when there is no such table.
  base::Result<std::optional<TableState>> FindTable(const base::Context& ctx,
                                                    const model::CommitId& commit,
                                                    const model::TableName& name);
  base::Result<std::vector<model::Namespace>> ListNamespaces(const base::Context& ctx,
                                                             const model::CommitId& commit,
                                                             const NamespacePage& page = {});
  base::Result<bool> HasNamespace(const base::Context& ctx, const model::CommitId& commit,
                                  const model::Namespace& ns);
  /// kNotFound "catalog.no_namespace".
  base::Result<NamespaceEntry> GetNamespace(const base::Context& ctx, const model::CommitId& commit,
                                            const model::Namespace& ns);
  /// Reads O(changes · log tables) nodes.
  base::Result<Difference> Diff(const base::Context& ctx, const model::CommitId& from,
                                const model::CommitId& to);

  // Writing --------------------------------------------------------------------------------------
  base::Result<CommitResult> CommitChanges(const base::Context& ctx, const CommitRequest& request);
  /// A commit with two parents (target first), also where a fast-forward would do; changed = false
  /// when the target already holds the source's history. "catalog.merge_conflict" names the tables.
  base::Result<CommitResult> Merge(const base::Context& ctx, const MergeRequest& request);
  /// Copies the tables' values as they are at `source`, all in one commit.
  base::Result<CommitResult> RevertTables(const base::Context& ctx, const RevertRequest& request);

  // Runs -----------------------------------------------------------------------------------------
  /// Forks the target to the run branch and records the run as running, in one batch.
  base::Result<RunState> StartRun(const base::Context& ctx, const StartRunRequest& request);
  base::Result<RunState> ReadRun(const base::Context& ctx, const model::RunId& run);
  base::Result<RunState> MarkRun(const base::Context& ctx, const MarkRequest& request);
  /// Merges the run branch into its target, marks the run published and deletes the run branch: one
  /// batch. On any error the run, its branch and the target are as before. Publishing a published
  /// run answers with its commit.
  base::Result<CommitResult> PublishRun(const base::Context& ctx, const PublishRequest& request);
  /// Lifts the quarantine of a failed or aborted run, by name.
  base::Result<RunState> ReleaseRun(const base::Context& ctx, const ReleaseRequest& request);
  base::Result<std::vector<RunState>> ListRuns(const base::Context& ctx);
  /// Deletes the branches of failed and aborted runs that ended before `ended_before`; their
  /// records stay. Returns the branches deleted.
  base::Result<std::vector<std::string>> PruneRuns(const base::Context& ctx,
                                                   base::Instant ended_before);

  // Ids ------------------------------------------------------------------------------------------
  struct IdsRead {
    IdCounters counters;
    std::optional<uint64_t> version;  // absent = no record yet
  };
  base::Result<IdsRead> ReadIds(const base::Context& ctx, const model::TableUuid& table);
  /// The expectation and put that make `counters` (from BumpIds) the new record, for any batch.
  static Extras IdsWrite(const model::TableUuid& table, const IdsRead& before,
                         const IdCounters& counters);
  /// Reads, bumps and stores at once, retrying lost races: for ids needed before a commit is built.
  base::Result<IdGrant> TakeIds(const base::Context& ctx, const model::TableUuid& table,
                                const IdRequest& request);

 private:
  state::StateStore& store_;
  const base::Clock& clock_;
  base::Rng& rng_;
};

}  // namespace catalog
