#include "server/server.h"

#include <utility>

#include "base/log.h"
#include "base/rng.h"
#include "server/reasons.h"

namespace server {
namespace {

constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::seconds kCloseTime{5};

/// Opens all of them, or none.
base::Result<std::vector<ListeningSocket>> ListenAll(const Options& options) {
  std::vector<ListeningSocket> sockets;
  for (const Address& address : options.listen) {
    ASSIGN_OR_RETURN(ListeningSocket socket, Listen(address));
    if (!socket.loopback && options.tls.certificate.empty() && !options.insecure_public) {
      return base::Error(base::Code::kFailedPrecondition, kInsecurePublic,
                         "\"" + address.ToString() +
                             "\" can be reached from outside, and without TLS keys and rows "
                             "travel in the clear: give --tls-cert and --tls-key, or "
                             "--insecure-public when something in front does TLS")
          .Set("address", address.ToString());
    }
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace

// In the order of their making; dropped in reverse.
struct Server::Parts {
  Parts(const Ports& given, std::vector<Route> routes, Options wanted)
      : ports(given),
        options(std::move(wanted)),
        log(options.access_log, options.audit_log),
        router(std::move(routes), Router::Parts{given.accounts, metrics, log, given.clock,
                                                [this] { return Gauges(); }}),
        shelf(given.jobs, given.clock, rng, options.results),
        methods(given, shelf, options.identity),
        feeds([this](const base::Context& ctx, const model::JobId& job,
                     const JobFeeds::Emit& emit) { return methods.Follow(ctx, job, emit); }) {}

  const Ports ports;
  const Options options;
  base::SystemRng rng;
  Metrics metrics;
  RequestLog log;
  Router router;
  ResultShelf shelf;
  JobMethods methods;
  JobFeeds feeds;
  std::unique_ptr<WorkPool> pool;
  std::unique_ptr<RpcServer> rpc;
  std::unique_ptr<FrontDoor> door;
  std::vector<std::string> addresses;

  Metrics::Gauges Gauges() {
    return {{"boathouse_connections", door ? door->connections() : 0},
            {"boathouse_subscribers", feeds.listeners()},
            {"boathouse_results_waiting", shelf.size()},
            {"boathouse_requests_running", pool->busy()},
            {"boathouse_jobs_running", options.count_jobs(api::JobStatus::kRunning)},
            {"boathouse_jobs_queued", options.count_jobs(api::JobStatus::kNotStarted)}};
  }
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

base::Result<std::unique_ptr<Server>> Server::Start(const Ports& ports, std::vector<Route> routes,
                                                    Options options) {
  RETURN_IF_ERROR(CheckTls(options.tls));
  ASSIGN_OR_RETURN(std::vector<ListeningSocket> sockets, ListenAll(options));
  auto parts = std::make_unique<Parts>(ports, std::move(routes), std::move(options));
  const std::string scheme = parts->options.tls.certificate.empty() ? "http://" : "https://";
  for (const ListeningSocket& socket : sockets) {
    const bool local = !socket.address.unix_path.empty();
    parts->addresses.push_back((local ? "" : scheme) + socket.address.ToString());
  }
  parts->pool = std::make_unique<WorkPool>(parts->options.work);
  ASSIGN_OR_RETURN(
      parts->rpc,
      RpcServer::Start(RpcServer::Parts{parts->methods, parts->feeds, parts->shelf, ports.accounts,
                                        *parts->pool, parts->metrics, parts->log, ports.clock},
                       parts->options.tls, parts->options.public_url, parts->options.rpc));
  RpcServer* rpc = parts->rpc.get();
  ASSIGN_OR_RETURN(parts->door,
                   FrontDoor::Start(std::move(sockets), parts->options.tls, parts->options.http,
                                    FrontDoor::Parts{parts->router, *parts->pool, ports.clock,
                                                     [rpc](base::Fd connection, bool tls) {
                                                       rpc->Adopt(std::move(connection), tls);
                                                     }}));
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::~Server() {
  // The socket thread first: it posts to the pool. Then the pool: its work replies through gRPC and
  // through the sessions of the door.
  if (parts_->door) parts_->door->Stop();
  parts_->rpc->Drain(base::Duration(0));
  parts_->pool.reset();
  parts_->rpc.reset();
  parts_->door.reset();
}

std::vector<std::string> Server::addresses() const {
  return parts_->addresses;
}

void Server::Drain(base::Duration patience) {
  parts_->rpc->RefuseJobs();
  parts_->router.Drain();
  const base::Instant until = parts_->ports.clock.Now() + patience;
  base::Guarded<bool> nothing(false);
  while (parts_->ports.clock.Now() < until) {
    const uint32_t alive = parts_->options.count_jobs(api::JobStatus::kRunning) +
                           parts_->options.count_jobs(api::JobStatus::kNotStarted);
    if (alive == 0) break;
    nothing.WaitFor(kLook, [](const bool& never) { return never; });
  }
  parts_->rpc->Drain(kCloseTime);
  parts_->door->Drain(kCloseTime);
}

}  // namespace server
