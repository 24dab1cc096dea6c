#include "server/iceberg/iceberg_handler.h"

#include <gmock/gmock.h>

#include "server/http/target.h"
#include "server/iceberg/bodies.h"

namespace server::iceberg {
namespace {

using ::testing::HasSubstr;
using Texts = std::vector<std::string>;

base::Error NoRef() {
  return {base::Code::kNotFound, "catalog.no_ref", "there is no ref of this name"};
}

/// Remembers the ref it is asked at; knows "main" and "ada.dev".
class FakeNamespaces final : public api::IcebergNamespaces {
 public:
  base::Result<std::vector<Texts>> List(const base::Context&, const std::string& ref,
                                        const Texts& parent) override {
    asked = {ref, parent};
    if (!ref.empty() && ref != "main" && ref != "ada.dev") return NoRef();
    return std::vector<Texts>{{"a"}, {"b"}, {"c"}};
  }
  base::Result<api::IcebergProperties> Load(const base::Context&, const std::string& ref,
                                            const Texts& ns) override {
    asked = {ref, ns};
    return api::IcebergProperties{{"k", "v"}};
  }
  base::Status Create(const base::Context&, const std::string& ref, const Texts& ns,
                      const api::IcebergProperties&) override {
    asked = {ref, ns};
    return base::Ok();
  }
  base::Result<api::IcebergPropertiesChanged> Change(const base::Context&, const std::string&,
                                                     const Texts&,
                                                     const api::IcebergPropertiesChange&) override {
    return api::IcebergPropertiesChanged{};
  }
  base::Status Drop(const base::Context&, const std::string&, const Texts&) override {
    return base::Error(base::Code::kFailedPrecondition, "catalog.namespace_not_empty", "not empty");
  }
  std::pair<std::string, Texts> asked;
};

/// Answers each with `error`.
class FailingTables final : public api::IcebergTables {
 public:
  base::Result<std::vector<api::IcebergTableName>> List(const base::Context&, const std::string&,
                                                        const Texts&) override {
    return error;
  }
  base::Result<api::IcebergTable> Load(const base::Context&, const std::string&,
                                       const api::IcebergTableName&) override {
    return error;
  }
  base::Result<api::IcebergTable> Create(const base::Context&, const std::string&,
                                         const api::IcebergTableDraft&) override {
    return error;
  }
  base::Result<std::vector<api::IcebergTable>> Commit(
      const base::Context&, const std::string&,
      const std::vector<api::IcebergTableCommit>&) override {
    return error;
  }
  base::Result<api::IcebergTable> Register(const base::Context&, const std::string&,
                                           const api::IcebergTableName&, const std::string&,
                                           bool) override {
    return error;
  }
  base::Status Rename(const base::Context&, const std::string&, const api::IcebergTableName&,
                      const api::IcebergTableName&) override {
    return error;
  }
  base::Status Drop(const base::Context&, const std::string&,
                    const api::IcebergTableName&) override {
    return error;
  }
  base::Error error{base::Code::kNotFound, "catalog.no_table", "there is no such table"};
};

class NoAccounts final : public api::Accounts {
 public:
  base::Result<api::Account> Authenticate(const base::Context&, const std::string& token) override {
    if (token != "the-key") return Refused();
    return api::Account{};
  }
  base::Result<api::Organization> GetOrganization(const base::Context&) override {
    return Refused();
  }
  base::Result<api::Organization> RotateSecretKey(const base::Context&) override {
    return Refused();
  }
  base::Result<api::Account> Get(const base::Context&, const std::string&) override {
    return Refused();
  }
  base::Result<std::vector<api::Account>> List(const base::Context&) override { return Refused(); }
  base::Result<api::Account> Create(const base::Context&, const api::Account&) override {
    return Refused();
  }
  base::Result<api::Account> Update(const base::Context&, const api::Account&) override {
    return Refused();
  }
  base::Result<api::NewKey> CreateKey(const base::Context&, const std::string&, const std::string&,
                                      std::optional<base::Instant>) override {
    return Refused();
  }
  base::Result<std::vector<api::KeyEntry>> ListKeys(const base::Context&,
                                                    const std::string&) override {
    return Refused();
  }
  base::Status RevokeKey(const base::Context&, const std::string&) override { return Refused(); }

