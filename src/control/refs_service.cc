#include "control/refs_service.h"

#include <functional>
#include <optional>
#include <utility>

#include "catalog/text_filter.h"
#include "control/commit_condition.h"
#include "control/names.h"

namespace control {
namespace {

api::RefKind ToApi(catalog::RefKind kind) {
  switch (kind) {
    case catalog::RefKind::kBranch:
      return api::RefKind::kBranch;
    case catalog::RefKind::kTag:
      return api::RefKind::kTag;
    case catalog::RefKind::kCommit:
      return api::RefKind::kCommit;
  }
  return api::RefKind::kCommit;
}

catalog::RefKind ToCatalog(api::RefKind kind) {
  switch (kind) {
    case api::RefKind::kBranch:
      return catalog::RefKind::kBranch;
    case api::RefKind::kTag:
      return catalog::RefKind::kTag;
    case api::RefKind::kCommit:
      return catalog::RefKind::kCommit;
  }
  return catalog::RefKind::kCommit;
}

api::RefEntry ToApi(const catalog::ResolvedRef& ref) {
  return {ref.name, ToApi(ref.kind), ref.commit, ref.created_by};
}

api::CommitEntry ToApi(const catalog::CommitEntry& entry) {
  const catalog::Commit& commit = entry.commit;
  return {entry.id,         commit.parents, commit.author,     commit.committer,    commit.authored,
          commit.committed, commit.message, commit.properties, commit.run_id.text()};
}

base::Result<api::RefEntry> Entry(base::Result<catalog::ResolvedRef> ref) {
  if (!ref.ok()) return std::move(ref).error();
  return ToApi(ref.value());
}

void CompareColumns(const columnar::Schema& before, const columnar::Schema& after,
                    api::TableDifference& out) {
  for (const columnar::Field& field : before.fields) {
    const columnar::Field* now = after.FindById(field.id);
    if (now == nullptr) {
      out.columns_removed.push_back(field.name);
    } else if (now->name != field.name) {
      out.columns_changed.push_back(field.name + " renamed to " + now->name);
    } else if (!(now->type == field.type)) {
      out.columns_changed.push_back(field.name + ": " + field.type.ToString() + " -> " +
                                    now->type.ToString());
    } else if (now->required != field.required) {
      out.columns_changed.push_back(field.name +
                                    (now->required ? ": now required" : ": now optional"));
    }
  }
  for (const columnar::Field& field : after.fields) {
    if (before.FindById(field.id) == nullptr) out.columns_added.push_back(field.name);
  }
  out.schema_changed =
      !out.columns_added.empty() || !out.columns_removed.empty() || !out.columns_changed.empty();
}

/// What is asked of a commit beyond what the catalog knows to ask; empty = nothing.
base::Result<std::function<base::Result<bool>(const catalog::CommitEntry&)>> WhereOf(
    const api::CommitFilter& filter) {
  using Where = std::function<base::Result<bool>(const catalog::CommitEntry&)>;
  const bool by_author = !filter.author_name.empty() || !filter.author_email.empty();
  if (!by_author && filter.expression.empty()) return Where();
  ASSIGN_OR_RETURN(const auto name, catalog::TextFilter::Of(filter.author_name, filter.search));
  ASSIGN_OR_RETURN(const auto email, catalog::TextFilter::Of(filter.author_email, filter.search));
  std::optional<CommitCondition> condition;
  if (!filter.expression.empty()) {
    ASSIGN_OR_RETURN(condition, CommitCondition::Of(filter.expression));
  }
  return Where([name, email, condition](const catalog::CommitEntry& entry) -> base::Result<bool> {
    // Authors have no e-mail address here: only what an empty one fits is found.
    if (!name.Matches(entry.commit.author) || !email.Matches("")) return false;
    return condition ? condition->Holds(ToApi(entry)) : true;
  });
}

}  // namespace

base::Result<api::RefEntry> RefsService::Get(const base::Context& ctx, const std::string& ref) {
  return Entry(parts_.catalog.Resolve(ctx, ref));
}

base::Result<std::vector<api::RefEntry>> RefsService::List(const base::Context& ctx,
                                                           api::RefKind kind,
                                                           const api::ListOptions& options) {
  catalog::RefList list;
  list.name = options.name;
  list.search = options.search;
  list.user = options.user;
  list.limit = options.limit;
  list.after = options.after;
  ASSIGN_OR_RETURN(const auto found, parts_.catalog.ListRefs(ctx, ToCatalog(kind), list));
  std::vector<api::RefEntry> entries;
  for (const catalog::ResolvedRef& ref : found) entries.push_back(ToApi(ref));
  return entries;
}

base::Result<std::vector<api::RefEntry>> RefsService::ListBranches(
    const base::Context& ctx, const api::ListOptions& options) {
  return List(ctx, api::RefKind::kBranch, options);
}

base::Result<std::vector<api::RefEntry>> RefsService::ListTags(const base::Context& ctx,
                                                               const api::ListOptions& options) {
  return List(ctx, api::RefKind::kTag, options);
}

base::Result<api::RefEntry> RefsService::CreateBranch(const base::Context& ctx,
                                                      const std::string& name,
                                                      const std::string& from) {
  return Entry(parts_.catalog.CreateBranch(ctx, name, from));
}

base::Result<api::RefEntry> RefsService::CreateTag(const base::Context& ctx,
                                                   const std::string& name,
                                                   const std::string& from) {
  return Entry(parts_.catalog.CreateTag(ctx, name, from));
}

base::Status RefsService::Delete(const base::Context& ctx, const std::string& name,
                                 api::RefKind kind) {
  return parts_.catalog.DeleteRef(ctx, name, ToCatalog(kind));
}

base::Result<api::RefEntry> RefsService::Rename(const base::Context& ctx, const std::string& name,
                                                const std::string& new_name, api::RefKind kind) {
  return Entry(parts_.catalog.RenameRef(ctx, name, new_name, ToCatalog(kind)));
}

base::Result<api::RefEntry> RefsService::Merge(const base::Context& ctx,
                                               const api::MergeRequest& request) {
  catalog::MergeRequest merge;
  merge.source = request.source;
  merge.into = request.into;
  merge.note.author = parts_.UserOf(ctx);
  merge.note.message =
      MessageOf(request.message, request.body, "merge " + request.source + " into " + request.into);
  merge.note.properties = request.properties;
  merge.note.request_id = request.request_id;
  ASSIGN_OR_RETURN(const catalog::CommitResult merged, parts_.catalog.Merge(ctx, merge));
  return api::RefEntry{request.into, api::RefKind::kBranch, merged.commit};
}

base::Result<api::TableDifference> RefsService::Describe(
    const base::Context& ctx, const catalog::TableDifference& difference) {
  api::TableDifference out;
  out.table = difference.name.ToString();
  out.kind = !difference.before  ? api::ChangeKind::kAdded
             : !difference.after ? api::ChangeKind::kRemoved
                                 : api::ChangeKind::kChanged;
  std::optional<lakehouse::TableAtRef> before;
  std::optional<lakehouse::TableAtRef> after;
  if (difference.before) {
    ASSIGN_OR_RETURN(before, parts_.lakehouse.Load(ctx, difference.name, *difference.before));
    out.rows_before = before->SummaryNumber("total-records");
  }
  if (difference.after) {
    ASSIGN_OR_RETURN(after, parts_.lakehouse.Load(ctx, difference.name, *difference.after));
    out.rows_after = after->SummaryNumber("total-records");
  }
  if (before && after) CompareColumns(before->schema(), after->schema(), out);
  return out;
}

base::Result<std::vector<api::TableDifference>> RefsService::Diff(const base::Context& ctx,
                                                                  const std::string& from,
                                                                  const std::string& to) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef old_ref, RefOf(ctx, parts_, from));
  ASSIGN_OR_RETURN(const catalog::ResolvedRef new_ref, RefOf(ctx, parts_, to));
  ASSIGN_OR_RETURN(const catalog::Difference difference,
                   parts_.catalog.Diff(ctx, old_ref.commit, new_ref.commit));
  std::vector<api::TableDifference> tables;
  for (const catalog::TableDifference& table : difference.tables) {
    ASSIGN_OR_RETURN(api::TableDifference described, Describe(ctx, table));
    tables.push_back(std::move(described));
  }
  return tables;
}

base::Result<std::vector<api::CommitEntry>> RefsService::Log(const base::Context& ctx,
                                                             const std::string& ref,
                                                             const api::CommitFilter& filter) {
  ASSIGN_OR_RETURN(const catalog::ResolvedRef resolved, RefOf(ctx, parts_, ref));
  catalog::LogFilter wanted;
  wanted.message = filter.message;
  wanted.author = filter.author;
  wanted.properties = filter.properties;
  wanted.since = filter.since;
  wanted.until = filter.until;
  wanted.limit = filter.limit;
  wanted.search = filter.search;
  wanted.parent = filter.parent;
  wanted.after = filter.after;
  ASSIGN_OR_RETURN(wanted.where, WhereOf(filter));
  ASSIGN_OR_RETURN(const auto found, parts_.catalog.Log(ctx, resolved.commit, wanted));
  std::vector<api::CommitEntry> entries;
  for (const catalog::CommitEntry& entry : found) entries.push_back(ToApi(entry));
  return entries;
}

}  // namespace control
