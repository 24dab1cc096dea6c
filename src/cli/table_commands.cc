#include <filesystem>

#include "cli/execute.h"
#include "cli/follow_job.h"
#include "cli/job_views.h"
#include "cli/list_tables.h"
#include "cli/ref_views.h"

namespace cli {
namespace {

/// A file is known by its path: the same one, typed in another folder or for a server, stays the
/// same.
std::vector<std::string> Absolute(const Session& session, std::vector<std::string> sources) {
  for (std::string& source : sources) {
    source = session.PathOf(source);
    if (source.find("://") != std::string::npos) continue;
    source = std::filesystem::absolute(source).lexically_normal().string();
  }
  return sources;
}

std::string Mark(const Session& session) {
  return session.style().unicode ? session.style().Green("✓ ") : "";
}

Reply ImportReply(const Session& session, const api::JobRecord& job) {
  Reply reply{JobJson(job), JobSummary(job, session.style()), {}, 0};
  reply.error = job.error;
  reply.exit_code = job.status == api::JobStatus::kComplete ? 0 : 1;
  return reply;
}

}  // namespace

base::Result<Reply> Execute(Session& session, const TableList& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string ref, session.BranchOr(command.ref));
  const api::TableListOptions options{command.name, command.ns, command.limit};
  ASSIGN_OR_RETURN(const std::vector<api::TableEntry> tables,
                   ListTables(session, services, ref, options));
  Json list = Json::List();
  for (const api::TableEntry& table : tables) list.Add(TableEntryJson(table));
  return Reply{std::move(list), TableTable(tables, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const TableShow& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string ref, session.BranchOr(command.ref));
  ASSIGN_OR_RETURN(const api::TableDescription table,
                   services.tables->Get(session.ctx(), ref, command.name, command.ns));
  return Reply{TableJson(table), TableText(table, session.style()), {}, 0};
}

base::Result<Reply> Execute(Session& session, const TableRemove& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string branch, session.BranchOr(command.branch));
  api::WriteOptions options;
  options.message = command.message;
  const base::Result<api::RefEntry> dropped =
      services.tables->Drop(session.ctx(), branch, command.name, command.ns, options);
  if (!dropped.ok()) {
    if (!command.if_exists || dropped.error().code != base::Code::kNotFound) return dropped.error();
    return Reply{
        Json::Object({{"deleted", false}}), "table " + command.name + " did not exist\n", {}, 0};
  }
  return Reply{Json::Object({{"deleted", true}, {"hash", dropped->commit.text()}}),
               Mark(session) + "dropped table " + command.name + " from " + branch + ", now at " +
                   ShortHash(dropped->commit) + "\n",
               {},
               0};
}

base::Result<Reply> Execute(Session& session, const TableCreate& command) {
  api::CreateTableRequest request = command.request;
  ASSIGN_OR_RETURN(request.branch, session.BranchOr(request.branch));
  request.sources = Absolute(session, request.sources);
  ASSIGN_OR_RETURN(const api::JobRecord job, SubmitAndFollow(session, request));
  return ImportReply(session, job);
}

base::Result<Reply> Execute(Session& session, const TableImport& command) {
  api::ImportRequest request = command.request;
  ASSIGN_OR_RETURN(request.branch, session.BranchOr(request.branch));
  request.sources = Absolute(session, request.sources);
  ASSIGN_OR_RETURN(const api::JobRecord job, SubmitAndFollow(session, request));
  return ImportReply(session, job);
}

base::Result<Reply> Execute(Session& session, const TableRevert& command) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const std::string into, session.BranchOr(command.into));
  const api::WriteOptions options{
      .message = command.message, .body = {}, .properties = command.properties, .request_id = {}};
  const api::RevertRequest request{command.name, command.ns,      command.source,
                                   into,         command.replace, options};
  ASSIGN_OR_RETURN(const api::RefEntry reverted, services.tables->Revert(session.ctx(), request));
  return Reply{RefJson(reverted),
               Mark(session) + "table " + command.name + " on " + into + " is as it was at " +
                   command.source + ", now at " + ShortHash(reverted.commit) + "\n",
               {},
               0};
}

}  // namespace cli
