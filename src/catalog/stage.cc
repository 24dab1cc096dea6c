#include "catalog/stage_internal.h"

#include "base/nearest.h"
#include "base/sha256.h"
#include "catalog/errors.h"
#include "catalog/key.h"
#include "catalog/reasons.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

using Value = std::optional<base::Bytes>;

class Stager {
 public:
  Stager(Reader& reader, const model::CommitId& head, const base::Bytes& tree,
         const model::RunId& run)
      : reader_(reader), head_(head), tree_(tree), run_(run) {}

  base::Status operator()(const PutTable& put) {
    const base::Bytes key = KeyOf(put.name);
    ASSIGN_OR_RETURN(const auto before, reader_.TableIn(tree_, key));
    if (before && put.before == Presence::kAbsent) {
      return TableExists(put.name, head_);
    }
    if (!before && put.before == Presence::kPresent) return NoTable(put.name.ToString(), head_, {});
    TableState state = put.state;
    // A revert copies the value as it is: the same pointer stays the same bytes on all branches.
    if (put.intent != Intent::kRevert) RETURN_IF_ERROR(CompleteRuns(before, state));
    Op op;
    op.intent = put.intent;
    op.content_id = state.content_id;
    op.predicate = put.predicate;
    op.base_snapshot = before ? before->snapshot_id : -1;
    op.new_snapshot = state.snapshot_id;
    staged_.value_runs.insert(staged_.value_runs.end(), state.open_runs.begin(),
                              state.open_runs.end());
    // A copied value speaks for its own run too, also where an older writer forgot to list it.
    if (!state.run_id.empty()) staged_.value_runs.push_back(state.run_id);
    return Note(key, EncodeTableState(state), std::move(op));
  }

  base::Status operator()(const DropTable& drop) {
    const base::Bytes key = KeyOf(drop.name);
    ASSIGN_OR_RETURN(const auto before, reader_.TableIn(tree_, key));
    if (!before) {
      if (drop.if_exists) return base::Ok();
      return NoTable(drop.name.ToString(), head_, {});
    }
    Op op;
    op.intent = Intent::kDrop;
    op.content_id = before->content_id;
    op.base_snapshot = before->snapshot_id;
    return Note(key, std::nullopt, std::move(op));
  }

  base::Status operator()(const CreateNamespace& create) {
    const base::Bytes key = KeyOf(create.ns);
    ASSIGN_OR_RETURN(const Value before, TreeGet(reader_.nodes(), tree_, key));
    if (before) {
      if (create.if_not_exists) return base::Ok();
      return base::Error(base::Code::kAlreadyExists, kNamespaceExists,
                         "namespace \"" + create.ns.ToString() + "\" exists already")
          .Set("namespace", create.ns.ToString())
          .Set("hash", head_.text());
    }
    Op op;
    op.intent = Intent::kCreate;
    return Note(key, EncodeNamespaceEntry(NamespaceEntry{create.properties}), std::move(op));
  }

  base::Status operator()(const SetNamespaceProperties& set) {
    const base::Bytes key = KeyOf(set.ns);
    ASSIGN_OR_RETURN(const Value before, TreeGet(reader_.nodes(), tree_, key));
    if (!before) return NoNamespace(reader_, tree_, set.ns.ToString(), head_);
    base::Bytes after = EncodeNamespaceEntry(NamespaceEntry{set.properties});
    if (after == *before) return base::Ok();
    Op op;
    op.intent = Intent::kMaintenance;
    return Note(key, std::move(after), std::move(op));
  }

  base::Status operator()(const DeleteNamespace& drop) {
    const base::Bytes key = KeyOf(drop.ns);
    ASSIGN_OR_RETURN(const Value before, TreeGet(reader_.nodes(), tree_, key));
    if (!before) {
      if (drop.if_exists) return base::Ok();
      return NoNamespace(reader_, tree_, drop.ns.ToString(), head_);
    }
    Op op;
    op.intent = Intent::kDrop;
    return Note(key, std::nullopt, std::move(op));
  }

  Staged Take() { return std::move(staged_); }

 private:
  /// open_runs = what the caller knows, the run itself and, for the same table, what it had;
  /// without the closed ones.
  base::Status CompleteRuns(const std::optional<TableState>& before, TableState& state) {
    if (state.run_id.empty()) state.run_id = run_;
    std::vector<model::RunId> runs = state.open_runs;
    if (!state.run_id.empty()) runs.push_back(state.run_id);
    if (!run_.empty()) runs.push_back(run_);
    if (before && before->content_id == state.content_id) {
      runs.insert(runs.end(), before->open_runs.begin(), before->open_runs.end());
    }
    ASSIGN_OR_RETURN(const auto standings, reader_.Standings(runs));
    state.open_runs.clear();
    for (const RunStanding& run : standings) {
      if (!run.phase || !IsClosed(*run.phase)) state.open_runs.push_back(run.id);
    }
    return base::Ok();
  }

