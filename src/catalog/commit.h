// A commit: one state of the whole catalog, how it came about and what it was based on (formats.md
// §2).
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

enum class Intent {
  kAppend,
  kOverwrite,  // by Op::predicate
  kReplace,
  kRowDelta,
  kSchema,
  kMaintenance,
  kImport,
  kRevert,
  kResolved,  // by a merge
  kOpaque,    // never rebased
  kCreate,    // of a namespace, or of a table without rows
  kDrop,
};

std::string_view IntentName(Intent intent);

/// What a commit changed under one key, and what was meant by it.
struct Op {
  base::Bytes key;  // key.h
  std::string content_id;
  base::Bytes before;  // sha256 of the value's bytes; empty = there was none
  base::Bytes after;
  Intent intent = Intent::kOpaque;
  base::Bytes predicate;
  int64_t base_snapshot = -1;
  int64_t new_snapshot = -1;
  bool operator==(const Op&) const = default;
};

/// What a writer had read: lets a later version publish serialisably.
struct Read {
  base::Bytes key;
  base::Bytes value_hash;
  std::vector<int64_t> field_ids;
  base::Bytes predicate;
  bool operator==(const Read&) const = default;
};

struct Commit {
  base::Bytes tree;  // 32 bytes: root of the keyed tree
  std::vector<model::CommitId> parents;
  int64_t generation = 0;  // 0 = the first; else 1 + the highest of the parents
  std::string author;
  std::string committer;
  base::Instant authored{};
  base::Instant committed{};
  std::string message;  // subject, an empty line, body
  std::map<std::string, std::string> properties;
  model::RunId run_id;                  // empty = not written by a run
  base::Bytes nonce;                    // 16 random bytes: two runs never share a hash
  std::vector<model::RunId> open_runs;  // sorted
  std::vector<Op> ops;
  std::vector<Read> reads;
  bool operator==(const Commit&) const = default;
};

base::Bytes EncodeCommit(const Commit& commit);
base::Result<Commit> DecodeCommit(base::BytesView bytes);
/// The id of stored bytes: their sha256, in hexadecimal.
model::CommitId CommitIdOf(base::BytesView bytes);

}  // namespace catalog
