// What one end writes the other reads: replies of the catalog, and requests of our own clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "proto/boathouse.pb.h"
#include "proto/commander.pb.h"
#include "wire/accounts_json.h"
#include "wire/catalog_json.h"
#include "wire/extension_requests.h"
#include "wire/job_records.h"
#include "wire/job_requests.h"

namespace wire {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;

const api::RefEntry kMain{"main", api::RefKind::kBranch, model::CommitId(std::string(64, 'a')),
                          "ada"};

TEST(RoundTrip, OfRefs) {
  for (const api::RefKind kind :
       {api::RefKind::kBranch, api::RefKind::kTag, api::RefKind::kCommit}) {
    api::RefEntry ref = kMain;
    ref.kind = kind;
    const auto read = ReadRef(RefBody(ref, Dialect::kBoathouse));
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->name, ref.name);
    EXPECT_EQ(read->kind, kind);
    EXPECT_EQ(read->commit, ref.commit);
    EXPECT_EQ(read->created_by, "ada");
  }
  const auto page = ReadRefs(RefsBody({kMain, kMain}, "next", Dialect::kBoathouse));
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->next, "next");
  EXPECT_EQ(ReadMoved(MovedBody(kMain, Dialect::kBoathouse))->created_by, "ada");
  EXPECT_EQ(ReadMoved(NamespaceBody("sales", kMain))->commit, kMain.commit);
}

TEST(RoundTrip, OfCommits) {
  api::CommitEntry commit{model::CommitId("c1"),
                          {model::CommitId("c0"), model::CommitId("b9")},
                          "ada",
                          "bob",
                          base::FromMicros(1'700'000'000'123'456),
                          base::FromMicros(1'700'000'000'123'457),
                          "subject\n\nbody",
                          {{"k", "v"}},
                          "run"};
  const auto page = ReadCommits(CommitsBody({commit}, kMain, "", Dialect::kBoathouse));
  ASSERT_THAT(page, IsOk());
  const api::CommitEntry& read = page->items.at(0);
  EXPECT_EQ(read.id, commit.id);
  EXPECT_EQ(read.parents, commit.parents);
  EXPECT_EQ(read.author, commit.author);
  EXPECT_EQ(read.committer, commit.committer);
  EXPECT_EQ(read.authored, commit.authored);
  EXPECT_EQ(read.committed, commit.committed);
  EXPECT_EQ(read.message, commit.message);
  EXPECT_EQ(read.properties, commit.properties);
  EXPECT_EQ(read.run_id, commit.run_id);
}

TEST(RoundTrip, OfATable) {
  api::TableDescription table;
  table.id = "id";
  table.uuid = "uuid";
  table.ns = "a.b";
  table.name = "t";
  table.schema.id = 4;
  table.schema.fields = {
      {1, "list", columnar::Type::List({2, "element", columnar::Type::Decimal(9, 2), false, ""}),
       true, "doc"}};
  table.schema.identifier_field_ids = {1};
  table.partitioned_by = {"year(ts)"};
  table.partitions = {{"ts_year", "year"}};
  table.records = 7;
  table.size_bytes = 8;
  table.files = 9;
  table.snapshot_id = 1234567890123456789;
  table.metadata_location = "s3://b/m.json";
  table.updated = base::FromMicros(1'700'000'000'123'456);
  table.snapshots = {{5, 6, base::FromMicros(7), "append", 8}};
  table.properties = {{"k", "v"}};
  const auto read = ReadTable(TableBody(table, Dialect::kBoathouse));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->uuid, table.uuid);
  EXPECT_EQ(read->ns, table.ns);
  EXPECT_EQ(read->schema, table.schema);
  EXPECT_EQ(read->partitioned_by, table.partitioned_by);
  EXPECT_EQ(read->partitions.at(0).name, "ts_year");
  EXPECT_EQ(read->records, 7);
  EXPECT_EQ(read->size_bytes, 8);
  EXPECT_EQ(read->files, 9);
  EXPECT_EQ(read->snapshot_id, table.snapshot_id);
  EXPECT_EQ(read->updated, table.updated);
  EXPECT_EQ(read->snapshots.at(0).operation, "append");
  EXPECT_EQ(read->properties, table.properties);
  table.snapshot_id = -1;
  EXPECT_EQ(ReadTable(TableBody(table, Dialect::kBoathouse))->snapshot_id, -1);
  EXPECT_THAT(ReadTable(TableBody(table)), IsError(Code::kInternal, "wire.bad_reply"));
}

TEST(RoundTrip, OfLists) {
  EXPECT_THAT(ReadNamespaces(NamespacesBody({"a", "b.c"}, ""))->items, ElementsAre("a", "b.c"));
  EXPECT_EQ(ReadTableEntries(TableEntriesBody({{"a", "t", "TABLE"}}, "n"))->items.at(0).name, "t");
  api::TableDifference difference{"a.t", api::ChangeKind::kRemoved, true, {"x"}, {"y"}, {"z"}, 1,
                                  2};
  const auto read = ReadDifferences(DifferencesBody({difference}));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->at(0).kind, api::ChangeKind::kRemoved);
  EXPECT_TRUE(read->at(0).schema_changed);
  EXPECT_THAT(read->at(0).columns_changed, ElementsAre("z"));
  EXPECT_EQ(read->at(0).rows_after, 2);
}

TEST(RoundTrip, RefusesWhatNoServerOfOursSays) {
  for (const char* body : {"", "{}", "[]", R"({"data":7})", R"({"data":[7]})", R"({"data":{}})"}) {
    EXPECT_FALSE(ReadRef(body).ok()) << body;
    EXPECT_FALSE(ReadRefs(body).ok()) << body;
    EXPECT_FALSE(ReadCommits(body).ok()) << body;
    EXPECT_FALSE(ReadTable(body).ok()) << body;
    EXPECT_FALSE(ReadDifferences(body).ok()) << body;
    EXPECT_FALSE(ReadMoved(body).ok()) << body;
    EXPECT_FALSE(ReadAccounts(body).ok()) << body;
  }
}

TEST(RoundTrip, OfBodies) {
  RequestBody body;
  body.branch_name = "a";
  body.from_ref = "main";
  body.commit_message = "m";
  body.commit_body = "b";
  body.commit_properties = {{"k", "v"}};
  body.replace = true;
  body.request_id = "r";
  body.table_namespace = "n";
  const auto read = ParseRequestBody(PrintRequestBody(body));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->branch_name, "a");
  EXPECT_FALSE(read->tag_name.has_value());
  EXPECT_EQ(read->from_ref, "main");
  EXPECT_EQ(read->commit_message, "m");
  EXPECT_EQ(read->commit_body, "b");
  EXPECT_EQ(read->commit_properties, body.commit_properties);
  EXPECT_TRUE(read->replace);
  EXPECT_EQ(read->request_id, "r");
  EXPECT_EQ(read->table_namespace, "n");
  EXPECT_EQ(*ParseProperties(PrintProperties({{"k", "\"v\""}})),
            (std::map<std::string, std::string>{{"k", "\"v\""}}));
}

