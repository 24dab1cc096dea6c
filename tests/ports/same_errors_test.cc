// What is at stake: scripts decide by an error's code and reason, people by its words. So each
// mistake is made twice at one lake, directly and over the network, and the errors are compared
// whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/testing/matchers.h"
#include "client/remote_lake.h"
#include "place.h"

namespace ports {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

std::string Whole(const base::Error& error) {
  std::string text = std::string(base::CodeName(error.code)) + " " + error.reason + " " +
                     error.message + " at " + error.place.file + ":" +
                     std::to_string(error.place.line);
  for (const auto& [key, value] : error.context) {
    if (key != "job") text += " " + key + "=" + value;
  }
  return error.cause ? text + " because " + Whole(*error.cause) : text;
}

class SameErrorsTest : public ::testing::Test {
 protected:
  /// Makes a mistake in both ways; "" where it was none.
  void Compare(const std::string& what, const std::function<base::Status(Ports&)>& mistake) {
    Ports direct = place_.behind().ports();
    Ports remote = place_.ports();
    const base::Status here = mistake(direct);
    const base::Status there = mistake(remote);
    ASSERT_FALSE(here.ok()) << what;
    ASSERT_FALSE(there.ok()) << what;
    EXPECT_EQ(Whole(there.error()), Whole(here.error())) << what;
  }
  template <class T>
  static base::Status StatusOf(const base::Result<T>& result) {
    return result.ok() ? base::Ok() : base::Status(result.error());
  }

