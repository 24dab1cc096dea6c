// Both directions with other implementations. PyIceberg makes tables of every type and transform
// and says what its own planning keeps; we read them and must agree. Then we write the same data
// files under metadata, manifest lists and manifests of our own, and PyIceberg and DuckDB must see
// the same rows, types and field ids as in the originals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/testing/matchers.h"
#include "base/testing/sim_clock.h"
#include "iceberg/scan.h"
#include "iceberg/table_change.h"
#include "iceberg/written_file.h"
#include "storage/local_store.h"

namespace iceberg {
namespace {

using base::testing::IsOk;
using Json = nlohmann::json;
using columnar::Literal;
using columnar::Predicate;

std::string PythonPath() {
  return BOATHOUSE_DEPS_DIR "/peers/bin/python";
}

/// Runs a script of tests/interop and returns what it prints.
std::string RunScript(const std::string& script, const std::string& arguments) {
  const std::string command =
      PythonPath() + " " BOATHOUSE_SOURCE_DIR "/tests/interop/" + script + " " + arguments;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string out;
  char buffer[65536];
  for (size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return out;
}

Predicate PredicateOf(const Json& filter) {
  const std::map<std::string, Predicate::Op> ops = {
      {"=", Predicate::Op::kEqual},
      {"<", Predicate::Op::kLess},
      {">=", Predicate::Op::kGreaterOrEqual},
      {"is null", Predicate::Op::kIsNull},
      {"is not null", Predicate::Op::kIsNotNull},
      {"starts with", Predicate::Op::kStartsWith},
  };
  Predicate predicate;
  predicate.op = ops.at(filter["op"]);
  predicate.column = filter["column"];
  const std::string text = filter["text"];
  const bool number = predicate.column == "small" || predicate.column == "big";
  if (!text.empty()) {
    predicate.literals.push_back(number ? Literal::Long(std::stoll(text)) : Literal::String(text));
  }
  return predicate;
}

std::string HexBounds(const std::map<int32_t, base::Bytes>& bounds) {
  Json json = Json::object();
  for (const auto& [id, bytes] : bounds) json[std::to_string(id)] = base::ToHex(bytes);
  return json.dump();
}

class Interop : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(PythonPath())) return;
    char pattern[] = "/tmp/boathouse-interop-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern), nullptr);
    folder_ = new std::string(pattern);
    made_ = new Json(Json::parse(RunScript("make_pyiceberg_tables.py", *folder_), nullptr, false));
    auto store = storage::LocalStore::Open(*folder_);
    ASSERT_THAT(store, IsOk());
    store_ = std::move(store).value().release();
  }

  static void TearDownTestSuite() {
    if (folder_ != nullptr) std::filesystem::remove_all(*folder_);
    delete store_;
    delete made_;
    delete folder_;
  }

  void SetUp() override {
    if (store_ != nullptr) {
      ASSERT_TRUE(made_->is_array());
      return;
    }
    FAIL() << "no " << PythonPath() << ": run tools/install_deps.sh";
  }

  static TableMetadata Load(const Json& table) {
    auto metadata = LoadTableMetadata(ctx_, *store_, table["metadata"]);
    EXPECT_THAT(metadata, IsOk());
    return metadata.ok() ? *metadata : TableMetadata();
  }

  static base::Result<ScanPlan> Plan(const TableMetadata& metadata, const Predicate& predicate) {
    ASSIGN_OR_RETURN(const columnar::Schema* schema,
                     metadata.FindSchema(metadata.current_schema_id));
    return PlanScan(ctx_, *store_, metadata, {metadata.current_snapshot_id, *schema, predicate});
  }

  inline static std::string* folder_ = nullptr;
  inline static Json* made_ = nullptr;
  inline static storage::LocalStore* store_ = nullptr;
  inline static const base::Context ctx_;
};