TEST(RoundTrip, OfARun) {
  api::RunRequest run;
  run.project.files = {{"a.py", "x = 1\n"}, {"b/c.sql", "SELECT 1"}};
  run.ref = "ada.dev";
  run.ns = "sales";
  run.parameters = {{"n", "7"}, {"s", "it's"}};
  run.secrets = {{"p", {"cipher", "key"}}};
  run.strict = false;
  run.dry_run = true;
  run.transaction = false;
  run.cache = false;
  run.preview = api::PreviewMode::kTail;
  run.priority = 9;
  run.args = {{"a", "b"}};
  run.request_id = "r";
  pb::CodeSnapshotRunRequest sent;
  ASSERT_THAT(FillRunRequest(run, &sent), IsOk());
  const auto read = RunRequestOf(sent);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->project.files, run.project.files);
  EXPECT_EQ(read->ref, run.ref);
  EXPECT_EQ(read->ns, run.ns);
  EXPECT_EQ(read->parameters, run.parameters);
  EXPECT_EQ(read->secrets, run.secrets);
  EXPECT_EQ(read->strict, run.strict);
  EXPECT_EQ(read->dry_run, run.dry_run);
  EXPECT_EQ(read->transaction, run.transaction);
  EXPECT_EQ(read->cache, run.cache);
  EXPECT_EQ(read->preview, run.preview);
  EXPECT_EQ(read->priority, run.priority);
  EXPECT_EQ(read->args, run.args);
  EXPECT_EQ(read->request_id, run.request_id);
}

TEST(RoundTrip, OfQueriesAndLists) {
  pb::QueryRunRequest sent;
  FillQueryRequest({"SELECT 1", "main", "sales", 11}, &sent);
  EXPECT_EQ(QueryRequestOf(sent)->rows_max, 11u);
  EXPECT_EQ(QueryRequestOf(sent)->ns, "sales");
  api::JobFilter filter;
  filter.ids = {"a", "b"};
  filter.kinds = {api::JobKind::kTablePlan, api::JobKind::kQuery};
  filter.statuses = {api::JobStatus::kAbort};
  filter.created_after = base::FromMicros(1'700'000'000'123'456);
  pb::GetJobsRequest jobs;
  FillJobsRequest(filter, 7, "", &jobs);
  const auto read = JobPageRequestOf(jobs, "ada");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->filter.ids, filter.ids);
  EXPECT_TRUE(read->filter.users.empty());
  EXPECT_EQ(read->filter.kinds, filter.kinds);
  EXPECT_EQ(read->filter.statuses, filter.statuses);
  EXPECT_EQ(read->filter.created_after, filter.created_after);
  EXPECT_EQ(read->records_max, 7u);
}