  OverNetwork place_;
  base::Context ctx_;
};

TEST_F(SameErrorsTest, OfRefs) {
  ASSERT_THAT(place_.ports().refs.CreateTag(ctx_, "v1", "main"), IsOk());
  Compare("unknown ref", [&](Ports& p) { return StatusOf(p.refs.Get(ctx_, "none")); });
  Compare("malformed ref", [&](Ports& p) { return StatusOf(p.refs.Get(ctx_, "a@@b")); });
  Compare("from nowhere",
          [&](Ports& p) { return StatusOf(p.refs.CreateBranch(ctx_, "ada.x", "none")); });
  Compare("bad name",
          [&](Ports& p) { return StatusOf(p.refs.CreateBranch(ctx_, "ada.x~1", "main")); });
  Compare("branch exists",
          [&](Ports& p) { return StatusOf(p.refs.CreateBranch(ctx_, "main", "main")); });
  Compare("tag exists", [&](Ports& p) { return StatusOf(p.refs.CreateTag(ctx_, "v1", "main")); });
  Compare("delete unknown",
          [&](Ports& p) { return p.refs.Delete(ctx_, "none", api::RefKind::kBranch); });
  Compare("delete a tag as a branch",
          [&](Ports& p) { return p.refs.Delete(ctx_, "v1", api::RefKind::kBranch); });
  Compare("rename unknown", [&](Ports& p) {
    return StatusOf(p.refs.Rename(ctx_, "none", "other", api::RefKind::kTag));
  });
  Compare("merge into a tag",
          [&](Ports& p) { return StatusOf(p.refs.Merge(ctx_, {.source = "main", .into = "v1"})); });
  Compare("merge unknown", [&](Ports& p) {
    return StatusOf(p.refs.Merge(ctx_, {.source = "none", .into = "main"}));
  });
  Compare("diff unknown", [&](Ports& p) { return StatusOf(p.refs.Diff(ctx_, "none", "main")); });
  Compare("log of nothing", [&](Ports& p) { return StatusOf(p.refs.Log(ctx_, "none", {})); });
  Compare("bad expression", [&](Ports& p) {
    return StatusOf(p.refs.Log(ctx_, "main", {.expression = "message ==="}));
  });
  Compare("bad pattern",
          [&](Ports& p) { return StatusOf(p.refs.ListBranches(ctx_, {.name = "^(("})); });
}

TEST_F(SameErrorsTest, OfNamespacesAndTables) {
  Compare("unknown namespace",
          [&](Ports& p) { return StatusOf(p.namespaces.Delete(ctx_, "main", "none", {})); });
  Compare("bad namespace",
          [&](Ports& p) { return StatusOf(p.namespaces.Create(ctx_, "main", "a..b", {})); });
  Compare("namespaces nowhere",
          [&](Ports& p) { return StatusOf(p.namespaces.List(ctx_, "none", {})); });
  Compare("unknown table", [&](Ports& p) { return StatusOf(p.tables.Get(ctx_, "main", "t", "")); });
  Compare("unknown table in a namespace",
          [&](Ports& p) { return StatusOf(p.tables.Get(ctx_, "main", "t", "sales")); });
  Compare("drop unknown",
          [&](Ports& p) { return StatusOf(p.tables.Drop(ctx_, "main", "t", "", {})); });
  Compare("drop nowhere",
          [&](Ports& p) { return StatusOf(p.tables.Drop(ctx_, "none", "t", "", {})); });
  Compare("revert unknown", [&](Ports& p) {
    return StatusOf(
        p.tables.Revert(ctx_, {.table = "t", .ns = "", .source = "main", .into = "main"}));
  });
  Compare("tables nowhere", [&](Ports& p) { return StatusOf(p.tables.List(ctx_, "none", {})); });
}

TEST_F(SameErrorsTest, OfJobs) {
  const model::JobId none("00000000-0000-4000-8000-000000000000");
  const auto query = [&](Ports& p, const std::string& sql) {
    return StatusOf(p.jobs.Query(ctx_, {sql, "main", ""}));
  };
  Compare("unknown job", [&](Ports& p) { return StatusOf(p.jobs.Get(ctx_, none)); });
  Compare("cancel unknown", [&](Ports& p) { return StatusOf(p.jobs.Cancel(ctx_, none)); });
  Compare("follow unknown", [&](Ports& p) {
    return StatusOf(p.jobs.Follow(ctx_, none, 0, [](const api::JobEvent&) {}));
  });
  Compare("no such table", [&](Ports& p) { return query(p, "SELECT * FROM nowhere"); });
  Compare("bad SQL", [&](Ports& p) { return query(p, "SELEKT 1"); });
  Compare("no such column", [&](Ports& p) { return query(p, "SELECT x"); });
  Compare("bad cast", [&](Ports& p) { return query(p, "SELECT 'x'::INT"); });
  api::RunRequest run;
  run.ref = "main";
  run.project.files["bauplan_project.yml"] = "project:\n  name: broken\n";
  run.project.files["m.py"] = "import bauplan\n\n@bauplan.model(\n";
  Compare("broken project", [&](Ports& p) { return StatusOf(p.jobs.Submit(ctx_, run)); });
  api::CreateTableRequest create;
  create.table = "t";
  create.branch = "main";
  create.sources = {place_.folder() + "/none.csv"};
  Compare("no such file", [&](Ports& p) -> base::Status {
    ASSIGN_OR_RETURN(const model::JobId job, p.jobs.Submit(ctx_, create));
    ASSIGN_OR_RETURN(const api::JobRecord ended,
                     p.jobs.Follow(ctx_, job, 0, [](const api::JobEvent&) {}));
    return ended.error ? base::Status(*ended.error) : base::Ok();
  });
}

TEST_F(SameErrorsTest, OfServersThatAreNone) {
  const base::SystemClock clock;
  EXPECT_THAT(client::RemoteLake::Open({"localhost:8080", "key", ""}, clock),
              IsError(base::Code::kInvalidArgument, "client.bad_url"));
  EXPECT_THAT(client::RemoteLake::Open({place_.url(), "", ""}, clock),
              IsError(base::Code::kUnauthenticated, "client.no_key"));
  const auto stranger = client::RemoteLake::Open({place_.url(), "no key of theirs", ""}, clock);
  ASSERT_THAT(stranger, IsOk());
  EXPECT_THAT((*stranger)->refs().Get(ctx_, "main"),
              IsError(base::Code::kUnauthenticated, "accounts.bad_key"));
  EXPECT_THAT((*stranger)->jobs().List(ctx_, {}),
              IsError(base::Code::kUnauthenticated, "accounts.bad_key"));
  const auto nobody = client::RemoteLake::Open({"http://127.0.0.1:1", "key", ""}, clock);
  EXPECT_THAT((*nobody)->refs().Get(ctx_, "main"),
              IsError(base::Code::kUnavailable, "client.unreachable"));
  EXPECT_THAT((*nobody)->jobs().List(ctx_, {}),
              IsError(base::Code::kUnavailable, "client.unreachable"));
}

}  // namespace
}  // namespace ports
