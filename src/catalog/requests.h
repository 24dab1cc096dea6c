// What callers of the catalog ask and get: plain values, one struct per operation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/commit.h"
#include "catalog/records.h"
#include "catalog/table_state.h"
#include "model/ids.h"
#include "model/names.h"
#include "state/state_store.h"

namespace catalog {

/// Records of the caller that go into the same batch as the catalog's own: jobs, id counters. No
/// key under "ref/", "run/" or "idem/".
struct Extras {
  std::vector<state::Object> objects;
  std::vector<state::Expectation> expect;
  std::vector<state::Put> puts;
  std::vector<std::string> deletes;
};

/// Who did it and what to remember with the commit.
struct CommitNote {
  std::string author;  // empty = the context's principal, who is always the committer
  std::string message;
  std::map<std::string, std::string> properties;
  std::string request_id;  // a repeated one returns the first answer; empty = none
};

/// A ref that was looked up. A bare hash has kind kCommit and no name.
struct ResolvedRef {
  std::string name;
  RefKind kind = RefKind::kCommit;
  model::CommitId commit;
  bool pinned = false;  // by "@hash" or a relative step: not (necessarily) the ref's head
  model::RunId run_id;  // of a run branch
  std::string created_by;
};

struct RefList {
  std::string name;  // exact, or a regular expression (searched) when it starts with ^; empty = all
  bool search = false;  // `name` is an expression in any case, found anywhere in a name
  std::string user;     // names that start with "<user>."; empty = all
  uint32_t limit = 0;   // 0 = all
  std::string after;    // names greater than this: the next page
};

struct CommitEntry {
  model::CommitId id;
  Commit commit;
};

struct LogFilter {
  std::string message;  // exact, or a regular expression when it starts with ^
  std::string author;   // the same
  bool search = false;  // both are expressions in any case, found anywhere
  std::map<std::string, std::string> properties;  // all of them equal
  std::optional<base::Instant> since;             // authored
  std::optional<base::Instant> until;
  std::optional<model::CommitId> parent;  // commits with this parent
  /// Whatever else is asked of a commit; its error ends the log.
  std::function<base::Result<bool>(const CommitEntry&)> where;
  /// The next page: only what is older than this commit, by first parents.
  std::optional<model::CommitId> after;
  bool all_parents = false;  // false: first parents only, one entry per change of the branch
  uint32_t limit = 10;       // 0 = all
};

struct TableEntry {
  model::TableName name;
  TableState state;
};

/// Page of a listing: everything after `after` (exclusive), at most `limit` (0 = all).
struct TablePage {
  std::optional<model::Namespace> ns;  // only tables directly in it; absent = all tables
  std::optional<model::TableName> after;
  uint32_t limit = 0;
};

/// As TablePage, for namespaces.
struct NamespacePage {
  std::optional<model::Namespace> after;
  uint32_t limit = 0;
};

struct TableDifference {
  model::TableName name;
  std::optional<TableState> before;  // absent = added
  std::optional<TableState> after;   // absent = removed
};

struct Difference {
  std::vector<TableDifference> tables;
  std::vector<model::Namespace> namespaces_added;
  std::vector<model::Namespace> namespaces_removed;
};

/// What must hold for a key when the commit is made, beside what a rebase checks.
enum class Presence { kAny, kAbsent, kPresent };

struct PutTable {
  model::TableName name;
  TableState state;  // open_runs is completed by the catalog
  Presence before = Presence::kAny;
  Intent intent = Intent::kOpaque;
  base::Bytes predicate;  // of an overwrite
};
struct DropTable {
  model::TableName name;
  bool if_exists = false;
};
struct CreateNamespace {
  model::Namespace ns;
  bool if_not_exists = false;
  std::map<std::string, std::string> properties;
};
/// Another set of properties for a namespace that exists.
struct SetNamespaceProperties {
  model::Namespace ns;
  std::map<std::string, std::string> properties;
};
struct DeleteNamespace {
  model::Namespace ns;
  bool if_exists = false;
};
using Change =
    std::variant<PutTable, DropTable, CreateNamespace, SetNamespaceProperties, DeleteNamespace>;

enum class WhenMoved {
  kRefuse,            // catalog.ref_moved
  kRebaseIfDisjoint,  // go on if no key this commit touches changed, else catalog.table_moved
};

struct CommitRequest {
  std::string branch;
  std::vector<Change> changes;  // applied in order; each key at most once
  /// What the changes were computed from; absent = the head at the time of the call.
  std::optional<model::CommitId> based_on;
  WhenMoved when_moved = WhenMoved::kRebaseIfDisjoint;
  CommitNote note;
  model::RunId run_id;  // the commit is this run's work: it must be running or checked
  std::vector<Read> reads;
  /// Tables may be put on a protected branch outside a run's publishing. Off: catalog.protected.
  bool allow_direct_on_protected = false;
  Extras extras;
};

/// `changed` is false when nothing had to be done; `commit` is then the head as it was.
struct CommitResult {
  model::CommitId commit;
  bool changed = true;
};

/// Asked for each table both sides changed differently: the value to take, or nothing for a
/// conflict. Called before the batch, possibly again when the target moves.
struct TableClash {
  model::TableName name;
  bool base_known = true;  // false: several merge bases that disagree
  std::optional<TableState> base;
  std::optional<TableState> ours;
  std::optional<TableState> theirs;
};
using Resolver = std::function<base::Result<std::optional<TableState>>(const TableClash&)>;

struct MergeRequest {
  std::string source;                            // any ref expression
  std::string into;                              // a branch
  std::optional<model::CommitId> expected_head;  // of `into`; absent = whatever it is
  CommitNote note;                               // empty message: one is written
  Resolver resolver;                             // empty = every clash is a conflict
  Extras extras;
};

struct RevertRequest {
  std::vector<model::TableName> tables;
  std::string source;  // any ref expression
  std::string into;    // a branch
  bool replace = false;
  /// Undo a part of a run even on a protected branch (P6).
  bool allow_split = false;
  CommitNote note;
};

struct StartRunRequest {
  model::RunId run_id;
  std::string target;  // the branch the run reads and will publish to
  /// What the run was planned at, a commit of `target`'s history; absent = its head now.
  std::optional<model::CommitId> base;
  bool transactional = true;    // false: no run branch, the run commits to `target` itself
  std::string command = "run";  // part of the branch's name: run, import, create
  std::string user;
  model::JobId job_id;
  model::ProjectId project_id;
  Extras extras;
};

struct PublishRequest {
  model::RunId run_id;
  CommitNote note;
  /// Tables the run's checks read. Where their value on the candidate differs from the run
  /// branch's, publishing is refused with catalog.recheck_needed (P9).
  std::vector<model::TableName> checked_tables;
  Resolver resolver;
  Extras extras;
};

struct MarkRequest {
  model::RunId run_id;
  RunPhase phase = RunPhase::kFailed;  // kChecked, kFailed, kAborted; kPublished only for a run
                                       // without a transaction
  std::string error;
  Extras extras;
};

struct ReleaseRequest {
  model::RunId run_id;  // failed or aborted
  std::string by;
  std::string why;
};

}  // namespace catalog