 private:
  static base::Error Refused() {
    return {base::Code::kUnauthenticated, "accounts.bad_key", "the key is not known"};
  }
};

class Iceberg : public ::testing::Test {
 protected:
  static HttpRequest Request(const std::string& method, const std::string& target,
                             const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    request.target = target;
    const auto parsed = ParseTarget(target);
    EXPECT_TRUE(parsed.ok());
    request.path = parsed->path;
    request.query = parsed->query;
    request.body = body;
    return request;
  }
  HttpReply Ask(const std::string& method, const std::string& target,
                const std::string& body = "") {
    return handler_.Handle({}, Request(method, target, body));
  }

  FakeNamespaces namespaces_;
  FailingTables tables_;
  NoAccounts accounts_;
  IcebergHandler handler_{namespaces_, tables_, accounts_, {}};
};

TEST_F(Iceberg, ABranchIsThePrefixOrInTheBaseOrTheDefault) {
  using Asked = std::pair<std::string, Texts>;
  const Asked dev{"ada.dev", {"n"}};
  const Asked main{"", {"n"}};
  for (const auto& [target, asked] : std::vector<std::pair<std::string, Asked>>{
           {"/iceberg/v1/namespaces/n", main},
           {"/iceberg/v1/-/namespaces/n", main},
           {"/iceberg/-/v1/namespaces/n", main},
           {"/iceberg/v1/ada.dev/namespaces/n", dev},
           {"/iceberg/ada.dev/v1/namespaces/n", dev},
           {"/iceberg/ada.dev/v1/ada.dev/namespaces/n", dev},
           {"/iceberg/v1/a%2Fb/namespaces/x%1Fy", {"a/b", {"x", "y"}}},
           {"/iceberg/v1/namespaces/namespaces", {"", {"namespaces"}}}}) {
    EXPECT_EQ(Ask("GET", target).status, 200) << target;
    EXPECT_EQ(namespaces_.asked, asked) << target;
  }
}

TEST_F(Iceberg, AWarehouseIsABranch) {
  EXPECT_THAT(Ask("GET", "/iceberg/v1/config?warehouse=ada.dev").body,
              HasSubstr(R"("overrides":{"prefix":"ada.dev"})"));
  EXPECT_THAT(Ask("GET", "/iceberg/v1/config").body, HasSubstr(R"("overrides":{})"));
  EXPECT_EQ(Ask("GET", "/iceberg/v1/config?warehouse=none").status, 404);
}

TEST_F(Iceberg, ListsComeInPages) {
  HttpReply page = Ask("GET", "/iceberg/v1/namespaces?pageSize=2");
  EXPECT_THAT(page.body, HasSubstr(R"("namespaces":[["a"],["b"]])"));
  EXPECT_THAT(page.body, HasSubstr(R"("next-page-token":"b")"));
  page = Ask("GET", "/iceberg/v1/namespaces?pageSize=2&pageToken=b");
  EXPECT_THAT(page.body, HasSubstr(R"("namespaces":[["c"]])"));
  EXPECT_THAT(page.body, HasSubstr(R"("next-page-token":null)"));
  EXPECT_EQ(Ask("GET", "/iceberg/v1/namespaces?pageSize=x").status, 400);
}

TEST_F(Iceberg, ErrorsAreThoseClientsActOn) {
  using base::Code;
  const std::string table = "/iceberg/v1/namespaces/n/tables/t";
  EXPECT_EQ(Ask("HEAD", table).status, 404);
  EXPECT_EQ(Ask("HEAD", table).body, "");
  EXPECT_THAT(Ask("GET", table).body, HasSubstr(R"("type":"NoSuchTableException")"));
  tables_.error.reason = "catalog.no_namespace";
  EXPECT_THAT(Ask("GET", table).body, HasSubstr(R"("type":"NoSuchTableException")"));
  EXPECT_THAT(Ask("GET", "/iceberg/v1/namespaces/n/tables").body,
              HasSubstr(R"("type":"NoSuchNamespaceException")"));
  const auto commit = [&](Code code, const char* reason) {
    tables_.error = {code, reason, "words"};
    return Ask("POST", table, "{}");
  };
  EXPECT_THAT(commit(Code::kConflict, "iceberg.requirement_failed").body,
              HasSubstr(R"x("code":409,"message":"words (iceberg.requirement_failed)",)x"
                        R"("type":"CommitFailedException")"));
  EXPECT_THAT(commit(Code::kOutcomeUnknown, "x").body,
              HasSubstr(R"("type":"CommitStateUnknownException")"));
  EXPECT_EQ(commit(Code::kOutcomeUnknown, "x").status, 500);
  EXPECT_EQ(commit(Code::kUnavailable, "catalog.contended").status, 409);
  EXPECT_EQ(commit(Code::kUnavailable, "x").status, 503);
  EXPECT_EQ(commit(Code::kPermissionDenied, "access.write").status, 403);
  EXPECT_EQ(commit(Code::kUnimplemented, "x").status, 406);
  EXPECT_EQ(Ask("DELETE", "/iceberg/v1/namespaces/n").status, 409);
}

TEST_F(Iceberg, WhatIsNotThereIsSaidSo) {
  for (const char* target :
       {"/iceberg", "/iceberg/v1", "/iceberg/v1/main", "/iceberg/x/y/namespaces",
        "/iceberg/v1/namespaces/n/chairs", "/iceberg/v1/tables/sell"})
    EXPECT_EQ(Ask("GET", target).status, 404) << target;
  EXPECT_EQ(Ask("GET", "/iceberg/v1/main/namespaces/n/views/v").status, 406);
  EXPECT_EQ(Ask("PATCH", "/iceberg/v1/namespaces").status, 405);
  EXPECT_EQ(Ask("POST", "/iceberg/v1/namespaces/n/tables/t/metrics").status, 204);
  const std::string deep = std::string(100'000, '[');
  for (const std::string& body : {std::string("{"), std::string("[]"), std::string(), deep,
                                  std::string(R"({"namespace":[1]})")})
    EXPECT_EQ(Ask("POST", "/iceberg/v1/namespaces", body).status, 400) << body.substr(0, 20);
}

TEST_F(Iceberg, AnApiKeyIsTheSecretOfAClient) {
  const std::string path = "/iceberg/v1/oauth/tokens";
  EXPECT_TRUE(IcebergHandler::IsOpen(Request("POST", path)));
  EXPECT_TRUE(IcebergHandler::IsOpen(Request("POST", "/iceberg/ada.dev/v1/oauth/tokens")));
  EXPECT_FALSE(IcebergHandler::IsOpen(Request("GET", path)));
  EXPECT_FALSE(IcebergHandler::IsOpen(Request("POST", "/iceberg/v1/namespaces/oauth/tokens")));
  const std::string grant = "grant_type=client_credentials&client_id=me&client_secret=";
  EXPECT_THAT(Ask("POST", path, grant + "the-key").body, HasSubstr(R"("access_token":"the-key")"));
  EXPECT_EQ(Ask("POST", path, grant + "other").status, 401);
  EXPECT_EQ(Ask("POST", path, "grant_type=password").status, 400);
  HttpRequest basic = Request("POST", path, "grant_type=client_credentials");
  basic.headers["authorization"] = "Basic bWU6dGhlLWtleQ==";  // me:the-key
  EXPECT_EQ(handler_.Handle({}, basic).status, 200);
}

}  // namespace
}  // namespace server::iceberg
