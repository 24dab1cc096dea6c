#include "lakehouse/lakehouse.h"

#include <gtest/gtest.h>

#include <set>

#include "base/testing/matchers.h"
#include "catalog/reasons.h"
#include "catalog/testing/lake.h"
#include "iceberg/scan.h"
#include "iceberg/written_file.h"
#include "lakehouse/reasons.h"
#include "state/testing/unreliable_store.h"
#include "storage/memory_store.h"
#include "storage/testing/unreliable_store.h"

namespace lakehouse {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using columnar::Literal;
using columnar::TypeId;

using Names = std::vector<std::string>;

class LakehouseTest : public ::testing::Test {
 protected:
  LakehouseTest() { EXPECT_THAT(lake_.catalog.CreateBranch(ctx(), "ada.dev", "main"), IsOk()); }

  const base::Context& ctx() const { return lake_.ctx; }
  static model::TableName Trips() { return catalog::testing::Lake::Table("trips"); }

  static columnar::Schema Columns(const Names& names, TypeId type = TypeId::kLong) {
    columnar::Schema schema;
    for (const std::string& name : names)
      schema.fields.push_back({columnar::kNoFieldId, name, type, false, ""});
    return schema;
  }

  base::Result<PreparedWrite> Prepare(WriteMode mode, const columnar::Schema& schema,
                                      const std::string& branch = "ada.dev",
                                      const Names& partitioned_by = {}) {
    return lakehouse_.Prepare(ctx(), lake_.Head(branch), {Trips(), mode, schema, partitioned_by});
  }

  /// One manifest with a file of `rows` rows.
  FinishedWrite Finish(const PreparedWrite& prepared, int64_t rows) {
    iceberg::WrittenFile written;
    const std::string key = "f" + std::to_string(files_++);
    written.path = objects_.Uri(key);
    written.record_count = rows;
    written.file_size_bytes = 100;
    iceberg::Manifest manifest;
    manifest.schema = prepared.schema;
    manifest.spec = prepared.spec;
    iceberg::ManifestEntry entry;
    entry.file = iceberg::MakeDataFile(written, prepared.spec.id, {});
    manifest.entries.push_back(entry);
    auto row = iceberg::WriteManifest(
        ctx(), objects_, iceberg::MetadataKey(prepared.uuid.text(), key + ".avro"), manifest);
    EXPECT_THAT(row, IsOk());
    FinishedWrite write;
    write.prepared = prepared;
    write.added_manifests = {*row};
    return write;
  }

  static ImportedFile Imported(const std::string& uri) {
    return {uri, "sha256:00", 10, 5, base::FromMicros(1), -1, "job"};
  }

  CommitInput Input(FinishedWrite write, const std::string& branch = "ada.dev") {
    CommitInput input;
    input.branch = branch;
    input.writes.push_back(std::move(write));
    input.note.message = "write";
    return input;
  }

  /// Prepares, writes and commits.
  base::Status Write(WriteMode mode, const columnar::Schema& schema, int64_t rows,
                     const std::string& branch = "ada.dev") {
    ASSIGN_OR_RETURN(const PreparedWrite prepared, Prepare(mode, schema, branch));
    RETURN_IF_ERROR(lakehouse_.Commit(ctx(), Input(Finish(prepared, rows), branch)));
    return base::Ok();
  }

  TableAtRef At(const std::string& branch) {
    auto table = lakehouse_.Open(ctx(), lake_.Head(branch), Trips());
    EXPECT_THAT(table, IsOk());
    return *std::move(table);
  }

  static int32_t IdOf(const columnar::Schema& schema, const std::string& column) {
    const columnar::Field* field = schema.Find(column);
    return field == nullptr ? -1 : field->id;
  }

