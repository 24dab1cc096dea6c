// The files that are imported: what a path, a folder or a glob names, on this machine or in a
// bucket.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "engine/range_reader.h"
#include "plan/task_outcome.h"
#include "runtime/executor/task_executor.h"
#include "storage/s3_store.h"

namespace runtime {

/// Sorted; those of buckets with their sizes and identities. A pattern that matches nothing as it
/// is written is tried again with its "%20" and the like decoded. kNotFound "runtime.no_files".
base::Result<std::vector<plan::FileOutcome>> FindSourceFiles(const base::Context& ctx,
                                                             ExecutorParts& parts,
                                                             const std::string& pattern);

/// One of the files found.
base::Result<std::shared_ptr<engine::RangeReader>> OpenSourceFile(const base::Context& ctx,
                                                                  ExecutorParts& parts,
                                                                  const std::string& uri);

/// "a{1,2}b" → "a1b", "a2b", in order, each once; nothing when there are more than 1,000. A brace
/// without its other one is itself.
std::vector<std::string> ExpandBraces(const std::string& pattern);

/// The keys among `listed` that `pattern` names: itself, what is directly below it, or, when it has
/// wildcards, what matches; a wildcard does not reach beyond a slash.
std::vector<storage::S3Object> MatchingKeys(const std::string& pattern,
                                            const std::vector<storage::S3Object>& listed);

}  // namespace runtime
