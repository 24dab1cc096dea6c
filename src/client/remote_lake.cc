#include "client/remote_lake.h"

#include <utility>

#include "client/reasons.h"
#include "client/remote_accounts_internal.h"
#include "client/remote_catalog_internal.h"
#include "client/remote_jobs_internal.h"

namespace client {

struct RemoteLake::Parts {
  Parts(const ServerUrl& server, const Options& options, const base::Clock& clock)
      : rest(server, options.key, options.ca_file, clock),
        rpc(server, options.key, options.ca_file, clock) {}

  Rest rest;
  Rpc rpc;
  RemoteRefs refs{rest};
  RemoteNamespaces namespaces{rest};
  RemoteTables tables{rest};
  RemoteJobs jobs{rpc};
  RemoteAccounts accounts{rest, rpc};
  RemoteCredentials credentials{rest};
};

RemoteLake::RemoteLake(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
RemoteLake::~RemoteLake() = default;

base::Result<std::unique_ptr<RemoteLake>> RemoteLake::Open(Options options,
                                                           const base::Clock& clock) {
  ASSIGN_OR_RETURN(const ServerUrl server, ParseServerUrl(options.url));
  if (options.key.empty()) {
    return base::Error(base::Code::kUnauthenticated, kNoKey,
                       "no key for " + server.text +
                           ": set BOATHOUSE_API_KEY, or `boathouse config set api_key …`");
  }
  return std::unique_ptr<RemoteLake>(
      new RemoteLake(std::make_unique<Parts>(server, options, clock)));
}

api::Refs& RemoteLake::refs() {
  return parts_->refs;
}
api::Namespaces& RemoteLake::namespaces() {
  return parts_->namespaces;
}
api::Tables& RemoteLake::tables() {
  return parts_->tables;
}
api::Jobs& RemoteLake::jobs() {
  return parts_->jobs;
}
api::Accounts& RemoteLake::accounts() {
  return parts_->accounts;
}
api::Credentials& RemoteLake::credentials() {
  return parts_->credentials;
}

base::Result<Greeting> RemoteLake::Greet(const base::Context& ctx) {
  return parts_->accounts.Greet(ctx);
}

}  // namespace client