  catalog::testing::Lake lake_;
  storage::MemoryStore objects_;
  Lakehouse lakehouse_{lake_.memory, objects_, lake_.catalog, lake_.clock, lake_.rng};
  int files_ = 0;
};

TEST_F(LakehouseTest, ATableOfItsOwnGetsIdsFromOne) {
  const auto prepared = Prepare(WriteMode::kCreate, Columns({"a", "b"}));
  ASSERT_THAT(prepared, IsOk());
  EXPECT_EQ(IdOf(prepared->schema, "a"), 1);
  EXPECT_EQ(IdOf(prepared->schema, "b"), 2);
  EXPECT_EQ(prepared->last_column_id, 2);
  EXPECT_FALSE(prepared->base);
}

TEST_F(LakehouseTest, OneColumnAddedOnTwoBranchesIsOneColumn) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  ASSERT_THAT(lake_.catalog.CreateBranch(ctx(), "ada.other", "ada.dev"), IsOk());
  const auto here = Prepare(WriteMode::kReplace, Columns({"a", "new"}), "ada.dev");
  const auto there = Prepare(WriteMode::kReplace, Columns({"a", "more", "new"}), "ada.other");
  ASSERT_THAT(here, IsOk());
  ASSERT_THAT(there, IsOk());
  EXPECT_EQ(IdOf(here->schema, "a"), 1);
  EXPECT_EQ(IdOf(here->schema, "new"), IdOf(there->schema, "new"));
  EXPECT_NE(IdOf(there->schema, "more"), IdOf(there->schema, "new"));
  EXPECT_NE(here->schema.id, there->schema.id);
}

TEST_F(LakehouseTest, AColumnOfAnotherTypeIsAnotherColumn) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  const auto text = Prepare(WriteMode::kReplace, Columns({"a"}, TypeId::kString));
  ASSERT_THAT(text, IsOk());
  EXPECT_NE(IdOf(text->schema, "a"), 1);
}

TEST_F(LakehouseTest, ADroppedColumnComesBackAsAnother) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a", "b"}), 1), IsOk());
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"a"}), 1), IsOk());
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"a", "b"}), 1), IsOk());
  EXPECT_EQ(IdOf(At("ada.dev").schema(), "a"), 1);
  EXPECT_EQ(IdOf(At("ada.dev").schema(), "b"), 3);
}

TEST_F(LakehouseTest, ReplaceWithTheSameColumnsKeepsSchemaAndSpec) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a", "b"}), 1), IsOk());
  const TableAtRef before = At("ada.dev");
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"a", "b"}), 7), IsOk());
  const TableAtRef after = At("ada.dev");
  EXPECT_EQ(before.schema(), after.schema());
  EXPECT_EQ(before.spec().id, after.spec().id);
  EXPECT_EQ(before.state.content_id, after.state.content_id);
  EXPECT_EQ(before.state.table_uuid, after.state.table_uuid);
  EXPECT_EQ(after.SummaryNumber("total-records"), 7);
}

TEST_F(LakehouseTest, CreateRefusesATableThatExists) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  EXPECT_THAT(Prepare(WriteMode::kCreate, Columns({"a"})),
              IsError(Code::kAlreadyExists, catalog::kTableExists));
}

TEST_F(LakehouseTest, AppendKeepsThePartitioning) {
  auto prepared = Prepare(WriteMode::kCreate, Columns({"a"}), "ada.dev", {"bucket(4, a)"});
  ASSERT_THAT(prepared, IsOk());
  FinishedWrite empty;
  empty.prepared = *prepared;
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(empty)), IsOk());
  EXPECT_THAT(Prepare(WriteMode::kAppend, {}, "ada.dev", {"bucket(4, a)"}), IsOk());
  EXPECT_THAT(Prepare(WriteMode::kAppend, {}), IsOk());
  EXPECT_THAT(Prepare(WriteMode::kAppend, {}, "ada.dev", {"bucket(8, a)"}),
              IsError(Code::kUserCode, kPartitionMismatch));
}

TEST_F(LakehouseTest, AppendsAddAndReplaceStartsAnew) {
  ASSERT_THAT(Write(WriteMode::kAppend, Columns({"a"}), 3), IsOk());
  ASSERT_THAT(Write(WriteMode::kAppend, {}, 4), IsOk());
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 7);
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"a"}), 2), IsOk());
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 2);
}

