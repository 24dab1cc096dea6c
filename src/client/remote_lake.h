// RemoteLake: the ports of api at a server, over its network protocol.
#pragma once

#include <memory>
#include <string>

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "api/credentials_api.h"
#include "api/jobs_api.h"
#include "api/tables_api.h"
#include "base/clock.h"
#include "base/result.h"

namespace client {

struct Options {
  std::string url;      // "https://lake.example.org", "http://127.0.0.1:8080"
  std::string key;      // the bearer token of a user
  std::string ca_file;  // certificates that are trusted instead of the system's; empty = those
};

/// Who a server lets in with the key, and what it is.
struct Greeting {
  std::string user;
  std::string organization;
  std::string server_version;
};

/// Thread-safe. Connects with the first request, keeps its connections. Errors are those of the
/// ports embedded, and those of reasons.h.
class RemoteLake {
 public:
  /// Touches no network. "client.bad_url", "client.no_key". The clock outlives it.
  static base::Result<std::unique_ptr<RemoteLake>> Open(Options options, const base::Clock& clock);
  ~RemoteLake();

  api::Refs& refs();
  api::Namespaces& namespaces();
  api::Tables& tables();
  api::Jobs& jobs();
  api::Accounts& accounts();
  api::Credentials& credentials();
  base::Result<Greeting> Greet(const base::Context& ctx);

 private:
  struct Parts;
  explicit RemoteLake(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace client
