#include "server/http/router.h"

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>

#include "server/http/gunzip.h"
#include "server/http/target.h"
#include "server/reasons.h"

namespace server {
namespace {

class Echo final : public HttpHandler {
 public:
  HttpReply Handle(const base::Context& ctx, const HttpRequest& request) override {
    if (request.method == "PATCH") throw std::runtime_error("a defect");
    HttpReply reply;
    reply.body = name + " " + ctx.principal;
    return reply;
  }
  std::string name;
};

class OneKey final : public api::Accounts {
 public:
  base::Result<api::Account> Authenticate(const base::Context&, const std::string& token) override {
    if (token != "a-key-that-is-no-short-string") {
      return base::Error(base::Code::kUnauthenticated, "accounts.bad_key", "not known");
    }
    api::Account account;
    account.username = "ada";
    return account;
  }
  base::Result<api::Organization> GetOrganization(const base::Context&) override { return None(); }
  base::Result<api::Organization> RotateSecretKey(const base::Context&) override { return None(); }
  base::Result<api::Account> Get(const base::Context&, const std::string&) override {
    return None();
  }
  base::Result<std::vector<api::Account>> List(const base::Context&) override { return None(); }
  base::Result<api::Account> Create(const base::Context&, const api::Account&) override {
    return None();
  }
  base::Result<api::Account> Update(const base::Context&, const api::Account&) override {
    return None();
  }
  base::Result<api::NewKey> CreateKey(const base::Context&, const std::string&, const std::string&,
                                      std::optional<base::Instant>) override {
    return None();
  }
  base::Result<std::vector<api::KeyEntry>> ListKeys(const base::Context&,
                                                    const std::string&) override {
    return None();
  }
  base::Status RevokeKey(const base::Context&, const std::string&) override { return None(); }

 private:
  static base::Error None() { return {base::Code::kUnimplemented, "fake.none", "not here"}; }
};

struct House {
  House() {
    catalog.name = "catalog";
    iceberg.name = "iceberg";
    open.name = "open";
  }
  HttpReply Ask(const std::string& method, const std::string& target, const std::string& key) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    auto parsed = ParseTarget(target);
    request.path = parsed->path;
    request.query = parsed->query;
    if (!key.empty()) request.headers["authorization"] = key;
    return router.Handle(base::Context{}, request, "127.0.0.1:1");
  }

  Echo catalog, iceberg, open;
  OneKey accounts;
  Metrics metrics;
  std::ostringstream access, audit;
  RequestLog log{&access, &audit};
  base::SystemClock clock;
  Router router{{{{"catalog", "v0"}, &catalog, true, nullptr},
                 {{"catalog", "v0", "open"}, &open, false, nullptr},
                 {{"iceberg"}, &iceberg, true, nullptr}},
                {accounts, metrics, log, clock, [] { return Metrics::Gauges{{"g", 2.5}}; }}};
};

TEST(Router, TakesTheLongestPrefixOfWholeSegments) {
  House house;
  EXPECT_EQ(house.Ask("GET", "/catalog/v0/branches", "Bearer a-key-that-is-no-short-string").body,
            "catalog ada");
  EXPECT_EQ(house.Ask("GET", "/iceberg/v1/config", "bearer a-key-that-is-no-short-string").body,
            "iceberg ada");
  EXPECT_EQ(house.Ask("GET", "/catalog/v0/open/x", "").body, "open ");
  EXPECT_EQ(house.Ask("GET", "/catalog/v00", "Bearer a-key-that-is-no-short-string").status, 404);
}

TEST(Router, RefusesUnknownKeysInTheCatalogsEnvelope) {
  House house;
  for (const char* key : {"", "Bearer wrong", "Basic a-key-that-is-no-short-string",
                          "a-key-that-is-no-short-string", "Bearer "}) {
    const HttpReply reply = house.Ask("GET", "/catalog/v0/branches", key);
    EXPECT_EQ(reply.status, 401) << key;
    EXPECT_NE(reply.body.find(R"("type":"UNAUTHORIZED")"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find(R"("context":{})"), std::string::npos) << reply.body;
  }
}

TEST(Router, SaysThatItIsWellUntilItDrains) {
  House house;
  EXPECT_EQ(house.Ask("GET", "/healthz", "").status, 200);
  house.router.Drain();
  EXPECT_EQ(house.Ask("GET", "/healthz", "").status, 503);
}

TEST(Router, CountsAndLogsWhatItAnswered) {
  House house;
  house.Ask("GET", "/catalog/v0/branches?x=\"1", "Bearer a-key-that-is-no-short-string");
  house.Ask("POST", "/catalog/v0/branches", "Bearer a-key-that-is-no-short-string");
  house.Ask("BREW", "/catalog/v0/branches", "");
  const std::string metrics = house.Ask("GET", "/metrics", "").body;
  EXPECT_NE(metrics.find(R"(boathouse_requests_total{kind="http GET",status="200"} 1)"),
            std::string::npos)
      << metrics;
  EXPECT_NE(metrics.find(R"(kind="http other",status="401")"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("\ng 2.5\n"), std::string::npos) << metrics;
  EXPECT_NE(house.access.str().find(R"("user":"ada")"), std::string::npos) << house.access.str();
  EXPECT_EQ(house.access.str().find("a-key-"), std::string::npos) << "a key in the log";
  // Only what asked for a change is audited.
  EXPECT_EQ(house.audit.str().find(R"("method":"GET")"), std::string::npos);
  EXPECT_NE(house.audit.str().find(R"("method":"POST")"), std::string::npos);
}

TEST(Router, AnswersForAHandlerThatThrows) {
  House house;
  EXPECT_EQ(
      house.Ask("PATCH", "/catalog/v0/branches", "Bearer a-key-that-is-no-short-string").status,
      500);
}

// "hello" through gzip(1).
const std::string kHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
    "\x00\x00",
    25);

TEST(Gunzip, UnpacksUpToItsLimit) {
  const auto plain = Gunzip(kHello, 5);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain.value().c_str(), 'h');
  EXPECT_EQ(plain.value(), "hello");
  const auto large = Gunzip(kHello, 4);
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().reason, kTooLarge);
}

TEST(Gunzip, RefusesEveryCut) {
  for (size_t size = 0; size < kHello.size(); ++size) {
    const auto plain = Gunzip(kHello.substr(0, size), 100);
    ASSERT_FALSE(plain.ok()) << size;
    EXPECT_EQ(plain.error().reason, kBadBody);
  }
}

}  // namespace
}  // namespace server
