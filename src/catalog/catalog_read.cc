#include <algorithm>
#include <queue>
#include <set>

#include "catalog/catalog.h"
#include "catalog/key.h"
#include "catalog/reader_internal.h"
#include "catalog/reasons.h"
#include "catalog/stage_internal.h"
#include "catalog/text_filter.h"

namespace catalog {
namespace {

constexpr uint64_t kNearestCandidatesMax = 2000;

struct CompiledFilter {
  const LogFilter* filter;
  TextFilter message;
  TextFilter author;

  bool Matches(const Commit& commit) const {
    if (!message.Matches(commit.message) || !author.Matches(commit.author)) return false;
    if (filter->since && commit.authored < *filter->since) return false;
    if (filter->until && commit.authored > *filter->until) return false;
    if (filter->parent && std::find(commit.parents.begin(), commit.parents.end(),
                                    *filter->parent) == commit.parents.end()) {
      return false;
    }
    for (const auto& [key, value] : filter->properties) {
      const auto found = commit.properties.find(key);
      if (found == commit.properties.end() || found->second != value) return false;
    }
    return true;
  }

  base::Result<bool> Takes(const model::CommitId& id, const Commit& commit) const {
    if (!Matches(commit)) return false;
    return filter->where ? filter->where(CommitEntry{id, commit}) : true;
  }
};

base::Error NoTableNear(Reader& reader, const base::Bytes& tree, const model::TableName& name,
                        const model::CommitId& commit) {
  const auto ns = TreeGet(reader.nodes(), tree, KeyOf(name.ns));
  if (!ns.ok()) return ns.error();
  if (!*ns) return NoNamespace(reader, tree, name.ns.ToString(), commit);
  const auto tables =
      TreeList(reader.nodes(), tree, TreeRange{TablesPrefix(name.ns), "", kNearestCandidatesMax});
  if (!tables.ok()) return tables.error();
  std::vector<std::string> known;
  for (const TreeEntry& entry : *tables) known.push_back(KeyText(entry.key));
  return NoTable(name.ToString(), commit, known);
}

}  // namespace

base::Result<Commit> Catalog::ReadCommit(const base::Context& ctx, const model::CommitId& id) {
  ASSIGN_OR_RETURN(const auto commit, Reader(store_, ctx).CommitAt(id));
  return *commit;
}

base::Result<std::vector<CommitEntry>> Catalog::Log(const base::Context& ctx,
                                                    const model::CommitId& from,
                                                    const LogFilter& filter) {
  ASSIGN_OR_RETURN(TextFilter message, TextFilter::Of(filter.message, filter.search));
  ASSIGN_OR_RETURN(TextFilter author, TextFilter::Of(filter.author, filter.search));
  const CompiledFilter wanted{&filter, std::move(message), std::move(author)};
  Reader reader(store_, ctx);
  std::priority_queue<std::pair<int64_t, model::CommitId>> queue;
  std::set<model::CommitId> seen;
  const auto push = [&](const model::CommitId& id) -> base::Status {
    if (!seen.insert(id).second) return base::Ok();
    ASSIGN_OR_RETURN(const auto commit, reader.CommitAt(id));
    queue.emplace(commit->generation, id);
    return base::Ok();
  };
  RETURN_IF_ERROR(push(filter.after ? *filter.after : from));
  std::vector<CommitEntry> entries;
  while (!queue.empty()) {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    const model::CommitId id = queue.top().second;
    queue.pop();
    ASSIGN_OR_RETURN(const auto commit, reader.CommitAt(id));
    if (filter.after != id) {
      ASSIGN_OR_RETURN(const bool taken, wanted.Takes(id, *commit));
      if (taken) entries.push_back(CommitEntry{id, *commit});
    }
    if (filter.limit != 0 && entries.size() == filter.limit) break;
    for (size_t i = 0; i < commit->parents.size() && (i == 0 || filter.all_parents); ++i) {
      RETURN_IF_ERROR(push(commit->parents[i]));
    }
  }
  return entries;
}

base::Result<std::vector<TableEntry>> Catalog::ListTables(const base::Context& ctx,
                                                          const model::CommitId& commit,
                                                          const TablePage& page) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  TreeRange range{page.ns ? TablesPrefix(*page.ns) : "", page.after ? KeyOf(*page.after) : "", 0};
  std::vector<TableEntry> tables;
  // In pages, as namespace entries stand between the tables and do not count.
  constexpr uint64_t kPage = 1024;
  while (true) {
    range.limit = page.limit == 0 ? kPage : std::min<uint64_t>(kPage, page.limit);
    ASSIGN_OR_RETURN(const auto entries, TreeList(reader.nodes(), at->tree, range));
    for (const TreeEntry& entry : entries) {
      if (!IsTableKey(entry.key)) continue;
      ASSIGN_OR_RETURN(const KeyName name, NameOfKey(entry.key));
      ASSIGN_OR_RETURN(TableState state, DecodeTableState(entry.value));
      tables.push_back(TableEntry{std::get<model::TableName>(name), std::move(state)});
      if (page.limit != 0 && tables.size() == page.limit) return tables;
    }
    if (entries.size() < range.limit) return tables;
    range.after = entries.back().key;
  }
}

