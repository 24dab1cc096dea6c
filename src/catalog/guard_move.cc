#include "catalog/guard_move.h"

#include "catalog/reasons.h"

namespace catalog {

base::Result<std::vector<state::Expectation>> GuardMove(const RefPolicy& policy, const Move& move) {
  std::vector<state::Expectation> expect;
  if (!policy.IsProtected(move.ref)) return expect;
  std::string open;
  for (const RunStanding& run : move.runs) {
    if (run.id == move.publishing) continue;  // its own batch expects and closes it
    if (run.phase && IsClosed(*run.phase)) {
      expect.push_back(state::Expectation{RunKey(run.id), run.version});
    } else {
      open += (open.empty() ? "" : ",") + run.id.text();
    }
  }
  if (open.empty()) return expect;
  return base::Error(base::Code::kFailedPrecondition, kOpenRuns,
                     "\"" + move.ref + "\" is protected and would get unpublished work of run " +
                         open + ": publish the run, or release it by name")
      .Set("ref", move.ref)
      .Set("run_ids", open)
      .Set("hash", move.commit.text());
}

}  // namespace catalog
