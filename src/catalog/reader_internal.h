// What one call of the catalog reads: refs, runs, commits and tree nodes, each at most once where
// it cannot change.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "catalog/commit.h"
#include "catalog/guard_move.h"
#include "catalog/records.h"
#include "catalog/requests.h"
#include "catalog/tree.h"
#include "model/ref.h"
#include "state/state_store.h"

namespace catalog {

struct RefRead {
  RefRecord record;
  uint64_t version = 0;
};
struct RunRead {
  RunState state;
  uint64_t version = 0;
};

class Reader {
 public:
  Reader(state::StateStore& store, const base::Context& ctx)
      : store_(store), ctx_(ctx), nodes_(store, ctx) {}

  NodeSpace& nodes() { return nodes_; }
  state::StateStore& store() { return store_; }
  const base::Context& ctx() const { return ctx_; }

  /// catalog.no_ref when there is no such commit.
  base::Result<std::shared_ptr<const Commit>> CommitAt(const model::CommitId& id);
  base::Result<std::optional<RefRead>> FindRef(const std::string& name);
  base::Result<RefRead> NeedRef(const std::string& name);
  /// catalog.not_a_branch, catalog.not_a_tag when it is of the other kind.
  base::Result<RefRead> NeedRef(const std::string& name, RefKind kind);
  base::Result<std::optional<RunRead>> FindRun(const model::RunId& id);
  base::Result<RunRead> NeedRun(const model::RunId& id);
  base::Result<RefPolicy> Policy();
  /// The policy and the expectation that it stays so.
  base::Result<std::pair<RefPolicy, state::Expectation>> PolicyRead();
  base::Result<std::vector<RunStanding>> Standings(const std::vector<model::RunId>& runs);
  base::Result<std::vector<model::CommitId>> Bases(const model::CommitId& a,
                                                   const model::CommitId& b);
  /// What was answered to this request before. catalog.request_reused for another operation.
  base::Result<std::optional<IdemRecord>> Answered(const std::string& request_id,
                                                   std::string_view operation);
  base::Result<std::optional<TableState>> TableIn(const base::Bytes& tree, base::BytesView key);
  base::Result<ResolvedRef> Resolve(const model::RefExpression& ref);
  base::Result<ResolvedRef> Resolve(const std::string& text);
  /// Every record under "ref/" + `start`, in order.
  base::Result<std::vector<std::pair<std::string, RefRecord>>> AllRefs(const std::string& start);
  /// The same from behind `after` on, until `take` says false.
  base::Status WalkRefs(const std::string& start, const std::string& after,
                        const std::function<bool(std::string name, RefRecord record)>& take);

 private:
  base::Result<model::CommitId> FindPrefix(const model::RefExpression& ref,
                                           const std::vector<model::CommitId>& heads);
  base::Result<model::CommitId> Step(const model::CommitId& from, const model::RefStep& step,
                                     const std::string& text);

  state::StateStore& store_;
  const base::Context& ctx_;
  NodeSpace nodes_;
  std::map<model::CommitId, std::shared_ptr<const Commit>> commits_;
};

/// The code-and-context part of errors that several files report.
base::Error NoRef(const std::string& name, const std::vector<std::string>& known);

}  // namespace catalog