TEST(RoundTrip, OfTablesFromFiles) {
  api::ImportRequest import;
  import.table = "t";
  import.ns = "n";
  import.branch = "b";
  import.sources = {"/a", "s3://b/c"};
  import.create = true;
  import.partitioned_by = {"year(ts)"};
  import.import_duplicate_files = true;
  import.accept_changed_files = true;
  import.detect_format = false;
  import.read.format = plan::FileFormat::kCsv;
  import.read.delimiter = ";";
  import.read.quote = "'";
  import.read.header = false;
  import.read.null_tokens = {"", "-"};
  import.read.date_format = "%d";
  import.read.timestamp_format = "%s";
  import.read.encoding = "latin-1";
  import.read.best_effort = true;
  import.read.continue_on_error = true;
  import.options = {"m", "b", {{"k", "v"}}, "r"};
  px::ImportTableRequest sent;
  FillImportTable(import, &sent);
  const auto read = ImportTableRequestOf(sent);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->sources, import.sources);
  EXPECT_TRUE(read->create && read->import_duplicate_files && read->accept_changed_files);
  EXPECT_FALSE(read->detect_format);
  EXPECT_EQ(read->read, import.read);
  EXPECT_EQ(read->options.properties, import.options.properties);
  EXPECT_EQ(read->options.request_id, "r");
  api::CreateTableRequest create;
  create.table = "t";
  create.if_exists = api::IfExists::kKeep;
  px::CreateTableRequest made;
  FillCreateTable(create, &made);
  EXPECT_EQ(CreateTableRequestOf(made)->if_exists, api::IfExists::kKeep);
  EXPECT_TRUE(CreateTableRequestOf(made)->detect_format);
  EXPECT_THAT(CreateTableRequestOf(px::CreateTableRequest()),
              IsError(Code::kInvalidArgument, "wire.bad_field"));
}

TEST(RoundTrip, OfAPlan) {
  api::PlanReport report;
  report.diagnostics = {{false, base::Error(Code::kInvalidArgument, "a.b", "c")}};
  report.micros = {{"read", 5}};
  report.plan.emplace();
  report.plan->logical.project_name = "p";
  report.plan->logical.commit = model::CommitId("c");
  plan::LogicalNode node;
  node.name = "n";
  node.kind = plan::NodeKind::kSqlModel;
  node.place = {"n.sql", 2, 1};
  node.inputs = {{"a.t", true, "main", {"x"}, "x > 1"}};
  node.strategy = plan::WriteStrategy::kAppend;
  node.table = {{{"a"}}, "n"};
  report.plan->logical.nodes = {node};
  plan::TaskSpec task;
  task.task = model::TaskId("t");
  task.name = "n";
  report.plan->tasks = {task};
  px::PlanRunResponse sent;
  FillPlanReport(report, &sent);
  const auto read = PlanReportOf(sent);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->diagnostics.at(0).error.reason, "a.b");
  EXPECT_FALSE(read->diagnostics.at(0).is_error);
  EXPECT_EQ(read->micros, report.micros);
  EXPECT_EQ(read->plan->logical.nodes.at(0).inputs, node.inputs);
  EXPECT_EQ(read->plan->logical.nodes.at(0).table, node.table);
  EXPECT_EQ(read->plan->logical.nodes.at(0).place, node.place);
  EXPECT_EQ(read->plan->tasks.at(0), task);
}

TEST(RoundTrip, OfAccounts) {
  const api::Account account{"id", "ada", "Ada", "L", api::Role::kReader, {"etl"}, false};
  const auto read = ReadAccount(AccountBody(account));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->role, account.role);
  EXPECT_EQ(read->write_zones, account.write_zones);
  EXPECT_FALSE(read->active);
  EXPECT_EQ(ParseAccount(PrintAccount(account))->last_name, "L");
  const api::KeyEntry key{"k", "ada", "laptop", base::FromMicros(1), base::FromMicros(2), {}};
  EXPECT_EQ(ReadKeys(KeysBody({key}))->at(0).expires, key.expires);
  EXPECT_FALSE(ReadKeys(KeysBody({key}))->at(0).revoked.has_value());
  EXPECT_EQ(ReadNewKey(NewKeyBody({key, "secret"}))->secret, "secret");
  EXPECT_EQ(ParseKeyRequest(PrintKeyRequest({"l", base::FromMicros(3)}))->expires,
            base::FromMicros(3));
  const api::ObjectCredential credential{"e", "r", "a", "s", "t", "p"};
  EXPECT_EQ(ParseCredential(PrintCredential(credential))->session_token, "t");
  EXPECT_EQ(ReadCredentials(CredentialsBody({{"n", "e", "r", "a", "p", base::FromMicros(4)}}))
                ->at(0)
                .changed,
            base::FromMicros(4));
  EXPECT_THAT(ParseAccount("[]"), IsError(Code::kInvalidArgument, "wire.bad_body"));
}

}  // namespace
}  // namespace wire
