#include "iceberg/table_change.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "base/testing/sim_clock.h"
#include "iceberg/reasons.h"
#include "iceberg/scan.h"
#include "iceberg/written_file.h"
#include "storage/counting_store.h"
#include "storage/memory_store.h"
#include "storage/testing/unreliable_store.h"

namespace iceberg {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Literal;
using columnar::Predicate;
using columnar::TypeId;

constexpr char kUuid[] = "9c12d441-03fe-4693-9a96-a0705ddf69c1";

class Changes : public ::testing::Test {
 protected:
  static columnar::Schema Columns() {
    columnar::Schema schema;
    schema.fields = {{1, "id", TypeId::kLong, false, ""}, {2, "name", TypeId::kString, false, ""}};
    return schema;
  }
  static PartitionSpec ById() {
    return {0, {{1000, 1, "id_trunc", {Transform::Kind::kTruncate, 10}}}};
  }

  /// A file of 10 rows with ids from `first`, a multiple of 10.
  DataFile File(int64_t first) const {
    WrittenFile written;
    written.path = store_.Uri("f" + std::to_string(first));
    written.record_count = 10;
    written.file_size_bytes = 100;
    written.columns[1] = {10, 10, 0, std::nullopt, Literal::Long(first), Literal::Long(first + 9)};
    return MakeDataFile(written, 0, {Literal::Long(first)});
  }

  ManifestFile ManifestOf(const std::vector<int64_t>& firsts) {
    Manifest manifest;
    manifest.schema = Columns();
    manifest.spec = ById();
    for (const int64_t first : firsts) {
      ManifestEntry entry;
      entry.file = File(first);
      manifest.entries.push_back(entry);
    }
    const std::string key = MetadataKey(kUuid, "m" + std::to_string(manifests_++) + ".avro");
    auto row = WriteManifest(ctx_, store_, key, manifest);
    EXPECT_THAT(row, IsOk());
    return *row;
  }

  static TableHead HeadOf(const CommittedTable& table) {
    return {table.metadata, table.metadata_location, table.pointer};
  }

  CommittedTable Create(std::vector<ManifestFile> added = {}) {
    TableChange change;
    change.intent = Intent::kCreate;
    change.schema = Columns();
    change.spec = ById();
    change.added_manifests = std::move(added);
    auto done = committer_.Commit(ctx_, kUuid, nullptr, change);
    EXPECT_THAT(done, IsOk());
    return *done;
  }

  base::Result<CommittedTable> Append(const CommittedTable& table, ManifestFile added) {
    TableChange change;
    change.added_manifests = {std::move(added)};
    const TableHead head = HeadOf(table);
    return committer_.Commit(ctx_, kUuid, &head, change);
  }

  base::Result<ScanPlan> Scan(const CommittedTable& table, Predicate predicate = {}) {
    // From the stored file, as a reader would.
    ASSIGN_OR_RETURN(const TableMetadata metadata,
                     LoadTableMetadata(ctx_, store_, table.metadata_location));
    EXPECT_EQ(metadata, table.metadata);
    return PlanScan(ctx_, store_, metadata,
                    {table.pointer.snapshot_id, Columns(), std::move(predicate)});
  }

  std::vector<std::string> Paths(const CommittedTable& table, Predicate predicate = {}) {
    auto plan = Scan(table, std::move(predicate));
    EXPECT_THAT(plan, IsOk());
    std::vector<std::string> paths;
    for (const auto& task : plan->tasks) paths.push_back(*store_.KeyOf(task.file.path));
    return paths;
  }

