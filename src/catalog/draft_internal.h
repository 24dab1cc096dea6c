// From what is read to what is written: the commit's bytes, the batch that moves a ref, and what
// came of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "catalog/reader_internal.h"

namespace catalog {

/// A commit ready to be stored.
struct Draft {
  model::CommitId id;
  Commit commit;
  std::vector<state::Object> objects;  // the commit and its new tree nodes
  std::vector<RunStanding> runs;       // all named by parents and values
};

struct DraftRequest {
  std::vector<model::CommitId> parents;
  base::Bytes tree;
  const CommitNote* note = nullptr;
  model::RunId run_id;
  std::vector<model::RunId> value_runs;    // open_runs of values that are written or copied
  std::optional<model::RunId> publishing;  // closed by the same batch
  std::vector<Op> ops;
  std::vector<Read> reads;
};

base::Result<Draft> MakeDraft(Reader& reader, const base::Clock& clock, base::Rng& rng,
                              DraftRequest request);

/// Puts the draft as the ref's new commit: its objects, the expectation that the ref is as read,
/// and what GuardMove asks for.
base::Status AddRefMove(Reader& reader, state::Batch& batch, const std::string& name,
                        const RefRead& before, const Draft& draft,
                        const std::optional<model::RunId>& publishing = std::nullopt);

/// Nothing for an empty request id.
void AddAnswer(state::Batch& batch, const std::string& request_id, const IdemRecord& answer);
void AddExtras(state::Batch& batch, const Extras& extras);

/// True: applied. False: something read has changed, read again. A failed expectation of `extras`
/// is catalog.batch_conflict. An unknown outcome is settled by reading back the batch's first
/// record.
base::Result<bool> ApplyOnce(Reader& reader, const state::Batch& batch, const Extras& extras = {});

base::Error Contended(const std::string& ref);
base::Error Protected(const std::string& ref, std::string_view what);
std::string JoinNames(const std::vector<std::string>& names);

}  // namespace catalog
