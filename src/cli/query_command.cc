#include <cctype>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "cli/execute.h"
#include "cli/reasons.h"
#include "columnar/ipc.h"
#include "columnar/render.h"
#include "columnar/text_output.h"

namespace cli {
namespace {

base::Result<std::string> SqlOf(const Session& session, const RunQuery& command) {
  if (command.file.empty()) return command.sql;
  const std::string path = session.PathOf(command.file);
  base::Result<base::Bytes> bytes = base::ReadFile(path);
  if (!bytes.ok()) {
    return base::Error(base::Code::kNotFound, kNoSuchFile,
                       "cannot read the SQL from \"" + command.file + "\"")
        .CausedBy(std::move(bytes).error());
  }
  return std::move(bytes).value();
}

/// A query plan is a drawing of many lines, not a table of cells.
bool IsExplain(const std::string& sql) {
  constexpr std::string_view kWord = "explain";
  const size_t first = sql.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || sql.size() - first < kWord.size()) return false;
  for (size_t i = 0; i < kWord.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(sql[first + i])) != kWord[i]) return false;
  }
  return true;
}

/// Writes rows as text (or Arrow) through `sink`.
base::Result<uint64_t> WriteRows(columnar::Stream stream, FileFormat format,
                                 const columnar::TextSink& sink) {
  switch (format) {
    case FileFormat::kCsv:
      return columnar::WriteRowsAsCsv(std::move(stream), {}, sink);
    case FileFormat::kJson:
      return columnar::WriteRowsAsJson(std::move(stream), columnar::JsonShape::kArray, sink);
    case FileFormat::kJsonl:
      return columnar::WriteRowsAsJson(std::move(stream), columnar::JsonShape::kLines, sink);
    case FileFormat::kArrow:
      return columnar::WriteIpc(std::move(stream), columnar::IpcFormat::kFile, sink);
    case FileFormat::kParquet:
    case FileFormat::kNone:
      break;
  }
  return base::Error(base::Code::kInternal, kExportFailed, "this format is not written as text");
}

columnar::TextSink Into(std::ostream& out, const std::string& name) {
  return [&out, name](std::string_view piece) -> base::Status {
    out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (out) return base::Ok();
    return base::Error(base::Code::kUnavailable, kExportFailed,
                       "cannot write \"" + name + "\": is the disk full?");
  };
}

/// The file appears whole or not at all: written beside, then renamed.
base::Result<uint64_t> WriteFile(Session& session, const Services& services, FileFormat format,
                                 columnar::Stream stream, const std::string& path) {
  if (format == FileFormat::kParquet) {
    return services.result_files->Write(session.ctx(), ResultFiles::Format::kParquet,
                                        std::move(stream), path);
  }
  const std::string beside = path + ".part";
  std::ofstream out(beside, std::ios::binary | std::ios::trunc);
  base::Result<uint64_t> rows = WriteRows(std::move(stream), format, Into(out, path));
  out.close();
  std::error_code failure;
  if (rows.ok() && !out) {
    rows = base::Error(base::Code::kUnavailable, kExportFailed, "cannot write \"" + path + "\"");
  }
  if (rows.ok()) {
    std::filesystem::rename(beside, path, failure);
    if (!failure) return rows;
    rows = base::IoError("rename", path, failure.value());
  }
  std::filesystem::remove(beside, failure);
  return rows;
}

Json JsonText(const model::JobId& job, uint64_t rows, const std::string& file) {
  return Json::Object({{"job_id", job.text()}, {"rows", rows}, {"file", file}});
}

Reply Written() {
  Reply reply;
  reply.written = true;
  return reply;
}

/// {"job_id": ..., "results": [...]}: written as it comes, so that a large result needs no memory.
base::Result<Reply> PrintJson(Session& session, api::QueryResult result) {
  std::ostream& out = session.around().out;
  out << "{\n  \"job_id\": " << JsonQuoted(result.job.text()) << ",\n  \"results\": ";
  RETURN_IF_ERROR(columnar::WriteRowsAsJson(std::move(result.stream), columnar::JsonShape::kArray,
                                            Into(out, "standard output")));
  out << "}\n";
  return Written();
}

}  // namespace

base::Result<Reply> Execute(Session& session, const RunQuery& command) {
  ASSIGN_OR_RETURN(const std::string sql, SqlOf(session, command));
  ASSIGN_OR_RETURN(const std::string ref, session.BranchOr(command.ref));
  ASSIGN_OR_RETURN(const Services services, session.Open());
  const uint64_t rows_max = command.all_rows ? 0 : command.rows_max;
  const bool as_table = command.format == FileFormat::kNone && !session.flags().json;
  // One more than is shown tells whether there are more.
  const uint64_t rows_wanted = as_table && rows_max > 0 ? rows_max + 1 : rows_max;
  const api::QueryRequest request{sql, ref, command.ns, rows_wanted};
  ASSIGN_OR_RETURN(api::QueryResult result, services.jobs->Query(session.ctx(), request));
  if (command.format != FileFormat::kNone && command.target != "-") {
    const std::string path = session.PathOf(command.target);
    const std::string job = result.job.text();
    ASSIGN_OR_RETURN(const uint64_t rows,
                     WriteFile(session, services, command.format, std::move(result.stream), path));
    return Reply{JsonText(model::JobId(job), rows, command.target),
                 Count(rows, "row") + " written to " + command.target + "\n",
                 {},
                 0};
  }
  if (command.format != FileFormat::kNone) {
    RETURN_IF_ERROR(WriteRows(std::move(result.stream), command.format,
                              Into(session.around().out, "standard output")));
    return Written();
  }
  if (!as_table) return PrintJson(session, std::move(result));
  columnar::RenderOptions options;
  options.rows_max = rows_max;
  options.no_trunc = command.no_trunc;
  options.as_text = IsExplain(sql);
  options.more = "the first " + Count(rows_max, "row") + "; --all-rows shows all of them";
  ASSIGN_OR_RETURN(const std::string text,
                   columnar::RenderTable(std::move(result.stream), options));
  return Reply{Json(), text, {}, 0};
}

}  // namespace cli