  const base::Context ctx_;
  storage::MemoryStore store_;
  base::testing::SimClock clock_;
  base::SeededRng rng_{1};
  Committer committer_{store_, clock_, rng_};
  int manifests_ = 0;
};

using Names = std::vector<std::string>;

TEST_F(Changes, AnEmptyTableHasNoSnapshot) {
  const CommittedTable table = Create();
  EXPECT_EQ(table.pointer.snapshot_id, std::nullopt);
  EXPECT_EQ(table.metadata.properties.at("gc.enabled"), "false");
  EXPECT_EQ(table.metadata.location, store_.Uri("tables/" + std::string(kUuid)));
  EXPECT_NE(table.metadata_location.find("/metadata/00000-"), std::string::npos);
  EXPECT_EQ(Paths(table), Names{});
}

TEST_F(Changes, AppendsKeepWhatWasThere) {
  const CommittedTable first = Create({ManifestOf({0})});
  const auto second = Append(first, ManifestOf({10, 20}));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(Paths(*second), (Names{"f0", "f10", "f20"}));
  EXPECT_EQ(Paths(first), Names{"f0"});
  const Snapshot& snapshot = second->metadata.snapshots.back();
  EXPECT_EQ(snapshot.parent_id, first.pointer.snapshot_id);
  EXPECT_EQ(snapshot.sequence_number, 2);
  EXPECT_EQ(snapshot.summary.at("operation"), "append");
  EXPECT_EQ(snapshot.summary.at("added-records"), "20");
  EXPECT_EQ(snapshot.summary.at("total-records"), "30");
  EXPECT_EQ(snapshot.summary.at("total-files-size"), "300");
  EXPECT_NE(second->metadata_location.find("/metadata/00001-"), std::string::npos);
  EXPECT_EQ(second->metadata.metadata_log.back().metadata_file, first.metadata_location);
}

// The same delta manifest is committed on two heads: its entries take each lineage's numbers.
TEST_F(Changes, OneManifestInheritsInTwoLineages) {
  const CommittedTable base = Create({ManifestOf({0})});
  const ManifestFile delta = ManifestOf({10});
  const auto ahead = Append(*Append(base, ManifestOf({50})), delta);
  const auto beside = Append(base, delta);
  ASSERT_THAT(ahead, IsOk());
  ASSERT_THAT(beside, IsOk());
  EXPECT_EQ(Scan(*ahead)->tasks.back().sequence_number, 3);
  EXPECT_EQ(Scan(*beside)->tasks.back().sequence_number, 2);
  EXPECT_NE(ahead->pointer.snapshot_id, beside->pointer.snapshot_id);
}

TEST_F(Changes, OverwriteDropsFilesAndKeepsTheirNeighbours) {
  const CommittedTable before = *Append(Create({ManifestOf({0, 10, 20})}), ManifestOf({30}));
  TableChange change;
  change.intent = Intent::kOverwrite;
  change.removed_files = {store_.Uri("f10")};
  change.added_manifests = {ManifestOf({40})};
  change.summary = {{"boathouse.run-id", "r1"}};
  const TableHead head = HeadOf(before);
  const auto after = committer_.Commit(ctx_, kUuid, &head, change);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(Paths(*after), (Names{"f0", "f20", "f30", "f40"}));
  const auto& summary = after->metadata.snapshots.back().summary;
  EXPECT_EQ(summary.at("operation"), "overwrite");
  EXPECT_EQ(summary.at("deleted-records"), "10");
  EXPECT_EQ(summary.at("total-data-files"), "4");
  EXPECT_EQ(summary.at("boathouse.run-id"), "r1");
  // Files that stayed keep their age.
  EXPECT_EQ(Scan(*after)->tasks[0].sequence_number, 1);
  EXPECT_EQ(Scan(*after)->tasks[3].sequence_number, 3);

  const TableHead next = HeadOf(*after);
  const auto gone = committer_.Commit(ctx_, kUuid, &next, change);
  ASSERT_THAT(gone, IsError(Code::kConflict, kFileGone));
  EXPECT_EQ(gone.error().context.at("file"), store_.Uri("f10"));
}

TEST_F(Changes, ReplaceStartsAfreshWithAnotherSchema) {
  const CommittedTable before = Create({ManifestOf({0})});
  TableChange change;
  change.intent = Intent::kReplace;
  change.schema = Columns();
  change.schema->id = 4;
  change.schema->fields.push_back({9, "more", TypeId::kDate, false, ""});
  change.spec = PartitionSpec{7, {}};
  change.last_column_id = 12;
  const TableHead head = HeadOf(before);
  const auto after = committer_.Commit(ctx_, kUuid, &head, change);
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(Paths(*after), Names{});
  EXPECT_TRUE(after->pointer.snapshot_id.has_value());
  EXPECT_EQ(after->pointer.schema_id, 4);
  EXPECT_EQ(after->pointer.spec_id, 7);
  EXPECT_EQ(after->metadata.last_column_id, 12);
  EXPECT_EQ(after->metadata.table_uuid, kUuid);
  EXPECT_EQ(after->metadata.snapshots.back().summary.at("deleted-records"), "10");

  change.schema->fields.pop_back();  // the same id for another schema
  const TableHead next = HeadOf(*after);
  EXPECT_THAT(committer_.Commit(ctx_, kUuid, &next, change),
              IsError(Code::kInvalidArgument, kBadChange));
}

TEST_F(Changes, PointerOverrulesTheFileItPointsInto) {
  const CommittedTable first = Create({ManifestOf({0})});
  const auto second = Append(first, ManifestOf({10}));
  TableHead head = HeadOf(*second);
  head.pointer.snapshot_id = first.pointer.snapshot_id;  // a revert shares the newer file
  TableChange change;
  change.added_manifests = {ManifestOf({20})};
  const auto third = committer_.Commit(ctx_, kUuid, &head, change);
  ASSERT_THAT(third, IsOk());
  EXPECT_EQ(Paths(*third), (Names{"f0", "f20"}));
  EXPECT_EQ(third->pointer.last_sequence_number, 3);
}

TEST_F(Changes, KeepsOnlySoManySnapshots) {
  CommittedTable table = Create({ManifestOf({0})});
  TableChange nothing;
  for (size_t i = 0; i < kSnapshotsMax + 5; ++i) {
    const TableHead head = HeadOf(table);
    auto next = committer_.Commit(ctx_, kUuid, &head, nothing);
    ASSERT_THAT(next, IsOk());
    table = *next;
  }
  EXPECT_EQ(table.metadata.snapshots.size(), kSnapshotsMax);
  EXPECT_EQ(table.metadata.snapshot_log.size(), kSnapshotsMax);
  EXPECT_LE(table.metadata.metadata_log.size(), 100u);
  EXPECT_EQ(Paths(table), Names{"f0"});
}

TEST_F(Changes, RefusesChangesWhosePartsDoNotFit) {
  const CommittedTable table = Create();
  const TableHead head = HeadOf(table);
  TableChange change;
  EXPECT_THAT(committer_.Commit(ctx_, kUuid, nullptr, change),
              IsError(Code::kInvalidArgument, kBadChange));
  change.removed_files = {"x"};
  EXPECT_THAT(committer_.Commit(ctx_, kUuid, &head, change),
              IsError(Code::kInvalidArgument, kBadChange));
  change = {};
  change.added_manifests = {ManifestOf({0})};
  change.added_manifests[0].added_snapshot_id = 4;
  EXPECT_THAT(committer_.Commit(ctx_, kUuid, &head, change),
              IsError(Code::kInvalidArgument, kBadChange));
}

TEST_F(Changes, EveryFailureOfTheStoreIsAnErrorAndHurtsNobody) {
  const CommittedTable before = Create({ManifestOf({0, 10})});
  TableChange change;
  change.intent = Intent::kOverwrite;
  change.removed_files = {store_.Uri("f10")};
  change.added_manifests = {ManifestOf({20})};
  const TableHead head = HeadOf(before);
  bool done = false;
  for (uint64_t nth = 1; !done; ++nth) {
    ASSERT_LT(nth, 50u);
    storage::testing::UnreliableStore unreliable(store_, nth);
    Committer committer(unreliable, clock_, rng_);
    const auto after = committer.Commit(ctx_, kUuid, &head, change);
    done = unreliable.calls() < nth;
    EXPECT_EQ(after.ok(), done) << nth;
    EXPECT_EQ(Paths(before), (Names{"f0", "f10"}));
    if (done) EXPECT_EQ(Paths(*after), (Names{"f0", "f20"}));
  }
}

TEST_F(Changes, ScansSkipManifestsAndFilesByPredicate) {
  const CommittedTable table =
      *Append(*Append(Create({ManifestOf({0, 10, 20})}), ManifestOf({30, 40})), ManifestOf({100}));
  const auto at_least = [](int64_t id) {
    return Predicate::Compare(Predicate::Op::kGreaterOrEqual, "id", Literal::Long(id));
  };
  storage::CountingStore counting(store_);
  const auto plan = PlanScan(ctx_, counting, table.metadata,
                             {table.pointer.snapshot_id, Columns(), at_least(45)});
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->manifests_skipped, 1);
  EXPECT_EQ(plan->manifests_read, 2);
  EXPECT_EQ(plan->files_skipped, 1);
  ASSERT_EQ(plan->tasks.size(), 2u);
  EXPECT_FALSE(plan->tasks[0].all_rows_match);
  EXPECT_TRUE(plan->tasks[1].all_rows_match);
  EXPECT_EQ(plan->tasks[1].residual, Predicate());
  EXPECT_EQ(counting.counts().objects_read, 3u);  // the list and two manifests
  EXPECT_EQ(plan->rows, 20);
  EXPECT_THAT(PlanScan(ctx_, store_, table.metadata, {12345, Columns(), {}}),
              IsError(Code::kNotFound, kNoSuchSnapshot));
}

