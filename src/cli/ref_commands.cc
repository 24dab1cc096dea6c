#include <algorithm>

#include "cli/execute.h"
#include "cli/list_tables.h"
#include "cli/reasons.h"
#include "cli/ref_views.h"

namespace cli {
namespace {

Reply Done(const Session& session, Json json, const std::string& text) {
  const std::string mark = session.style().unicode ? "✓ " : "";
  return Reply{std::move(json), session.style().Green(mark) + text + "\n", {}, 0};
}

bool Is(const base::Error& error, base::Code code) {
  return error.code == code;
}

/// Deleting: with --if-exists a missing thing is a success that says so.
base::Result<Reply> Removed(const Session& session, const base::Status& status,
                            const std::string& what, bool if_exists) {
  if (!status.ok() && !(if_exists && Is(status.error(), base::Code::kNotFound))) {
    return status.error();
  }
  const bool deleted = status.ok();
  return Done(session, Json::Object({{"deleted", deleted}}),
              deleted ? "deleted " + what : what + " did not exist");
}

base::Result<Reply> Listed(const Session& session,
                           const base::Result<std::vector<api::RefEntry>>& refs,
                           const std::string& active) {
  if (!refs.ok()) return refs.error();
  Json list = Json::List();
  for (const api::RefEntry& ref : refs.value()) list.Add(RefJson(ref));
  return Reply{std::move(list), RefTable(refs.value(), active, session.style()), {}, 0};
}

std::string Titled(api::RefKind kind, const std::string& name) {
  return (kind == api::RefKind::kTag ? "tag " : "branch ") + name;
}

/// BranchCreate or TagCreate: the ref, or with --if-not-exists the one that is there.
template <class Create>
base::Result<Reply> CreateRef(Session& session, api::RefKind kind, const Create& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string from, session.BranchOr(command.from));
  base::Result<api::RefEntry> ref =
      kind == api::RefKind::kTag ? services.refs->CreateTag(session.ctx(), command.name, from)
                                 : services.refs->CreateBranch(session.ctx(), command.name, from);
  const bool existed =
      !ref.ok() && command.if_not_exists && Is(ref.error(), base::Code::kAlreadyExists);
  if (existed) ref = services.refs->Get(session.ctx(), command.name);
  if (!ref.ok()) return std::move(ref).error();
  Json json = RefJson(*ref);
  json.Set("created", !existed);
  const std::string what = Titled(kind, command.name);
  return Done(
      session, std::move(json),
      existed ? what + " exists already" : "created " + what + " at " + ShortHash(ref->commit));
}

/// BranchRemove or TagRemove.
template <class Remove>
base::Result<Reply> RemoveRef(Session& session, api::RefKind kind, const Remove& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  const base::Status status = services.refs->Delete(session.ctx(), command.name, kind);
  return Removed(session, status, Titled(kind, command.name), command.if_exists);
}

std::vector<api::TableDifference> OfNamespace(std::vector<api::TableDifference> all,
                                              const std::string& ns) {
  if (!ns.empty()) {
    std::erase_if(all, [&](const auto& each) { return !each.table.starts_with(ns + "."); });
  }
  return all;
}

}  // namespace

base::Result<Reply> Execute(Session& session, const BranchList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string active, session.BranchOr(""));
  const api::ListOptions options{command.name, command.user, command.limit};
  return Listed(session, services.refs->ListBranches(session.ctx(), options), active);
}

base::Result<Reply> Execute(Session& session, const BranchCreate& command) {
  return CreateRef(session, api::RefKind::kBranch, command);
}

base::Result<Reply> Execute(Session& session, const BranchRemove& command) {
  return RemoveRef(session, api::RefKind::kBranch, command);
}

base::Result<Reply> Execute(Session& session, const BranchShow& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const api::RefEntry ref, services.refs->Get(session.ctx(), command.name));
  const api::TableListOptions options{"", command.ns, 0};
  ASSIGN_OR_RETURN(const std::vector<api::TableEntry> tables,
                   ListTables(session, services, command.name, options));
  Json json = RefJson(ref);
  Json list = Json::List();
  for (const api::TableEntry& table : tables) list.Add(TableEntryJson(table));
  json.Set("tables", std::move(list));
  const Style& style = session.style();
  return Reply{std::move(json),
               style.Bold(ref.name) + "  " + style.Yellow(ref.commit.text()) + "\n\n" +
                   TableTable(tables, style),
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const Checkout& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  api::RefEntry branch;
  if (command.create) {
    ASSIGN_OR_RETURN(const std::string from, session.BranchOr(command.from));
    ASSIGN_OR_RETURN(branch, services.refs->CreateBranch(session.ctx(), command.branch, from));
  } else {
    ASSIGN_OR_RETURN(branch, services.refs->Get(session.ctx(), command.branch));
    if (branch.kind != api::RefKind::kBranch) {
      return base::Error(base::Code::kInvalidArgument, kNotABranch,
                         "\"" + command.branch + "\" is no branch: only branches can be active");
    }
  }
  RETURN_IF_ERROR(session.backend().settings().SetActiveBranch(session.lake(), branch.name));
  return Done(session, RefJson(branch), "the active branch is now " + branch.name);
}