  base::Status Note(const base::Bytes& key, Value after, Op op) {
    CHECK(!staged_.edits.contains(key));  // each key at most once
    ASSIGN_OR_RETURN(const Value before, TreeGet(reader_.nodes(), tree_, key));
    op.key = key;
    if (before) op.before = base::Sha256(*before);
    if (after) op.after = base::Sha256(*after);
    staged_.edits[key] = std::move(after);
    staged_.ops.push_back(std::move(op));
    return base::Ok();
  }

  Reader& reader_;
  const model::CommitId& head_;
  const base::Bytes& tree_;
  const model::RunId& run_;
  Staged staged_;
};

}  // namespace

base::Error NoTable(const std::string& table, const model::CommitId& commit,
                    const std::vector<std::string>& known) {
  base::Error error(base::Code::kNotFound, kNoTable,
                    "there is no table \"" + table + "\"" + base::DidYouMean(table, known));
  error.context["table"] = table;
  error.context["hash"] = commit.text();
  if (const auto nearest = base::NearestName(table, known)) error.context["nearest"] = *nearest;
  return error;
}

base::Result<std::vector<model::Namespace>> NamespacesIn(Reader& reader, const base::Bytes& tree,
                                                         const NamespacePage& page) {
  std::vector<model::Namespace> found;
  base::Bytes after = page.after ? KeyOf(*page.after) : base::Bytes();
  while (page.limit == 0 || found.size() < page.limit) {
    ASSIGN_OR_RETURN(const auto entries, TreeList(reader.nodes(), tree, TreeRange{"", after, 1}));
    if (entries.empty()) return found;
    ASSIGN_OR_RETURN(const KeyName name, NameOfKey(entries.front().key));
    const auto* ns = std::get_if<model::Namespace>(&name);
    if (ns == nullptr) {
      // A table: go on behind the last table of its namespace.
      after = TablesPrefix(std::get<model::TableName>(name).ns) + "\xff";
      continue;
    }
    found.push_back(*ns);
    after = entries.front().key;
  }
  return found;
}

base::Error NoNamespace(Reader& reader, const base::Bytes& tree, const std::string& ns,
                        const model::CommitId& commit) {
  const auto namespaces = NamespacesIn(reader, tree);
  if (!namespaces.ok()) return namespaces.error();
  std::vector<std::string> known;
  for (const model::Namespace& item : *namespaces) known.push_back(item.ToString());
  base::Error error(base::Code::kNotFound, kNoNamespace,
                    "there is no namespace \"" + ns + "\"" + base::DidYouMean(ns, known));
  error.context["namespace"] = ns;
  error.context["hash"] = commit.text();
  if (const auto nearest = base::NearestName(ns, known)) error.context["nearest"] = *nearest;
  return error;
}

base::Result<Staged> StageChanges(Reader& reader, const model::CommitId& head,
                                  const base::Bytes& tree, const std::vector<Change>& changes,
                                  const model::RunId& run) {
  Stager stager(reader, head, tree, run);
  for (const Change& change : changes) RETURN_IF_ERROR(std::visit(stager, change));
  return stager.Take();
}

base::Result<base::Bytes> ApplyWhole(Reader& reader, const model::CommitId& head,
                                     const base::Bytes& tree, const TreeEdits& edits) {
  ASSIGN_OR_RETURN(const base::Bytes root, TreeApply(reader.nodes(), tree, edits));
  for (const auto& [key, value] : edits) {
    if (!value && !IsTableKey(key)) {
      ASSIGN_OR_RETURN(const auto inside, TreeList(reader.nodes(), root, TreeRange{key, "", 1}));
      if (inside.empty()) continue;
      return base::Error(base::Code::kFailedPrecondition, kNamespaceNotEmpty,
                         "namespace \"" + KeyText(key) + "\" still holds \"" +
                             KeyText(inside.front().key) + "\": drop what is in it first")
          .Set("namespace", KeyText(key))
          .Set("hash", head.text());
    }
    const base::Bytes parent = ParentKey(key);
    if (!value || parent.empty()) continue;
    ASSIGN_OR_RETURN(const auto found, TreeGet(reader.nodes(), root, parent));
    if (found) continue;
    return NoNamespace(reader, root, KeyText(parent), head);
  }
  return root;
}

}  // namespace catalog
