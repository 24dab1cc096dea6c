// The keyed records of the catalog: refs, runs, protection policy and retry records, with their
// codecs and keys.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"

namespace catalog {

inline constexpr std::string_view kRefPrefix = "ref/";
inline constexpr std::string_view kRunPrefix = "run/";
inline constexpr std::string_view kIdemPrefix = "idem/";
inline constexpr std::string_view kPolicyKey = "policy/refs";

std::string RefKey(std::string_view name);
std::string RunKey(const model::RunId& run);
std::string IdemKey(std::string_view request_id);

enum class RefKind { kBranch, kTag, kCommit };
std::string_view RefKindName(RefKind kind);

/// `ref/<name>`: branches and tags share one space of names.
struct RefRecord {
  model::CommitId commit;
  RefKind kind = RefKind::kBranch;
  std::string created_by;
  base::Instant created{};
  model::RunId run_id;  // of a run branch
  bool operator==(const RefRecord&) const = default;
};

/// Published and released are final; the others are open: their work is quarantined.
enum class RunPhase { kRunning, kChecked, kPublished, kFailed, kAborted, kReleased };
std::string_view RunPhaseName(RunPhase phase);
/// Published or released: its work may reach protected refs.
bool IsClosed(RunPhase phase);

/// `run/<id>`.
struct RunState {
  model::RunId id;
  RunPhase phase = RunPhase::kRunning;
  std::string branch;           // the run branch; empty for a run without a transaction
  model::CommitId base_commit;  // of the target: what the run reads and its branch began at
  std::string target;           // the branch it publishes to
  model::JobId job_id;
  model::ProjectId project_id;
  std::string user;
  std::string command;
  base::Instant created{};
  base::Instant ended{};  // epoch = not ended
  std::string error;      // why it failed or was aborted
  std::string released_by;
  std::string released_why;
  model::CommitId published_commit;
  std::vector<base::Bytes> published_keys;  // keys of the tables it changed, noted at publishing
  bool operator==(const RunState&) const = default;
};

/// `policy/refs`: which refs are protected. A pattern is a name, or a prefix that ends in "*".
struct RefPolicy {
  std::vector<std::string> protected_refs = {"main"};
  bool IsProtected(std::string_view ref) const;
  bool operator==(const RefPolicy&) const = default;
};

/// `idem/<request id>`: the first answer to a request.
struct IdemRecord {
  std::string operation;
  std::string ref;
  model::CommitId commit;
  bool changed = true;
  base::Instant created{};
  bool operator==(const IdemRecord&) const = default;
};

base::Bytes EncodeRefRecord(const RefRecord& record);
base::Bytes EncodeRunState(const RunState& record);
base::Bytes EncodeRefPolicy(const RefPolicy& record);
base::Bytes EncodeIdemRecord(const IdemRecord& record);
base::Result<RefRecord> DecodeRefRecord(base::BytesView bytes);
base::Result<RunState> DecodeRunState(base::BytesView bytes);
base::Result<RefPolicy> DecodeRefPolicy(base::BytesView bytes);
base::Result<IdemRecord> DecodeIdemRecord(base::BytesView bytes);

/// `<user>.<branch>-bpln-tx-<command>-<14-digit UTC timestamp>-<job uuid>`; the branch is cut where
/// the whole would pass 255 bytes.
std::string RunBranchName(const RunState& run);

}  // namespace catalog