TEST_F(LakehouseTest, OverwriteTakesFilesOut) {
  const auto prepared = Prepare(WriteMode::kCreate, Columns({"a"}));
  ASSERT_THAT(prepared, IsOk());
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(Finish(*prepared, 3))), IsOk());
  const auto again = Prepare(WriteMode::kOverwrite, {});
  ASSERT_THAT(again, IsOk());
  FinishedWrite write = Finish(*again, 5);
  write.removed_files = {objects_.Uri("f0")};
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(write)), IsOk());
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 5);
  FinishedWrite gone = Finish(*again, 5);
  gone.removed_files = {objects_.Uri("f0")};
  EXPECT_FALSE(lakehouse_.Commit(ctx(), Input(gone)).ok());
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 5);
}

TEST_F(LakehouseTest, TwoAppendsPreparedAtOneHeadBothCount) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  const auto prepared = Prepare(WriteMode::kAppend, {});
  ASSERT_THAT(prepared, IsOk());
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(Finish(*prepared, 10))), IsOk());
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(Finish(*prepared, 100))), IsOk());
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 111);
}

TEST_F(LakehouseTest, ATableMadeByAnotherMeanwhileIsNotTouched) {
  const auto mine = Prepare(WriteMode::kCreate, Columns({"a"}));
  ASSERT_THAT(mine, IsOk());
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  EXPECT_THAT(lakehouse_.Commit(ctx(), Input(Finish(*mine, 5))),
              IsError(Code::kConflict, kTableReplaced));
  EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), 1);
}

TEST_F(LakehouseTest, AnAppendIsMadeAgainOnTopOfAnother) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  const auto prepared = Prepare(WriteMode::kAppend, {});
  ASSERT_THAT(prepared, IsOk());
  FinishedWrite write = Finish(*prepared, 10);
  write.imported = {Imported("file:///mine")};
  const CommitInput input = Input(write);
  FinishedWrite other = Finish(*prepared, 100);
  other.imported = {Imported("file:///theirs")};
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(other)), IsOk());

  std::vector<state::Object> objects;
  const auto after =
      lakehouse_.AppendOnto(ctx(), At("ada.dev").state, input, input.writes.front(), objects);
  ASSERT_THAT(after, IsOk());
  ASSERT_TRUE(*after);
  const auto table = lakehouse_.Load(ctx(), Trips(), **after);
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ(table->SummaryNumber("total-records"), 111);
  state::Batch batch;
  batch.objects = objects;
  ASSERT_THAT(lake_.memory.Apply(ctx(), batch), IsOk());
  const auto known = FindImported(ctx(), lake_.memory, (*after)->import_root,
                                  {"file:///mine", "file:///theirs", "file:///none"});
  ASSERT_THAT(known, IsOk());
  EXPECT_EQ(known->size(), 2u);
}

TEST_F(LakehouseTest, AnAppendIsNotMadeAgainWhereItWouldBeAnother) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  const auto prepared = Prepare(WriteMode::kAppend, {});
  ASSERT_THAT(prepared, IsOk());
  FinishedWrite write = Finish(*prepared, 10);
  write.imported = {Imported("file:///one")};
  const CommitInput input = Input(write);
  std::vector<state::Object> objects;
  // The same file is there already.
  ASSERT_THAT(lakehouse_.Commit(ctx(), input), IsOk());
  auto after = lakehouse_.AppendOnto(ctx(), At("ada.dev").state, input, write, objects);
  ASSERT_THAT(after, IsOk());
  EXPECT_FALSE(*after);
  // The columns are others.
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"b"}), 1), IsOk());
  after = lakehouse_.AppendOnto(ctx(), At("ada.dev").state, input, write, objects);
  ASSERT_THAT(after, IsOk());
  EXPECT_FALSE(*after);
  EXPECT_TRUE(objects.empty());
}

