#include "place.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "client/remote_lake.h"
#include "embedded/embedded.h"
#include "server/rest/accounts_handler.h"
#include "server/rest/catalog_handler.h"
#include "server/server.h"

namespace ports {
namespace {

embedded::Options OptionsFor(const std::string& folder) {
  embedded::Options options;
  options.lake = folder + "/lake";
  options.user = "ada";
  options.isolated = true;
  options.slots = 2;
  options.python_folder = std::string(BOATHOUSE_SOURCE_DIR) + "/python";
  options.temp_folder = folder + "/tmp";
  options.launcher.program = std::string(BOATHOUSE_BIN_DIR) + "/boathouse-sandbox";
  options.import_folders = {folder};
  return options;
}

}  // namespace

struct InProcess::Lake {
  std::unique_ptr<embedded::Embedded> embedded;
};

InProcess::InProcess() : lake_(std::make_unique<Lake>()) {
  EXPECT_THAT(base::MakeFolders(folder() + "/tmp"), base::testing::IsOk());
  auto opened = embedded::Embedded::Open(base::Context{}, OptionsFor(folder()));
  EXPECT_THAT(opened, base::testing::IsOk());
  lake_->embedded = std::move(opened).value();
  control::InitialAccounts wanted;
  wanted.organization = "Ports";
  wanted.username = "ada";
  auto made = lake_->embedded->InitialiseAccounts(base::Context{}, wanted);
  EXPECT_THAT(made, base::testing::IsOk());
  if (made.ok() && made->key) key_ = made->key->secret;
}

InProcess::~InProcess() = default;

Ports InProcess::ports() {
  embedded::Embedded& lake = *lake_->embedded;
  return {lake.refs(), lake.namespaces(), lake.tables(),
          lake.jobs(), lake.accounts(),   lake.credentials()};
}

struct OverNetwork::Network {
  Network(control::GuardedPlane& plane, api::Accounts& accounts)
      : ports{plane.refs(), plane.namespaces(), plane.tables(), plane.jobs(), accounts, clock},
        catalog({plane.refs(), plane.namespaces(), plane.tables()}),
        users(plane.accounts(), plane.credentials()) {}

  base::SystemClock clock;
  server::Ports ports;
  server::CatalogHandler catalog;
  server::AccountsHandler users;
  std::unique_ptr<server::Server> server;
  std::unique_ptr<client::RemoteLake> lake;
};

OverNetwork::OverNetwork() {
  embedded::Embedded& lake = *behind_.lake_->embedded;
  network_ = std::make_unique<Network>(lake.guarded(), lake.accounts());
  server::Options options;
  auto address = server::ParseAddress("127.0.0.1:0");
  EXPECT_THAT(address, base::testing::IsOk());
  options.listen.push_back(*std::move(address));
  options.count_jobs = [](api::JobStatus) { return 0u; };
  options.identity = {"0.0.0", "localhost"};
  const std::vector<server::Route> routes = {{{"catalog", "v0"}, &network_->catalog},
                                             {{"boathouse", "v0"}, &network_->users}};
  auto started = server::Server::Start(network_->ports, routes, std::move(options));
  EXPECT_THAT(started, base::testing::IsOk());
  network_->server = std::move(started).value();
  url_ = network_->server->addresses().front();
  auto remote = client::RemoteLake::Open({url_, behind_.key(), ""}, network_->clock);
  EXPECT_THAT(remote, base::testing::IsOk());
  network_->lake = std::move(remote).value();
}

OverNetwork::~OverNetwork() {
  network_->lake.reset();
  network_->server.reset();
}

Ports OverNetwork::ports() {
  client::RemoteLake& lake = *network_->lake;
  return {lake.refs(), lake.namespaces(), lake.tables(),
          lake.jobs(), lake.accounts(),   lake.credentials()};
}

std::string WriteText(const std::string& folder, const std::string& name, const std::string& text) {
  const std::string path = folder + "/" + name;
  EXPECT_THAT(base::WriteFile(path, text), base::testing::IsOk());
  return path;
}

}  // namespace ports
