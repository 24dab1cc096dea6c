// Ids and hashes as CBOR: lists of texts and raw 32-byte strings.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/cbor.h"
#include "base/result.h"
#include "catalog/reasons.h"
#include "model/ids.h"

namespace catalog {

inline base::Cbor CborOfRuns(const std::vector<model::RunId>& runs) {
  std::vector<std::string> texts;
  for (const model::RunId& run : runs) texts.push_back(run.text());
  return base::CborTexts(texts);
}

inline base::Result<std::vector<model::RunId>> RunsOf(base::CborFields& fields, int64_t key) {
  ASSIGN_OR_RETURN(const std::vector<std::string> texts, fields.Texts(key));
  std::vector<model::RunId> runs;
  for (const std::string& text : texts) runs.emplace_back(text);
  return runs;
}

/// The 32 bytes of a commit id; nothing for an empty one. Ids come from Resolve or from stored
/// bytes, so that a bad one is our bug.
inline base::Bytes HashOf(const model::CommitId& commit) {
  base::Result<base::Bytes> hash = base::FromHex(commit.text());
  return hash.ok() ? std::move(*hash) : base::Bytes();
}

inline model::CommitId CommitIdFromHash(base::BytesView hash) {
  return model::CommitId(base::ToHex(hash));
}

inline std::vector<model::RunId> SortedUnique(std::vector<model::RunId> runs) {
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

}  // namespace catalog
