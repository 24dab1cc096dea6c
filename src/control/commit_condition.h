// A condition over a commit, as users write it to filter a log.
#pragma once

#include <string>

#include "api/catalog_api.h"
#include "base/result.h"
#include "control/expression.h"

namespace control {

/// An expression (expression.h) over `commit`, whose fields are hash, message, subject, body,
/// author, committer, authors (list of {name, email}), authored_date, committed_date (also
/// authorTime, commitTime), parent_hashes (also parentHashes), properties, run_id. Cheap to copy.
class CommitCondition {
 public:
  /// "control.bad_expression".
  static base::Result<CommitCondition> Of(const std::string& text);
  /// False where it asks for a key that this commit lacks.
  base::Result<bool> Holds(const api::CommitEntry& commit) const;

 private:
  explicit CommitCondition(Expression expression) : expression_(std::move(expression)) {}
  Expression expression_;
};

}  // namespace control
