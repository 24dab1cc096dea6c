#include <queue>
#include <set>

#include "catalog/catalog.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"

namespace catalog {
namespace {

constexpr size_t kHashDigits = 64;
/// Commits looked at for a hash prefix.
constexpr size_t kPrefixSearchMax = 20'000;

std::string TextOf(const model::RefExpression& ref) {
  return ref.hash.empty() ? ref.name : ref.name + "@" + ref.hash;
}

}  // namespace

base::Result<model::CommitId> Reader::FindPrefix(const model::RefExpression& ref,
                                                 const std::vector<model::CommitId>& heads) {
  std::priority_queue<std::pair<int64_t, model::CommitId>> queue;
  std::set<model::CommitId> seen;
  const auto push = [&](const model::CommitId& id) -> base::Status {
    if (!seen.insert(id).second) return base::Ok();
    ASSIGN_OR_RETURN(const auto commit, CommitAt(id));
    queue.emplace(commit->generation, id);
    return base::Ok();
  };
  for (const model::CommitId& head : heads) RETURN_IF_ERROR(push(head));
  for (size_t n = 0; n < kPrefixSearchMax && !queue.empty(); ++n) {
    const model::CommitId id = queue.top().second;
    queue.pop();
    if (id.text().starts_with(ref.hash)) return id;
    ASSIGN_OR_RETURN(const auto commit, CommitAt(id));
    for (const model::CommitId& parent : commit->parents) RETURN_IF_ERROR(push(parent));
  }
  return NoRef(TextOf(ref), {});
}

base::Result<model::CommitId> Reader::Step(const model::CommitId& from, const model::RefStep& step,
                                           const std::string& text) {
  model::CommitId at = from;
  ASSIGN_OR_RETURN(auto commit, CommitAt(at));
  const auto none = [&](const std::string& what) {
    return base::Error(base::Code::kNotFound, kNoRef, "\"" + text + "\" has no " + what)
        .Set("ref", text);
  };
  if (step.kind == model::RefStep::Kind::kParent) {
    if (step.count == 0) return at;
    if (step.count > commit->parents.size()) {
      return none("parent number " + std::to_string(step.count));
    }
    return commit->parents[step.count - 1];
  }
  const bool by_time = step.kind == model::RefStep::Kind::kTime;
  for (uint32_t back = 0; by_time ? commit->committed > step.time : back < step.count; ++back) {
    if (commit->parents.empty()) {
      return none(by_time ? "commit that old" : "ancestor that many commits back");
    }
    at = commit->parents.front();
    ASSIGN_OR_RETURN(commit, CommitAt(at));
  }
  return at;
}

base::Result<ResolvedRef> Reader::Resolve(const model::RefExpression& ref) {
  ResolvedRef resolved;
  resolved.name = ref.name;
  resolved.pinned = !ref.hash.empty() || !ref.steps.empty();
  std::vector<model::CommitId> heads;
  if (!ref.name.empty()) {
    ASSIGN_OR_RETURN(const RefRead found, NeedRef(ref.name));
    resolved.kind = found.record.kind;
    resolved.run_id = found.record.run_id;
    resolved.created_by = found.record.created_by;
    resolved.commit = found.record.commit;
    heads.push_back(found.record.commit);
  }
  if (ref.hash.size() == kHashDigits) {
    resolved.commit = model::CommitId(ref.hash);
    const auto commit = CommitAt(resolved.commit);
    // The hash of another kind of object is no commit to the user.
    if (!commit.ok() && commit.error().code == base::Code::kCorrupt) return NoRef(TextOf(ref), {});
    if (!commit.ok()) return commit.error();
  } else if (!ref.hash.empty()) {
    if (heads.empty()) {
      ASSIGN_OR_RETURN(const auto refs, AllRefs(""));
      for (const auto& [name, record] : refs) heads.push_back(record.commit);
    }
    ASSIGN_OR_RETURN(resolved.commit, FindPrefix(ref, heads));
  }
  for (const model::RefStep& step : ref.steps) {
    ASSIGN_OR_RETURN(resolved.commit, Step(resolved.commit, step, TextOf(ref)));
  }
  return resolved;
}

base::Result<ResolvedRef> Reader::Resolve(const std::string& text) {
  ASSIGN_OR_RETURN(const model::RefExpression ref, model::ParseRef(text));
  return Resolve(ref);
}

base::Result<ResolvedRef> Catalog::Resolve(const base::Context& ctx, const std::string& text) {
  return Reader(store_, ctx).Resolve(text);
}

base::Result<ResolvedRef> Catalog::Resolve(const base::Context& ctx,
                                           const model::RefExpression& ref) {
  return Reader(store_, ctx).Resolve(ref);
}

}  // namespace catalog
