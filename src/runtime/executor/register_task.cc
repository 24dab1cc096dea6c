#include <utility>

#include "engine/fragment_reader.h"
#include "runtime/executor/source_files_internal.h"
#include "runtime/executor/table_writer_internal.h"
#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"
#include "storage/s3_options.h"

namespace runtime {
namespace {

/// What the row groups of a footer say of one column together.
void Take(const engine::ColumnChunkStats& chunk, const columnar::Type& type, bool first,
          iceberg::WrittenColumn& column) {
  const auto bound = [&](const std::optional<columnar::Literal>& found) {
    return found ? columnar::ConvertLiteral(*found, type) : std::optional<columnar::Literal>();
  };
  column.value_count += chunk.value_count;
  if (first) {
    column.null_count = chunk.null_count;
    column.min = bound(chunk.min);
    column.max = bound(chunk.max);
    return;
  }
  if (column.null_count && chunk.null_count) {
    *column.null_count += *chunk.null_count;
  } else {
    column.null_count.reset();
  }
  const auto min = bound(chunk.min);
  const auto max = bound(chunk.max);
  if (!column.min || !min) {
    column.min.reset();
  } else if (columnar::Compare(*min, *column.min) < 0) {
    column.min = min;
  }
  if (!column.max || !max) {
    column.max.reset();
  } else if (columnar::Compare(*max, *column.max) > 0) {
    column.max = max;
  }
}

/// Bounds only of files without ids of their own: what those mean here is not known.
iceberg::WrittenFile Measured(const plan::SourceFile& file, const engine::FileStats& stats,
                              const columnar::Schema& schema) {
  iceberg::WrittenFile written;
  written.path =
      storage::NamingCredential(file.uri.starts_with('/') ? "file://" + file.uri : file.uri, "");
  written.record_count = stats.rows;
  written.file_size_bytes = static_cast<int64_t>(file.size_bytes);
  if (stats.has_field_ids) return written;
  for (const columnar::Field& field : schema.fields) {
    iceberg::WrittenColumn column;
    bool everywhere = true;
    for (size_t i = 0; i < stats.row_groups.size() && everywhere; ++i) {
      const auto found = stats.row_groups[i].columns.find(field.id);
      everywhere = found != stats.row_groups[i].columns.end();
      if (everywhere) Take(found->second, field.type, i == 0, column);
    }
    if (everywhere && !stats.row_groups.empty()) written.columns[field.id] = std::move(column);
  }
  return written;
}

}  // namespace

base::Status RunRegisterTask(const base::Context& ctx, ExecutorParts& parts,
                             const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  if (!task.write) {
    return base::Error(base::Code::kInvalidArgument, reasons::kBadTask,
                       "a task that registers files has a target");
  }
  outcome.written.emplace();
  ASSIGN_OR_RETURN(TableWriter writer, TableWriter::Open(parts.lake, *task.write));
  for (const plan::SourceFile& file : task.files) {
    RETURN_IF_ERROR(ctx.Check(parts.clock.Now()));
    ASSIGN_OR_RETURN(const auto reader, OpenSourceFile(ctx, parts, file.uri));
    ASSIGN_OR_RETURN(const engine::FileStats stats,
                     engine::ReadFileStats(*reader, &task.write->schema));
    plan::SourceFile measured = file;
    if (measured.size_bytes == 0) {
      ASSIGN_OR_RETURN(measured.size_bytes, reader->SizeBytes());
    }
    writer.Register(Measured(measured, stats, task.write->schema));
    outcome.files.push_back({file.uri, file.identity, measured.size_bytes,
                             static_cast<uint64_t>(stats.rows), std::nullopt});
  }
  RETURN_IF_ERROR(writer.Finish(ctx, *outcome.written));
  outcome.rows = outcome.written->rows_added;
  outcome.bytes = outcome.written->bytes_added;
  return base::Ok();
}

}  // namespace runtime