TEST_F(Interop, ReadsFilesBoundsAndPartitionsOfPyIceberg) {
  for (const Json& table : *made_) {
    SCOPED_TRACE(table["name"].get<std::string>());
    const TableMetadata metadata = Load(table);
    const auto plan = Plan(metadata, {});
    ASSERT_THAT(plan, IsOk());
    ASSERT_EQ(plan->tasks.size(), table["files"].size());
    std::map<std::string, const DataFile*> files;
    for (const FileScanTask& task : plan->tasks) files[task.file.path] = &task.file;
    for (const Json& expected : table["files"]) {
      ASSERT_TRUE(files.contains(expected["path"]));
      const DataFile& file = *files[expected["path"]];
      EXPECT_EQ(file.record_count, expected["rows"]);
      EXPECT_EQ(HexBounds(file.lower_bounds), expected["lower"].dump());
      EXPECT_EQ(HexBounds(file.upper_bounds), expected["upper"].dump());
      // PyIceberg writes instants, reals and fixed bytes its own way; the rest is everybody's.
      const std::set<std::string> own_way = {"identity_at_utc", "identity_code", "identity_wide"};
      const auto spec = metadata.FindSpec(file.spec_id);
      ASSERT_THAT(spec, IsOk());
      if (!own_way.contains(table["name"]))
        EXPECT_EQ(PartitionPath(**spec, file.partition), expected["partition"]);
    }
  }
}

TEST_F(Interop, KeepsTheFilesPyIcebergKeeps) {
  int filters = 0;
  for (const Json& table : *made_) {
    const TableMetadata metadata = Load(table);
    for (const Json& filter : table["filters"]) {
      SCOPED_TRACE(table["name"].get<std::string>() + " " + filter.dump());
      const auto plan = Plan(metadata, PredicateOf(filter));
      ASSERT_THAT(plan, IsOk());
      EXPECT_EQ(plan->tasks.size(), filter["files"]);
      ++filters;
    }
  }
  EXPECT_GT(filters, 80);
}

/// Bounds computed by us from the values behind PyIceberg's: the same bytes.
TEST_F(Interop, BoundsOfMakeDataFileAreThoseOfPyIceberg) {
  for (const Json& table : *made_) {
    SCOPED_TRACE(table["name"].get<std::string>());
    const TableMetadata metadata = Load(table);
    const auto schema = metadata.FindSchema(metadata.current_schema_id);
    const auto plan = Plan(metadata, {});
    ASSERT_THAT(plan, IsOk());
    for (const FileScanTask& task : plan->tasks) {
      WrittenFile written;
      for (const auto& [id, bytes] : task.file.lower_bounds) {
        const auto min = columnar::DecodeSingleValue(bytes, (*schema)->FindById(id)->type);
        const auto max = columnar::DecodeSingleValue(task.file.upper_bounds.at(id),
                                                     (*schema)->FindById(id)->type);
        ASSERT_THAT(min, IsOk());
        ASSERT_THAT(max, IsOk());
        written.columns[id].min = *min;
        written.columns[id].max = *max;
      }
      const DataFile made = MakeDataFile(written, 0, {});
      EXPECT_EQ(made.lower_bounds, task.file.lower_bounds);
      EXPECT_EQ(made.upper_bounds, task.file.upper_bounds);
    }
  }
}

