#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/bytes.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "catalog/commit.h"
#include "catalog/id_counters.h"
#include "catalog/key.h"
#include "catalog/records.h"
#include "catalog/table_state.h"
#include "catalog/tree.h"

namespace catalog {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

const model::CommitId kHash(std::string(64, 'a'));
const model::CommitId kOther(std::string(64, 'b'));

TableState SomeTable() {
  TableState table;
  table.content_id = "11111111-1111-4111-8111-111111111111";
  table.table_uuid = model::TableUuid("22222222-2222-4222-8222-222222222222");
  table.metadata_location = "file:///lake/tables/2222/metadata/1.metadata.json";
  table.snapshot_id = 7'000'000'000'000'000'001;
  table.schema_id = 1;
  table.spec_id = 2;
  table.sort_id = 3;
  table.last_sequence = 44;
  table.run_id = model::RunId("run-1");
  table.open_runs = {model::RunId("run-0"), model::RunId("run-1")};
  table.import_root = base::Sha256("imports");
  return table;
}

Commit SomeCommit() {
  Commit commit;
  commit.tree = base::Sha256("tree");
  commit.parents = {kHash, kOther};
  commit.generation = 12;
  commit.author = "ada";
  commit.committer = "grace";
  commit.authored = base::FromMicros(1'700'000'000'000'001);
  commit.committed = base::FromMicros(1'700'000'000'000'002);
  commit.message = "subject\n\nbody \xc3\xa9";
  commit.properties = {{"bpln_job_id", "j"}, {"x", ""}};
  commit.run_id = model::RunId("run-1");
  commit.nonce = std::string(16, '\x07');
  commit.open_runs = {model::RunId("run-1")};
  commit.ops = {Op{KeyOf(model::TableName{{{"a", "b"}}, "t"}), "content", base::Sha256("before"),
                   base::Sha256("after"), Intent::kOverwrite, "predicate", 5, 6},
                Op{KeyOf(model::Namespace{{"a"}}), "", "", base::Sha256("ns"), Intent::kCreate}};
  commit.reads = {Read{KeyOf(model::TableName{{{"a"}}, "r"}), base::Sha256("r"), {1, 2}, "p"}};
  return commit;
}

RunState SomeRun() {
  RunState run;
  run.id = model::RunId("run-1");
  run.phase = RunPhase::kReleased;
  run.base_commit = kHash;
  run.target = "main";
  run.job_id = model::JobId("33333333-3333-4333-8333-333333333333");
  run.project_id = model::ProjectId("p");
  run.user = "ada";
  run.command = "run";
  run.created = base::FromMicros(1'763'769'600'123'456);  // 2025-11-22T00:00:00.123456Z
  run.ended = base::FromMicros(1'763'769'601'000'000);
  run.error = "node failed";
  run.released_by = "grace";
  run.released_why = "checked by hand";
  run.published_commit = kOther;
  run.published_keys = {KeyOf(model::TableName{{{"a"}}, "t"})};
  run.branch = RunBranchName(run);
  return run;
}

/// Bytes that were ever stored are read for ever: the encoding must give exactly the file's bytes,
/// and reading the file the value. BOATHOUSE_WRITE_GOLDEN=1 writes files that do not exist yet.
void CheckGolden(const std::string& name, const base::Bytes& bytes) {
  const std::string path =
      std::string(BOATHOUSE_SOURCE_DIR) + "/tests/golden/catalog/" + name + ".hex";
  std::ifstream file(path);
  if (!file && std::getenv("BOATHOUSE_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path) << base::ToHex(bytes) << "\n";
    file.open(path);
  }
  std::string stored;
  ASSERT_TRUE(std::getline(file, stored)) << path;
  EXPECT_EQ(base::ToHex(bytes), stored) << name;
}

TEST(Codec, Commit) {
  const base::Bytes bytes = EncodeCommit(SomeCommit());
  CheckGolden("commit_1", bytes);
  const auto read = DecodeCommit(bytes);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, SomeCommit());
  EXPECT_EQ(CommitIdOf(bytes).text(), base::Sha256Hex(bytes));
}

TEST(Codec, TableState) {
  const base::Bytes bytes = EncodeTableState(SomeTable());
  CheckGolden("table_1", bytes);
  const auto read = DecodeTableState(bytes);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, SomeTable());
  const auto plain = DecodeTableState(EncodeTableState(TableState{}));
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(*plain, TableState{});
}

TEST(Codec, NamespaceEntry) {
  const NamespaceEntry entry{{{"owner", "ada"}}};
  CheckGolden("namespace_1", EncodeNamespaceEntry(entry));
  const auto read = DecodeNamespaceEntry(EncodeNamespaceEntry(entry));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, entry);
}

TEST(Codec, RunState) {
  const base::Bytes bytes = EncodeRunState(SomeRun());
  CheckGolden("run_1", bytes);
  const auto read = DecodeRunState(bytes);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, SomeRun());
}

TEST(Codec, RefRecord) {
  const RefRecord record{kHash, RefKind::kTag, "ada", base::FromMicros(5), model::RunId("r")};
  CheckGolden("ref_1", EncodeRefRecord(record));
  const auto read = DecodeRefRecord(EncodeRefRecord(record));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, record);
}

TEST(Codec, PolicyAndAnswer) {
  const RefPolicy policy{{"main", "release/*"}};
  CheckGolden("policy_1", EncodeRefPolicy(policy));
  const auto read_policy = DecodeRefPolicy(EncodeRefPolicy(policy));
  ASSERT_THAT(read_policy, IsOk());
  EXPECT_EQ(*read_policy, policy);
  EXPECT_TRUE(policy.IsProtected("release/1") && !policy.IsProtected("mainly"));
  const IdemRecord answer{"merge", "main", kHash, false, base::FromMicros(9)};
  CheckGolden("idem_1", EncodeIdemRecord(answer));
  const auto read_answer = DecodeIdemRecord(EncodeIdemRecord(answer));
  ASSERT_THAT(read_answer, IsOk());
  EXPECT_EQ(*read_answer, answer);
}

TEST(Codec, TreeNodes) {
  const TreeNode leaf{0, {TreeEntry{"a", "1", 1}, TreeEntry{"b", "", 1}}};
  const TreeNode inner{1, {TreeEntry{"b", base::Sha256(EncodeTreeNode(leaf)), 2}}};
  CheckGolden("tree_leaf_1", EncodeTreeNode(leaf));
  CheckGolden("tree_inner_1", EncodeTreeNode(inner));
  for (const TreeNode& node : {leaf, inner}) {
    const auto read = DecodeTreeNode(EncodeTreeNode(node));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, node);
  }
}