/// A snapshot of its own that has these files of deletes, beside the ones of `table`.
class Deletes : public Changes {
 protected:
  base::Result<ScanPlan> PlanWith(const CommittedTable& table, const DataFile& deletes,
                                  int64_t sequence) {
    Manifest manifest;
    manifest.schema = Columns();
    manifest.spec = ById();
    manifest.content = ManifestContent::kDeletes;
    ManifestEntry entry;
    entry.file = deletes;
    manifest.entries = {entry};
    ASSIGN_OR_RETURN(const ManifestFile row, WriteManifest(ctx_, store_, "deletes.avro", manifest));
    Snapshot snapshot = table.metadata.snapshots.back();
    ASSIGN_OR_RETURN(auto rows, LoadManifestList(ctx_, store_, snapshot));
    rows.push_back(row);
    rows.back().sequence_number = rows.back().min_sequence_number = sequence;
    rows.back().added_snapshot_id = snapshot.id;
    RETURN_IF_ERROR(
        store_.Create(ctx_, "list.avro", EncodeManifestList(rows, {snapshot.id, {}, sequence})));
    TableMetadata metadata = table.metadata;
    metadata.snapshots.back().manifest_list = store_.Uri("list.avro");
    return PlanScan(ctx_, store_, metadata, {snapshot.id, Columns(), {}});
  }

