#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/guarded.h"
#include "base/sha256.h"
#include "columnar/producer.h"
#include "engine/file_reader.h"
#include "runtime/executor/source_files_internal.h"
#include "runtime/executor/table_writer_internal.h"
#include "runtime/executor/task_parts_internal.h"
#include "runtime/reasons.h"

namespace runtime {
namespace {

constexpr uint64_t kHashBlockBytes = 4u << 20;
constexpr size_t kHashThreadsMax = 4;

base::Result<std::string> IdentityOf(const base::Context& ctx, const base::Clock& clock,
                                     engine::RangeReader& file, uint64_t size) {
  base::Sha256Hasher hasher;
  for (uint64_t at = 0; at < size; at += kHashBlockBytes) {
    RETURN_IF_ERROR(ctx.Check(clock.Now()));
    ASSIGN_OR_RETURN(const base::Bytes block, file.ReadAt(at, kHashBlockBytes));
    hasher.Update(block);
  }
  return "sha256:" + base::ToHex(hasher.Finish());
}

/// Sizes and identities of files, several at once: a hash keeps one processor busy, not the disk.
base::Status Identify(const base::Context& ctx, ExecutorParts& parts,
                      std::vector<plan::FileOutcome>& files) {
  std::atomic<size_t> next = 0;
  base::Guarded<base::Status> first_failure{base::Ok()};
  const auto work = [&]() noexcept {
    for (size_t i = next++; i < files.size(); i = next++) {
      if (!files[i].identity.empty()) continue;  // its store said what it is
      const base::Status done = [&]() -> base::Status {
        ASSIGN_OR_RETURN(const auto reader, OpenSourceFile(ctx, parts, files[i].uri));
        ASSIGN_OR_RETURN(files[i].size_bytes, reader->SizeBytes());
        ASSIGN_OR_RETURN(files[i].identity,
                         IdentityOf(ctx, parts.clock, *reader, files[i].size_bytes));
        return base::Ok();
      }();
      if (done.ok()) continue;
      next = files.size();
      first_failure.With([&](base::Status& first) {
        if (first.ok()) first = done;
      });
    }
  };
  {
    const size_t processors = std::max(1u, std::jthread::hardware_concurrency());
    const size_t threads = std::min({processors, kHashThreadsMax, files.size()});
    std::vector<std::jthread> others;
    for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  return first_failure.With([](const base::Status& first) { return first; });
}

engine::InputOptions OptionsOf(const plan::FileReadOptions& read) {
  engine::InputOptions options;
  switch (read.format) {
    case plan::FileFormat::kParquet:
      options.format = engine::InputFormat::kParquet;
      break;
    case plan::FileFormat::kCsv:
      options.format = engine::InputFormat::kCsv;
      break;
    case plan::FileFormat::kJsonl:
      options.format = engine::InputFormat::kJsonl;
      break;
  }
  if (!read.delimiter.empty()) options.delimiter = read.delimiter[0];
  options.quote = read.quote.empty() ? '\0' : read.quote[0];
  options.header = read.header;
  options.null_tokens = read.null_tokens;
  options.date_format = read.date_format;
  options.timestamp_format = read.timestamp_format;
  options.encoding = read.encoding;
  options.ignore_unknown_columns = read.best_effort;
  return options;
}

base::Result<engine::InputFile> InputOf(const base::Context& ctx, ExecutorParts& parts,
                                        const std::string& uri) {
  ASSIGN_OR_RETURN(auto reader, OpenSourceFile(ctx, parts, uri));
  return engine::InputFile{uri, std::move(reader)};
}

/// The rows of one source file into the table's files.
base::Result<uint64_t> ImportOne(const base::Context& ctx, ExecutorParts& parts,
                                 const plan::TaskSpec& task, const plan::SourceFile& file,
                                 TableWriter& writer) {
  ASSIGN_OR_RETURN(const engine::InputFile input, InputOf(ctx, parts, file.uri));
  const engine::InputOptions options = OptionsOf(task.read_options);
  if (options.format == engine::InputFormat::kParquet) {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> copied, writer.Copy(ctx, input.reader));
    if (copied) return *copied;
  }
  ASSIGN_OR_RETURN(columnar::Stream rows,
                   engine::ReadInputFile(ctx, input, options, task.write->schema));
  uint64_t count = 0;
  rows = columnar::Observe(std::move(rows), [&](uint64_t seen) { count += seen; });
  RETURN_IF_ERROR(writer.Write(ctx, std::move(rows)));
  return count;
}

}  // namespace

base::Status RunListFilesTask(const base::Context& ctx, ExecutorParts& parts,
                              const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  std::set<std::string> seen;
  for (const plan::SourceFile& pattern : task.files) {
    ASSIGN_OR_RETURN(std::vector<plan::FileOutcome> found,
                     FindSourceFiles(ctx, parts, pattern.uri));
    for (plan::FileOutcome& file : found) {
      if (seen.insert(file.uri).second) outcome.files.push_back(std::move(file));
    }
  }
  return Identify(ctx, parts, outcome.files);
}

base::Status RunInferTask(const base::Context& ctx, ExecutorParts& parts,
                          const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  std::vector<engine::InputFile> files;
  for (const plan::SourceFile& file : task.files) {
    ASSIGN_OR_RETURN(engine::InputFile input, InputOf(ctx, parts, file.uri));
    files.push_back(std::move(input));
  }
  ASSIGN_OR_RETURN(outcome.schema, engine::InferSchema(ctx, files, OptionsOf(task.read_options)));
  return base::Ok();
}

base::Status RunImportTask(const base::Context& ctx, ExecutorParts& parts,
                           const plan::TaskSpec& task, plan::TaskOutcome& outcome) {
  if (!task.write) {
    return base::Error(base::Code::kInvalidArgument, reasons::kBadTask,
                       "an import task has a target");
  }
  outcome.written.emplace();
  ASSIGN_OR_RETURN(TableWriter writer, TableWriter::Open(parts.lake, *task.write));
  for (const plan::SourceFile& file : task.files) {
    RETURN_IF_ERROR(ctx.Check(parts.clock.Now()));
    plan::FileOutcome done{file.uri, file.identity, file.size_bytes, 0, std::nullopt};
    auto rows = ImportOne(ctx, parts, task, file, writer);
    if (rows.ok()) {
      done.rows = rows.value();
    } else if (!task.read_options.continue_on_error) {
      return std::move(rows).error();
    } else {
      done.error = std::move(rows).error();
    }
    outcome.files.push_back(std::move(done));
  }
  RETURN_IF_ERROR(writer.Finish(ctx, *outcome.written));
  outcome.rows = outcome.written->rows_added;
  outcome.bytes = outcome.written->bytes_added;
  return base::Ok();
}

}  // namespace runtime