TEST_F(LakehouseTest, ImportsAreRememberedUntilReplace) {
  const auto prepared = Prepare(WriteMode::kAppend, Columns({"a"}));
  ASSERT_THAT(prepared, IsOk());
  FinishedWrite write = Finish(*prepared, 5);
  write.imported = {Imported("file:///a"), Imported("file:///b")};
  ASSERT_THAT(lakehouse_.Commit(ctx(), Input(write)), IsOk());
  const TableAtRef table = At("ada.dev");
  const auto known = FindImported(ctx(), lake_.memory, table.state.import_root, {"file:///b"});
  ASSERT_THAT(known, IsOk());
  ASSERT_EQ(known->count("file:///b"), 1u);
  EXPECT_EQ(known->at("file:///b").snapshot_id, table.state.snapshot_id);
  ASSERT_THAT(Write(WriteMode::kReplace, Columns({"a"}), 1), IsOk());
  EXPECT_TRUE(At("ada.dev").state.import_root.empty());
}

TEST_F(LakehouseTest, ImportRecordsKeepTheirBytes) {
  const ImportedFile file{"file:///a.csv", "sha256:01", 10, 3, base::FromMicros(5), 7, "job"};
  const base::Bytes bytes = EncodeImportedFile(file);
  const auto decoded = DecodeImportedFile(bytes);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(*decoded, file);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DecodeImportedFile(base::BytesView(bytes).substr(0, size)).ok());
}

/// Every call of the object store fails once, before or after its effect: the branch has all of the
/// rows or none, and the next commit finds it sound.
TEST_F(LakehouseTest, AFailingObjectStoreLeavesTheBranchAsItWas) {
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  int64_t rows = 1;
  for (uint64_t n = 1;; ++n) {
    const auto prepared = Prepare(WriteMode::kAppend, {});
    ASSERT_THAT(prepared, IsOk());
    const FinishedWrite write = Finish(*prepared, 10);
    const model::CommitId before = lake_.Head("ada.dev");
    storage::testing::UnreliableStore broken(objects_, n);
    Lakehouse lakehouse(lake_.memory, broken, lake_.catalog, lake_.clock, lake_.rng);
    const auto done = lakehouse.Commit(ctx(), Input(write));
    if (done.ok()) rows += 10;
    EXPECT_EQ(lake_.Head("ada.dev") == before, !done.ok());
    EXPECT_EQ(At("ada.dev").SummaryNumber("total-records"), rows);
    if (broken.calls() < n) {
      EXPECT_THAT(done, IsOk());
      break;
    }
    ASSERT_LT(n, 100u);
  }
}

/// The same for every call of the state, which may also not know what became of it.
TEST_F(LakehouseTest, AFailingStateLeavesTheBranchOldOrNew) {
  using state::testing::FailureTime;
  ASSERT_THAT(Write(WriteMode::kCreate, Columns({"a"}), 1), IsOk());
  int64_t rows = 1;
  for (const FailureTime time : {FailureTime::kBeforeEffect, FailureTime::kAfterEffect}) {
    for (uint64_t n = 1;; ++n) {
      const auto prepared = Prepare(WriteMode::kAppend, {});
      ASSERT_THAT(prepared, IsOk());
      FinishedWrite write = Finish(*prepared, 10);
      write.imported = {Imported("file:///" + std::to_string(files_))};
      state::testing::UnreliableStore broken(lake_.memory, n, time);
      catalog::Catalog catalog(broken, lake_.clock, lake_.rng);
      Lakehouse lakehouse(broken, objects_, catalog, lake_.clock, lake_.rng);
      const auto done = lakehouse.Commit(ctx(), Input(write));
      const int64_t now = At("ada.dev").SummaryNumber("total-records");
      EXPECT_TRUE(now == rows || now == rows + 10) << now;
      if (done.ok()) EXPECT_EQ(now, rows + 10);
      if (!done.ok() && done.error().code != Code::kOutcomeUnknown) EXPECT_EQ(now, rows);
      const auto known = FindImported(ctx(), lake_.memory, At("ada.dev").state.import_root,
                                      {write.imported[0].uri});
      ASSERT_THAT(known, IsOk());
      EXPECT_EQ(known->size(), now == rows ? 0u : 1u);
      rows = now;
      if (broken.calls() < n) break;
      ASSERT_LT(n, 200u);
    }
  }
}

}  // namespace
}  // namespace lakehouse
