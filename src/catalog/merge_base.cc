#include "catalog/merge_base.h"

#include <algorithm>
#include <map>
#include <queue>
#include <utility>

namespace catalog {
namespace {

constexpr unsigned kOfA = 1;
constexpr unsigned kOfB = 2;
constexpr unsigned kOfBoth = kOfA | kOfB;
constexpr unsigned kBelowBase = 4;  // an ancestor of a common ancestor

struct Seen {
  CommitLinks links;
  unsigned marks = 0;
};

class Painter {
 public:
  explicit Painter(const ReadLinks& read) : read_(read) {}

  base::Status Mark(const model::CommitId& commit, unsigned marks) {
    auto at = seen_.find(commit);
    if (at == seen_.end()) {
      ASSIGN_OR_RETURN(CommitLinks links, read_(commit));
      at = seen_.emplace(commit, Seen{std::move(links), 0}).first;
      queue_.emplace(at->second.links.generation, commit);
      ++waiting_;
    }
    const bool was_below = (at->second.marks & kBelowBase) != 0;
    at->second.marks |= marks;
    // Parents have lower generations, so whatever is marked here is still in the queue.
    if (!was_below && (at->second.marks & kBelowBase) != 0) --waiting_;
    return base::Ok();
  }

  base::Result<std::vector<model::CommitId>> Run() {
    std::vector<model::CommitId> bases;
    while (waiting_ > 0) {  // entries that could still be, or lead to, a base
      const model::CommitId commit = queue_.top().second;
      queue_.pop();
      const Seen at = seen_.at(commit);
      unsigned below = at.marks;
      if ((at.marks & kBelowBase) == 0) {
        --waiting_;
        if ((at.marks & kOfBoth) == kOfBoth) {
          bases.push_back(commit);
          below |= kBelowBase;
        }
      }
      for (const model::CommitId& parent : at.links.parents) RETURN_IF_ERROR(Mark(parent, below));
    }
    std::sort(bases.begin(), bases.end());
    return bases;
  }

 private:
  const ReadLinks& read_;
  std::map<model::CommitId, Seen> seen_;
  std::priority_queue<std::pair<int64_t, model::CommitId>> queue_;
  size_t waiting_ = 0;
};

}  // namespace

base::Result<std::vector<model::CommitId>> MergeBases(const model::CommitId& a,
                                                      const model::CommitId& b,
                                                      const ReadLinks& read) {
  Painter painter(read);
  RETURN_IF_ERROR(painter.Mark(a, kOfA));
  RETURN_IF_ERROR(painter.Mark(b, kOfB));
  return painter.Run();
}

}  // namespace catalog