  /// Of the partition that begins at `first`.
  DataFile Of(FileContent content, int64_t first) const {
    DataFile file = File(first);
    file.path = store_.Uri("deletes");
    file.content = content;
    if (content == FileContent::kEqualityDeletes) file.equality_ids = {1};
    return file;
  }

  static std::vector<size_t> Counts(const base::Result<ScanPlan>& plan) {
    std::vector<size_t> counts;
    if (!plan.ok()) return counts;
    for (const FileScanTask& task : plan->tasks) counts.push_back(task.deletes.size());
    return counts;
  }
};

TEST_F(Deletes, OfUnreadFormatsAreRefused) {
  const CommittedTable table = Create({ManifestOf({0})});
  DataFile orc = Of(FileContent::kPositionDeletes, 0);
  orc.format = "ORC";
  EXPECT_THAT(PlanWith(table, orc, 2), IsError(Code::kUnimplemented, kDeleteFiles));
}

TEST_F(Deletes, ByPositionReachTheirPartitionAndTheirOwnCommit) {
  const CommittedTable table = Create({ManifestOf({0, 10})});
  EXPECT_EQ(Counts(PlanWith(table, Of(FileContent::kPositionDeletes, 10), 1)),
            (std::vector<size_t>{0, 1}));
}

TEST_F(Deletes, ByEqualityReachOnlyOlderFiles) {
  const CommittedTable table = Create({ManifestOf({0, 10})});
  EXPECT_EQ(Counts(PlanWith(table, Of(FileContent::kEqualityDeletes, 0), 1)),
            (std::vector<size_t>{0, 0}));
}

TEST_F(Deletes, ByEqualityReachTheirPartition) {
  const CommittedTable table = Create({ManifestOf({0, 10})});
  EXPECT_EQ(Counts(PlanWith(table, Of(FileContent::kEqualityDeletes, 0), 2)),
            (std::vector<size_t>{1, 0}));
}

}  // namespace
}  // namespace iceberg