base::Result<Reply> Execute(Session& session, const BranchDiff& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string to, session.BranchOr(command.to));
  ASSIGN_OR_RETURN(std::vector<api::TableDifference> all,
                   services.refs->Diff(session.ctx(), command.from, to));
  const std::vector<api::TableDifference> shown = OfNamespace(std::move(all), command.ns);
  Json list = Json::List();
  for (const api::TableDifference& each : shown) list.Add(DifferenceJson(each));
  Json json = Json::Object({{"from", command.from}, {"to", to}, {"tables", std::move(list)}});
  const std::string text = shown.empty()
                               ? "no difference between " + command.from + " and " + to + "\n"
                               : DifferenceText(shown, session.style());
  return Reply{std::move(json), text, {}, 0};
}

base::Result<Reply> Execute(Session& session, const BranchMerge& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string into, session.BranchOr(command.into));
  const api::MergeRequest request{.source = command.source,
                                  .into = into,
                                  .message = command.message,
                                  .body = {},
                                  .properties = command.properties,
                                  .request_id = {}};
  ASSIGN_OR_RETURN(const api::RefEntry merged, services.refs->Merge(session.ctx(), request));
  return Done(
      session, RefJson(merged),
      "merged " + command.source + " into " + into + ", now at " + ShortHash(merged.commit));
}

base::Result<Reply> Execute(Session& session, const BranchRename& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string active, session.BranchOr(""));
  ASSIGN_OR_RETURN(
      const api::RefEntry renamed,
      services.refs->Rename(session.ctx(), command.name, command.to, api::RefKind::kBranch));
  if (active == command.name) {
    RETURN_IF_ERROR(session.backend().settings().SetActiveBranch(session.lake(), command.to));
  }
  return Done(session, RefJson(renamed), "renamed " + command.name + " to " + command.to);
}

base::Result<Reply> Execute(Session& session, const TagList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  const api::ListOptions options{command.name, "", command.limit};
  return Listed(session, services.refs->ListTags(session.ctx(), options), "");
}

base::Result<Reply> Execute(Session& session, const TagCreate& command) {
  return CreateRef(session, api::RefKind::kTag, command);
}

base::Result<Reply> Execute(Session& session, const TagRemove& command) {
  return RemoveRef(session, api::RefKind::kTag, command);
}

base::Result<Reply> Execute(Session& session, const TagRename& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(
      const api::RefEntry renamed,
      services.refs->Rename(session.ctx(), command.name, command.to, api::RefKind::kTag));
  return Done(session, RefJson(renamed), "renamed " + command.name + " to " + command.to);
}

base::Result<Reply> Execute(Session& session, const CommitLog& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string ref, session.BranchOr(command.ref));
  api::CommitFilter filter;
  filter.message = command.message;
  filter.author = command.author;
  filter.properties = command.properties;
  filter.since = command.since;
  filter.until = command.until;
  filter.limit = command.limit;
  ASSIGN_OR_RETURN(const std::vector<api::CommitEntry> commits,
                   services.refs->Log(session.ctx(), ref, filter));
  Json list = Json::List();
  std::string text;
  for (const api::CommitEntry& commit : commits) {
    if (!text.empty() && command.format != LogFormat::kOneline) text += "\n";
    text += CommitText(commit, command.format, session.style());
    list.Add(CommitJson(commit));
  }
  return Reply{std::move(list), text, {}, 0};
}

base::Result<Reply> Execute(Session& session, const NamespaceList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string ref, session.BranchOr(command.ref));
  const api::ListOptions options{command.name, "", command.limit};
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   services.namespaces->List(session.ctx(), ref, options));
  Json list = Json::List();
  std::string text = session.style().Bold("NAMESPACE") + "\n";
  for (const std::string& name : names) {
    list.Add(Json::Object({{"name", name}}));
    text += name + "\n";
  }
  return Reply{std::move(list), text, {}, 0};
}

base::Result<Reply> Execute(Session& session, const NamespaceCreate& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string branch, session.BranchOr(command.branch));
  const base::Result<api::RefEntry> made =
      services.namespaces->Create(session.ctx(), branch, command.name, {});
  const bool existed = !made.ok() && Is(made.error(), base::Code::kAlreadyExists);
  if (!made.ok() && !(existed && command.if_not_exists)) return made.error();
  return Done(session,
              Json::Object({{"name", command.name}, {"branch", branch}, {"created", !existed}}),
              (existed ? "namespace exists already: " : "created namespace ") + command.name +
                  " on " + branch);
}

base::Result<Reply> Execute(Session& session, const NamespaceRemove& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string branch, session.BranchOr(command.branch));
  const base::Result<api::RefEntry> gone =
      services.namespaces->Delete(session.ctx(), branch, command.name, {});
  const base::Status status = gone.ok() ? base::Ok() : base::Status(gone.error());
  return Removed(session, status, "namespace " + command.name, command.if_exists);
}

}  // namespace cli