TEST(Codec, IdCounters) {
  IdCounters counters{5, 1000, 1, 0, -1, {}};
  counters.columns[ColumnName{0, "a", "int"}] = 1;
  counters.columns[ColumnName{1, "b", "string"}] = 5;
  CheckGolden("ids_1", EncodeIdCounters(counters));
  const auto read = DecodeIdCounters(EncodeIdCounters(counters));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(*read, counters);
}

TEST(Codec, EveryCutOfACommitIsRefused) {
  const base::Bytes bytes = EncodeCommit(SomeCommit());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeCommit(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_THAT(DecodeCommit(EncodeTableState(SomeTable())),
              IsError(base::Code::kCorrupt, "base.bad_cbor"));
}

TEST(Key, OrdersANamespaceBeforeItsTablesAndTheseBeforeItsChildren) {
  const model::Namespace outer{{"a"}}, inner{{"a", "b"}}, next{{"a!"}};
  const std::vector<base::Bytes> keys = {KeyOf(outer), KeyOf(model::TableName{outer, "zz"}),
                                         KeyOf(inner), KeyOf(model::TableName{inner, "t"}),
                                         KeyOf(next)};
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  for (const base::Bytes& key : keys) {
    const auto name = NameOfKey(key);
    ASSERT_THAT(name, IsOk());
    EXPECT_EQ(std::visit([](const auto& part) { return KeyOf(part); }, *name), key);
  }
  EXPECT_EQ(ParentKey(keys[1]), keys[0]);
  EXPECT_EQ(ParentKey(keys[2]), keys[0]);
  EXPECT_EQ(ParentKey(keys[0]), "");
  for (const char* bad : {"", "a", "\x02t", "a\x01\x02", "\x01"}) {
    EXPECT_THAT(NameOfKey(bad), IsError(base::Code::kCorrupt, "catalog.bad_object"));
  }
}

TEST(RunBranchName, HasTheClientsShapeAndFitsARef) {
  RunState run = SomeRun();
  EXPECT_EQ(RunBranchName(run),
            "ada.main-bpln-tx-run-20251122000000-33333333-3333-4333-8333-333333333333");
  run.target = std::string(300, 'x');
  EXPECT_EQ(RunBranchName(run).size(), 255u);
}

TEST(BumpIds, GivesOneColumnOneIdOnAllBranchesAndAFreshOneAfterADrop) {
  const ColumnName price{0, "price", "int"};
  const auto first = BumpIds(IdCounters{}, IdRequest{{{price}, {{0, "x", "int"}}}, 1, 1, 1, 0});
  EXPECT_EQ(first.grant.columns, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(first.grant.first_partition_field, 1000);
  EXPECT_EQ(first.grant.first_schema, 0);
  const auto second =
      BumpIds(first.counters, IdRequest{{{price}, {{0, "price", "long"}}, {price, true}}, 2, 1});
  EXPECT_EQ(second.grant.columns, (std::vector<int64_t>{1, 3, 4}));
  EXPECT_EQ(second.grant.first_partition_field, 1001);
  EXPECT_EQ(second.counters.last_partition_field, 1002);
  EXPECT_EQ(second.grant.first_schema, 1);
  const IdCounters raised = RaiseIds(second.counters, IdCounters{9, 1001, 0, 0, 0, {}});
  EXPECT_EQ(raised.last_column, 9);
  EXPECT_EQ(raised.last_partition_field, 1002);
}

}  // namespace
}  // namespace catalog
