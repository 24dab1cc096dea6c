// The port for refs, commits and namespaces: what every client may ask, embedded or remote.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "model/ids.h"

namespace api {

enum class RefKind { kBranch, kTag, kCommit };

struct RefEntry {
  std::string name;  // empty for a bare commit
  RefKind kind = RefKind::kBranch;
  model::CommitId commit;
  std::string created_by;  // who made the branch or tag, where it is known
};

struct ListOptions {
  std::string name;     // exact, or a regular expression when it starts with ^; empty = all
  std::string user;     // branches of this user ("ada." prefix); empty = all
  uint32_t limit = 0;   // 0 = all
  bool search = false;  // `name` is a regular expression in any case, found anywhere
  std::string after;    // the next page: only what stands behind this name in the list's order
};

struct CommitEntry {
  model::CommitId id;
  std::vector<model::CommitId> parents;
  std::string author;
  std::string committer;
  base::Instant authored{};
  base::Instant committed{};
  std::string message;  // subject, then an empty line, then the body
  std::map<std::string, std::string> properties;
  std::string run_id;
};

struct CommitFilter {
  std::string message;      // exact, or a regular expression when it starts with ^
  std::string author;       // the username, as `message`
  std::string author_name;  // of an author; here the username too
  std::string author_email;
  std::map<std::string, std::string> properties;
  std::optional<base::Instant> since;
  std::optional<base::Instant> until;
  uint32_t limit = 10;     // 0 = all
  bool search = false;     // message and author are expressions in any case, found anywhere
  std::string expression;  // a condition over a commit's fields (control/commit_condition.h)
  std::optional<model::CommitId> parent;  // commits with this parent
  std::optional<model::CommitId> after;   // the next page: only what is older than this commit
};

enum class ChangeKind { kAdded, kRemoved, kChanged };

struct TableDifference {
  std::string table;  // "ns.table"
  ChangeKind kind = ChangeKind::kChanged;
  bool schema_changed = false;
  std::vector<std::string> columns_added;
  std::vector<std::string> columns_removed;
  std::vector<std::string> columns_changed;  // "price: int -> long"
  int64_t rows_before = 0;
  int64_t rows_after = 0;
};

struct MergeRequest {
  std::string source;  // any ref
  std::string into;    // a branch
  std::string message;
  std::string body;  // follows the message, or the one that is written where there is none
  std::map<std::string, std::string> properties;
  std::string request_id;  // empty = none
};

struct WriteOptions {
  std::string message;
  std::string body;  // follows the message, or the one that is written where there is none
  std::map<std::string, std::string> properties;
  std::string request_id;
};

/// Thread-safe. Reasons are the catalog's (catalog/reasons.h). Refs are texts as in model/ref.h.
class Refs {
 public:
  virtual ~Refs() = default;
  virtual base::Result<RefEntry> Get(const base::Context& ctx, const std::string& ref) = 0;
  virtual base::Result<std::vector<RefEntry>> ListBranches(const base::Context& ctx,
                                                           const ListOptions& options) = 0;
  virtual base::Result<std::vector<RefEntry>> ListTags(const base::Context& ctx,
                                                       const ListOptions& options) = 0;
  virtual base::Result<RefEntry> CreateBranch(const base::Context& ctx, const std::string& name,
                                              const std::string& from) = 0;
  virtual base::Result<RefEntry> CreateTag(const base::Context& ctx, const std::string& name,
                                           const std::string& from) = 0;
  virtual base::Status Delete(const base::Context& ctx, const std::string& name, RefKind kind) = 0;
  virtual base::Result<RefEntry> Rename(const base::Context& ctx, const std::string& name,
                                        const std::string& new_name, RefKind kind) = 0;
  virtual base::Result<RefEntry> Merge(const base::Context& ctx, const MergeRequest& request) = 0;
  virtual base::Result<std::vector<TableDifference>> Diff(const base::Context& ctx,
                                                          const std::string& from,
                                                          const std::string& to) = 0;
  virtual base::Result<std::vector<CommitEntry>> Log(const base::Context& ctx,
                                                     const std::string& ref,
                                                     const CommitFilter& filter) = 0;
};

/// Namespaces of a branch.
class Namespaces {
 public:
  virtual ~Namespaces() = default;
  virtual base::Result<std::vector<std::string>> List(const base::Context& ctx,
                                                      const std::string& ref,
                                                      const ListOptions& options) = 0;
  virtual base::Result<RefEntry> Create(const base::Context& ctx, const std::string& branch,
                                        const std::string& ns, const WriteOptions& options) = 0;
  virtual base::Result<RefEntry> Delete(const base::Context& ctx, const std::string& branch,
                                        const std::string& ns, const WriteOptions& options) = 0;
};

}  // namespace api