/// The live files of `metadata` under a new table of ours: one manifest per spec, then a second
/// commit that overwrites one file with itself, so that a rewritten manifest is read too.
base::Result<std::string> WriteAsOurs(const base::Context& ctx, storage::ObjectStore& store,
                                      const TableMetadata& metadata, const ScanPlan& plan) {
  const base::testing::SimClock clock;
  base::SeededRng rng(static_cast<uint64_t>(metadata.last_updated_ms) * 31 + plan.tasks.size());
  const std::string uuid = base::NewUuid(rng);
  ASSIGN_OR_RETURN(const columnar::Schema* schema, metadata.FindSchema(metadata.current_schema_id));
  ASSIGN_OR_RETURN(const PartitionSpec* spec, metadata.FindSpec(metadata.default_spec_id));
  const auto manifest_of = [&](size_t from, size_t to,
                               const char* name) -> base::Result<std::vector<ManifestFile>> {
    std::vector<ManifestFile> out;
    if (from >= to) return out;
    Manifest manifest;
    manifest.schema = *schema;
    manifest.spec = *spec;
    for (size_t i = from; i < to; ++i) {
      ManifestEntry entry;
      entry.file = plan.tasks[i].file;
      manifest.entries.push_back(std::move(entry));
    }
    ASSIGN_OR_RETURN(ManifestFile row,
                     WriteManifest(ctx, store, MetadataKey(uuid, name), manifest));
    ASSIGN_OR_RETURN(row, DecodeManifestFile(EncodeManifestFile(row)));
    out.push_back(std::move(row));
    return out;
  };
  Committer committer(store, clock, rng);
  TableChange create{Intent::kCreate, *schema, *spec, {}, {}, {}, {}, {}, {}};
  ASSIGN_OR_RETURN(create.added_manifests, manifest_of(0, plan.tasks.size() / 2, "a.avro"));
  ASSIGN_OR_RETURN(CommittedTable done, committer.Commit(ctx, uuid, nullptr, create));

  TableChange append;
  append.summary = {{"boathouse.run-id", "r"}};
  ASSIGN_OR_RETURN(append.added_manifests,
                   manifest_of(plan.tasks.size() / 2, plan.tasks.size(), "b.avro"));
  TableHead head{done.metadata, done.metadata_location, done.pointer};
  ASSIGN_OR_RETURN(done, committer.Commit(ctx, uuid, &head, append));

  if (plan.tasks.empty()) return done.metadata_location;
  TableChange overwrite;
  overwrite.intent = Intent::kOverwrite;
  overwrite.removed_files = {plan.tasks[0].file.path};
  ASSIGN_OR_RETURN(overwrite.added_manifests, manifest_of(0, 1, "c.avro"));
  head = {done.metadata, done.metadata_location, done.pointer};
  ASSIGN_OR_RETURN(done, committer.Commit(ctx, uuid, &head, overwrite));
  return done.metadata_location;
}

TEST_F(Interop, PyIcebergAndDuckDbReadWhatWeWriteAsTheOriginals) {
  std::map<std::string, std::string> originals;  // ours → theirs
  std::ofstream paths(*folder_ + "/paths");
  for (const Json& table : *made_) {
    const TableMetadata metadata = Load(table);
    const auto plan = Plan(metadata, {});
    ASSERT_THAT(plan, IsOk());
    const auto ours = WriteAsOurs(ctx_, *store_, metadata, *plan);
    ASSERT_THAT(ours, IsOk());
    originals[*ours] = table["metadata"];
    paths << *ours << "\n" << table["metadata"].get<std::string>() << "\n";
  }
  paths.close();
  const Json seen = Json::parse(RunScript("read_iceberg_tables.py", "- < " + *folder_ + "/paths"));
  size_t rows = 0;
  for (const auto& [ours, theirs] : originals) {
    SCOPED_TRACE(theirs);
    EXPECT_FALSE(seen[ours]["pyiceberg"].contains("error")) << seen[ours]["pyiceberg"]["error"];
    EXPECT_FALSE(seen[ours]["duckdb"].contains("error")) << seen[ours]["duckdb"]["error"];
    for (const char* reader : {"pyiceberg", "duckdb"}) {
      EXPECT_EQ(seen[ours][reader]["schema"], seen[theirs][reader]["schema"]) << reader;
      EXPECT_EQ(seen[ours][reader]["rows"], seen[theirs][reader]["rows"]) << reader;
    }
    EXPECT_EQ(seen[ours]["pyiceberg"]["spec"], seen[theirs]["pyiceberg"]["spec"]);
    rows += seen[ours]["duckdb"]["rows"].size();
  }
  EXPECT_GT(rows, 1000u);
}

}  // namespace
}  // namespace iceberg
