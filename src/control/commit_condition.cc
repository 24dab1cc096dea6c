#include "control/commit_condition.h"

#include <algorithm>
#include <utility>

#include "control/reasons.h"

namespace control {
namespace {

Value CommitValue(const api::CommitEntry& commit) {
  ValueMap fields;
  const size_t line = commit.message.find('\n');
  const size_t body = commit.message.find_first_not_of('\n', std::min(line, commit.message.size()));
  fields["hash"] = {commit.id.text()};
  fields["message"] = {commit.message};
  fields["subject"] = {commit.message.substr(0, line)};
  fields["body"] = {body == std::string::npos ? "" : commit.message.substr(body)};
  fields["author"] = {commit.author};
  fields["committer"] = {commit.committer};
  fields["authors"] = ListOf({MapOf({{"name", {commit.author}}, {"email", {}}})});
  fields["authored_date"] = fields["authorTime"] = {commit.authored};
  fields["committed_date"] = fields["commitTime"] = {commit.committed};
  ValueList parents;
  for (const model::CommitId& parent : commit.parents) parents.push_back({parent.text()});
  fields["parent_hashes"] = fields["parentHashes"] = ListOf(std::move(parents));
  ValueMap properties;
  for (const auto& [key, value] : commit.properties) properties[key] = {value};
  fields["properties"] = MapOf(std::move(properties));
  fields["run_id"] = {commit.run_id};
  return MapOf(std::move(fields));
}

}  // namespace

base::Result<CommitCondition> CommitCondition::Of(const std::string& text) {
  ASSIGN_OR_RETURN(Expression expression, Expression::Parse(text, {"commit"}));
  return CommitCondition(std::move(expression));
}

base::Result<bool> CommitCondition::Holds(const api::CommitEntry& commit) const {
  const base::Result<Value> value = expression_.Evaluate({{"commit", CommitValue(commit)}});
  if (!value.ok()) {
    if (value.error().reason == kNoSuchKey) return false;
    return value.error();
  }
  if (const bool* holds = std::get_if<bool>(&value.value().of)) return *holds;
  return base::Error(base::Code::kInvalidArgument, kBadExpression,
                     "filter: it is no condition: compare something with == or <");
}

}  // namespace control
