#include "serve.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/guarded.h"
#include "cli/dag_drawing.h"
#include "installation.h"
#include "server/iceberg/bodies.h"
#include "server/iceberg/iceberg_handler.h"
#include "server/rest/catalog_handler.h"
#include "server/server.h"

namespace apps {
namespace {

constexpr std::chrono::milliseconds kLook{100};

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0) return "localhost";
  return name;
}

/// A log file that grows, or standard error for "-"; null for none.
base::Result<std::unique_ptr<std::ostream>> OpenLog(const std::string& path) {
  if (path.empty()) return std::unique_ptr<std::ostream>();
  if (path == "-") return std::make_unique<std::ostream>(std::cerr.rdbuf());
  auto file = std::make_unique<std::ofstream>(path, std::ios::app);
  if (!*file) return base::IoError("open", path, errno);
  return std::unique_ptr<std::ostream>(std::move(file));
}

base::Result<server::Options> OptionsOf(const cli::ServeChoice& choice) {
  server::Options options;
  ASSIGN_OR_RETURN(const server::Address address, server::ParseAddress(choice.listen));
  options.listen.push_back(address);
  if (!choice.socket.empty()) {
    ASSIGN_OR_RETURN(const server::Address local, server::ParseAddress("unix:" + choice.socket));
    options.listen.push_back(local);
  }
  options.tls = server::TlsFiles{choice.tls_certificate, choice.tls_key};
  options.insecure_public = choice.insecure_public;
  options.public_url = choice.public_url;
  options.identity = server::JobMethods::Identity{
      BOATHOUSE_VERSION, HostName(),
      [](const plan::LogicalPlan& plan) { return cli::DrawDag(plan, {false, false}); }};
  return options;
}

/// The first key, where --init made one. Without anybody to let in a server is of no use.
base::Result<std::optional<api::NewKey>> Accounts(const base::Context& ctx,
                                                  embedded::Embedded& embedded,
                                                  const cli::ServeChoice& choice,
                                                  const std::string& user) {
  if (choice.init) {
    control::InitialAccounts wanted;
    wanted.organization = choice.organization;
    wanted.username = choice.username.empty() ? user : choice.username;
    ASSIGN_OR_RETURN(control::InitialisedAccounts made, embedded.InitialiseAccounts(ctx, wanted));
    return std::move(made.key);
  }
  ASSIGN_OR_RETURN(const auto users, embedded.accounts().List(ctx));
  if (!users.empty()) return std::optional<api::NewKey>();
  return base::Error(base::Code::kFailedPrecondition, "cli.no_users",
                     "nobody could show a key: make the first user with `boathouse serve --init`");
}

void WaitForStop(const base::Context& ctx) {
  base::Guarded<bool> nothing(false);
  while (!ctx.stop.stop_requested()) {
    nothing.WaitFor(kLook, [](const bool& never) { return never; });
  }
}

}  // namespace

base::Status LakeServing::Serve(const base::Context& ctx, const cli::LakeChoice& lake,
                                const cli::ServeChoice& choice,
                                const std::function<void(const cli::ServingPlace&)>& on_ready) {
  ASSIGN_OR_RETURN(server::Options options, OptionsOf(choice));
  ASSIGN_OR_RETURN(const auto access_log, OpenLog(choice.access_log));
  ASSIGN_OR_RETURN(embedded::Embedded * embedded, open_lake_(ctx, lake, choice));
  const std::string& folder = embedded->folder().path;
  RETURN_IF_ERROR(base::MakeFolders(folder + "/server"));
  ASSIGN_OR_RETURN(const auto audit_log, OpenLog(folder + "/server/audit.jsonl"));
  options.access_log = access_log.get();
  options.audit_log = audit_log.get();
  ASSIGN_OR_RETURN(const std::optional<api::NewKey> made,
                   Accounts(ctx, *embedded, choice, lake.user.empty() ? LoginName() : lake.user));
  options.count_jobs = [jobs = &embedded->jobs()](api::JobStatus status) {
    api::JobFilter filter;
    filter.statuses = {status};
    filter.limit = 0;
    const auto found = jobs->List(base::Context{}, filter);
    return found.ok() ? static_cast<uint32_t>(found->size()) : 0;
  };
  const base::SystemClock clock;
  control::GuardedPlane& plane = embedded->guarded();
  const server::Ports ports{plane.refs(), plane.namespaces(),   plane.tables(),
                            plane.jobs(), embedded->accounts(), clock};
  server::CatalogHandler catalog({plane.refs(), plane.namespaces(), plane.tables()});
  server::iceberg::IcebergHandler iceberg(plane.iceberg_namespaces(), plane.iceberg_tables(),
                                          embedded->accounts(), {});
  const std::vector<server::Route> routes = {
      {{"catalog", "v0"}, &catalog, true, nullptr},
      {{"iceberg"},
       &iceberg,
       true,
       [](const base::Error& error) { return server::iceberg::ReplyError(error); },
       &server::iceberg::IcebergHandler::IsOpen}};
  ASSIGN_OR_RETURN(const auto server, server::Server::Start(ports, routes, std::move(options)));
  cli::ServingPlace place{folder, server->addresses(), {}, {}};
  if (made) {
    place.user = made->entry.username;
    place.key = made->secret;
  }
  on_ready(place);
  WaitForStop(ctx);
  notices_ << "draining\n";
  server->Drain(std::chrono::seconds(choice.drain_seconds));
  return base::Ok();
}

}  // namespace apps