base::Result<std::optional<TableState>> Catalog::FindTable(const base::Context& ctx,
                                                           const model::CommitId& commit,
                                                           const model::TableName& name) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  return reader.TableIn(at->tree, KeyOf(name));
}

base::Result<TableState> Catalog::GetTable(const base::Context& ctx, const model::CommitId& commit,
                                           const model::TableName& name) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  ASSIGN_OR_RETURN(auto table, reader.TableIn(at->tree, KeyOf(name)));
  if (table) return *std::move(table);
  return NoTableNear(reader, at->tree, name, commit);
}

base::Result<std::vector<model::Namespace>> Catalog::ListNamespaces(const base::Context& ctx,
                                                                    const model::CommitId& commit,
                                                                    const NamespacePage& page) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  return NamespacesIn(reader, at->tree, page);
}

base::Result<bool> Catalog::HasNamespace(const base::Context& ctx, const model::CommitId& commit,
                                         const model::Namespace& ns) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  ASSIGN_OR_RETURN(const auto entry, TreeGet(reader.nodes(), at->tree, KeyOf(ns)));
  return entry.has_value();
}

base::Result<NamespaceEntry> Catalog::GetNamespace(const base::Context& ctx,
                                                   const model::CommitId& commit,
                                                   const model::Namespace& ns) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto at, reader.CommitAt(commit));
  ASSIGN_OR_RETURN(const auto entry, TreeGet(reader.nodes(), at->tree, KeyOf(ns)));
  if (!entry) return NoNamespace(reader, at->tree, ns.ToString(), commit);
  return DecodeNamespaceEntry(*entry);
}

base::Result<Difference> Catalog::Diff(const base::Context& ctx, const model::CommitId& from,
                                       const model::CommitId& to) {
  Reader reader(store_, ctx);
  ASSIGN_OR_RETURN(const auto before, reader.CommitAt(from));
  ASSIGN_OR_RETURN(const auto after, reader.CommitAt(to));
  ASSIGN_OR_RETURN(const auto changes, TreeDiff(reader.nodes(), before->tree, after->tree));
  Difference difference;
  for (const TreeChange& change : changes) {
    ASSIGN_OR_RETURN(const KeyName name, NameOfKey(change.key));
    if (const auto* ns = std::get_if<model::Namespace>(&name)) {
      if (!change.before) difference.namespaces_added.push_back(*ns);
      if (!change.after) difference.namespaces_removed.push_back(*ns);
      continue;
    }
    TableDifference table{std::get<model::TableName>(name), std::nullopt, std::nullopt};
    if (change.before) {
      ASSIGN_OR_RETURN(table.before, DecodeTableState(*change.before));
    }
    if (change.after) {
      ASSIGN_OR_RETURN(table.after, DecodeTableState(*change.after));
    }
    difference.tables.push_back(std::move(table));
  }
  return difference;
}

}  // namespace catalog
