#include "local_ports.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/rng.h"
#include "cli/reasons.h"
#include "client/remote_lake.h"
#include "columnar/ipc.h"
#include "columnar/producer.h"
#include "embedded/lake_folder.h"
#include "embedded/warehouse.h"
#include "engine/parquet_writer.h"
#include "project/python_versions.h"
#include "runtime/environment/interpreter.h"
#include "runtime/sandbox/doctor.h"

namespace apps {
namespace {

/// A file that appears whole, when finished, or not at all.
class WholeFile {
 public:
  explicit WholeFile(std::string path)
      : path_(std::move(path)),
        beside_(path_ + ".tmp-" + std::to_string(getpid())),
        file_(std::fopen(beside_.c_str(), "wb"), &std::fclose) {}
  ~WholeFile() {
    file_.reset();
    std::error_code ignored;
    std::filesystem::remove(beside_, ignored);
  }
  WholeFile(const WholeFile&) = delete;

  base::Status Append(std::string_view piece) {
    if (!file_) return base::IoError("create", path_, errno);
    if (std::fwrite(piece.data(), 1, piece.size(), file_.get()) != piece.size()) {
      return base::IoError("write", path_, errno);
    }
    return base::Ok();
  }
  base::Status Finish() {
    if (!file_ || std::fflush(file_.get()) != 0) return base::IoError("write", path_, errno);
    file_.reset();
    if (std::rename(beside_.c_str(), path_.c_str()) != 0)
      return base::IoError("rename to", path_, errno);
    return base::Ok();
  }

 private:
  const std::string path_;
  const std::string beside_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

class SharedSink final : public engine::ByteSink {
 public:
  explicit SharedSink(WholeFile& file) : file_(file) {}
  base::Status Append(base::BytesView bytes) override { return file_.Append(bytes); }
  base::Status Finish() override { return base::Ok(); }

