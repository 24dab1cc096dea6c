// The two places the ports of api can be reached at: in this process, and at a server.
#pragma once

#include <memory>
#include <string>

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "api/credentials_api.h"
#include "api/jobs_api.h"
#include "api/tables_api.h"
#include "base/testing/temporary_folder.h"

namespace ports {

/// All ports of one lake, borrowed.
struct Ports {
  api::Refs& refs;
  api::Namespaces& namespaces;
  api::Tables& tables;
  api::Jobs& jobs;
  api::Accounts& accounts;
  api::Credentials& credentials;
};

/// An embedded lake of its own, where ada is the only user and an admin; files in folder() may be
/// imported.
class InProcess {
 public:
  InProcess();
  ~InProcess();
  Ports ports();
  const std::string& folder() const { return folder_.path(); }
  const std::string& key() const { return key_; }

 private:
  friend class OverNetwork;  // serves this lake  // tidy: test support composes what it tests
  struct Lake;
  base::testing::TemporaryFolder folder_;
  std::unique_ptr<Lake> lake_;
  std::string key_;
};

/// The same lake behind a server, reached through the client.
class OverNetwork {
 public:
  OverNetwork();
  ~OverNetwork();
  Ports ports();
  InProcess& behind() { return behind_; }
  const std::string& folder() const { return behind_.folder(); }
  const std::string& url() const { return url_; }

 private:
  struct Network;
  InProcess behind_;
  std::string url_;
  std::unique_ptr<Network> network_;
};

/// Writes a file into the place's folder and returns its path.
std::string WriteText(const std::string& folder, const std::string& name, const std::string& text);

}  // namespace ports