 private:
  WholeFile& file_;
};

void NumberFields(std::vector<columnar::Field>& fields, int32_t& next) {
  for (columnar::Field& field : fields) {
    field.id = next++;
    NumberFields(field.type.children, next);
  }
}

base::Result<uint64_t> WriteParquetFile(const base::Context& ctx, columnar::Stream stream,
                                        WholeFile& file) {
  ASSIGN_OR_RETURN(columnar::Schema schema, columnar::SchemaOf(stream));
  int32_t next = 1;
  NumberFields(schema.fields, next);
  engine::WriteOptions options;
  options.file_bytes_target = INT64_MAX;
  options.empty_file = true;
  uint64_t rows = 0;
  const auto open_next = [&](const engine::PartitionKey&,
                             int64_t) -> base::Result<engine::OpenedFile> {
    return engine::OpenedFile{"result", std::make_unique<SharedSink>(file)};
  };
  ASSIGN_OR_RETURN(const auto written,
                   engine::WriteParquet(ctx, std::move(stream), schema, options, open_next));
  for (const engine::WrittenFile& one : written) rows += static_cast<uint64_t>(one.rows);
  return rows;
}

cli::ProbeState StateOf(runtime::ProbeState state) {
  switch (state) {
    case runtime::ProbeState::kOk:
      return cli::ProbeState::kGood;
    case runtime::ProbeState::kDegraded:
      return cli::ProbeState::kWarning;
    case runtime::ProbeState::kMissing:
      return cli::ProbeState::kBad;
  }
  return cli::ProbeState::kBad;
}

/// Whether the bucket answers, lets us in and has this lake's files.
cli::Probe WarehouseProbe(const base::Context& ctx, const embedded::LakeFolder& lake,
                          storage::S3Options s3) {
  base::SystemRng rng;
  const base::SystemClock clock;
  s3.retries.attempts_max = 2;
  const auto answer = [&]() -> base::Status {
    ASSIGN_OR_RETURN(const auto objects, embedded::OpenObjects(lake, {s3, clock, rng}));
    ASSIGN_OR_RETURN(const base::Bytes claim, storage::ReadAll(ctx, *objects, "lake.json"));
    if (claim.find(lake.lake_id) != std::string::npos) return base::Ok();
    return base::Error(base::Code::kFailedPrecondition, "lake.warehouse_taken",
                       "\"" + lake.warehouse->uri + "\" has the files of another lake");
  }();
  if (answer.ok()) return {"warehouse", cli::ProbeState::kGood, lake.warehouse->uri, ""};
  return {"warehouse", cli::ProbeState::kBad, answer.error().message, ""};
}

cli::LakeDescription DescriptionOf(const embedded::LakeFolder& folder, const std::string& user) {
  cli::LakeDescription description{folder.path,     folder.lake_id, folder.format,
                                   folder.root_uri, user,           folder.created};
  if (folder.warehouse) description.warehouse = folder.warehouse->uri;
  return description;
}

}  // namespace

base::Result<uint64_t> ArrowResultFiles::Write(const base::Context& ctx, Format format,
                                               columnar::Stream stream, const std::string& path) {
  WholeFile file(path);
  uint64_t rows = 0;
  if (format == Format::kParquet) {
    ASSIGN_OR_RETURN(rows, WriteParquetFile(ctx, std::move(stream), file));
  } else {
    ASSIGN_OR_RETURN(
        rows, columnar::WriteIpc(std::move(stream), columnar::IpcFormat::kFile,
                                 [&](std::string_view piece) { return file.Append(piece); }));
  }
  RETURN_IF_ERROR(file.Finish());
  return rows;
}

namespace {

/// The interpreters there are, and what to type for the versions that functions may ask for and
/// that are not here.
cli::Probe ExaminePythons() {
  std::string versions;
  std::string absent;
  std::set<std::string> found;
  for (const runtime::Interpreter& one : runtime::FindInterpreters(runtime::CurrentVariables())) {
    versions += (versions.empty() ? "" : ", ") + one.version + " (" + one.path + ")";
    found.insert(one.short_version);
  }
  for (const std::string_view offered : project::kPythonVersions) {
    if (!found.contains(std::string(offered))) absent += " " + std::string(offered);
  }
  if (versions.empty()) {
    return {"python interpreters", cli::ProbeState::kBad, "none found: no Python function can run",
            "apt install python3, or uv python install" + absent};
  }
  if (!absent.empty()) versions += "; not here:" + absent + " (uv python install" + absent + ")";
  return {"python interpreters", cli::ProbeState::kGood, versions, ""};
}

}  // namespace

namespace {

/// A server's lake is its own business; a setting that is only there for other commands is passed
/// over.
base::Status RefuseServer(const cli::LakeChoice& lake) {
  if (lake.server.empty()) return base::Ok();
  return base::Error(base::Code::kInvalidArgument, cli::kLocalOnly,
                     "lakes are made where they are: run this on the server's machine, without "
                     "--server");
}

base::Result<cli::LakeDescription> DescribeServer(const base::Context& ctx, FileSettings& settings,
                                                  const cli::LakeChoice& lake) {
  const base::SystemClock clock;
  const std::string url = settings.Server(lake);
  ASSIGN_OR_RETURN(const auto remote,
                   client::RemoteLake::Open(
                       {url, settings.ServerKey(), settings.ServerCertificates(lake)}, clock));
  ASSIGN_OR_RETURN(const client::Greeting greeting, remote->Greet(ctx));
  cli::LakeDescription description;
  description.path = url;
  description.root_uri = url;
  description.user = greeting.user;
  return description;
}

cli::Probe ServerProbe(const base::Context& ctx, FileSettings& settings,
                       const cli::LakeChoice& lake) {
  const auto found = DescribeServer(ctx, settings, lake);
  if (found.ok()) return {"server", cli::ProbeState::kGood, found->path + " as " + found->user, ""};
  return {"server", cli::ProbeState::kBad, found.error().message, ""};
}

}  // namespace

std::vector<cli::Probe> MachineDoctor::Examine(const base::Context& ctx,
                                               const cli::LakeChoice& lake) {
  std::vector<cli::Probe> probes;
  runtime::LauncherOptions options;
  options.program = installation_.launcher;
  for (const runtime::Probe& probe : runtime::ProbeSandbox(options)) {
    const std::string meaning =
        probe.meaning.empty() ? probe.found : probe.found + ": " + probe.meaning;
    probes.push_back({probe.name, StateOf(probe.state), meaning, probe.remedy});
  }
  probes.push_back(ExaminePythons());
  const bool has_uv = !installation_.uv.empty() || !Variable("BOATHOUSE_UV", "").empty();
  probes.push_back({"uv", has_uv ? cli::ProbeState::kGood : cli::ProbeState::kWarning,
                    has_uv ? "packages of functions can be resolved"
                           : "not found beside the program: PATH is searched",
                    has_uv ? "" : "pip install uv, or set BOATHOUSE_UV"});
  if (!settings_.Server(lake).empty()) {
    probes.push_back(ServerProbe(ctx, settings_, lake));
    return probes;
  }
  const auto folder = embedded::ReadLakeFolder(settings_.LakePath(lake));
  if (folder.ok()) {
    probes.push_back({"lake", cli::ProbeState::kGood, folder->path, ""});
    if (folder->warehouse) probes.push_back(WarehouseProbe(ctx, *folder, settings_.S3()));
  } else if (folder.error().reason == "lake.none") {
    probes.push_back(
        {"lake", cli::ProbeState::kGood, "none yet at " + settings_.LakePath(lake), ""});
  } else {
    probes.push_back({"lake", cli::ProbeState::kBad, folder.error().message, ""});
  }
  return probes;
}

base::Result<cli::LakeDescription> FolderLakes::Create(const base::Context& ctx,
                                                       const cli::LakeChoice& lake) {
  RETURN_IF_ERROR(RefuseServer(lake));
  base::SystemRng rng;
  const base::SystemClock clock;
  const storage::S3Options s3 = settings_.S3();
  ASSIGN_OR_RETURN(const embedded::LakeFolder folder,
                   embedded::OpenOrMakeLake(ctx, settings_.LakePath(lake),
                                            settings_.WarehouseOfNewLakes(lake), {s3, clock, rng}));
  return DescriptionOf(folder, settings_.User(lake));
}

base::Result<cli::LakeDescription> FolderLakes::Describe(const base::Context& ctx,
                                                         const cli::LakeChoice& lake) {
  if (!settings_.Server(lake).empty()) return DescribeServer(ctx, settings_, lake);
  ASSIGN_OR_RETURN(const embedded::LakeFolder folder,
                   embedded::ReadLakeFolder(settings_.LakePath(lake)));
  return DescriptionOf(folder, settings_.User(lake));
}

base::Result<cli::LakeDescription> FolderLakes::Adopt(const base::Context&,
                                                      const cli::LakeChoice& lake) {
  RETURN_IF_ERROR(RefuseServer(lake));
  ASSIGN_OR_RETURN(const embedded::LakeFolder folder,
                   embedded::AdoptLakeFolder(settings_.LakePath(lake)));
  return DescriptionOf(folder, settings_.User(lake));
}

}  // namespace apps
