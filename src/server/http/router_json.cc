#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/log.h"
#include "server/bearer.h"
#include "server/http/router.h"
#include "wire/error_detail.h"

namespace server {
namespace {

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kNotFound = 404;
constexpr int kInternalError = 500;
constexpr int kUnavailable = 503;
constexpr size_t kTargetBytesMax = 2048;  // in the log
constexpr char kMetricsType[] = "text/plain; version=0.0.4";
constexpr size_t kTraceDigits = 32;
constexpr size_t kTraceStart = 3;  // "00-<32 digits>-..."

std::string TraceOf(const HttpRequest& request) {
  const auto found = request.headers.find("traceparent");
  if (found == request.headers.end() || found->second.size() < kTraceStart + kTraceDigits) {
    return "";
  }
  return found->second.substr(kTraceStart, kTraceDigits);
}

bool IsPath(const HttpRequest& request, std::string_view only) {
  return request.path.size() == 1 && request.path.front() == only;
}

/// One of a closed set, so that what is counted stays bounded.
std::string MethodLabel(const std::string& method) {
  for (const char* known : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}) {
    if (method == known) return method;
  }
  return "other";
}

bool Changes(const std::string& method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

HttpReply Refuse(const Route& route, const base::Error& error) {
  HttpReply reply;
  if (error.code != base::Code::kUnauthenticated) {
    reply = ErrorReply(kInternalError, "INTERNAL", error.message);
  } else if (route.refusal) {
    return route.refusal(error);
  } else {
    reply = ErrorReply(kUnauthorized, "UNAUTHORIZED", error.message);
  }
  reply.refused = std::make_shared<const base::Error>(error);
  return reply;
}

}  // namespace

HttpReply ErrorReply(int status, const std::string& type, const std::string& message) {
  const nlohmann::ordered_json body = {
      {"error",
       {{"type", type}, {"message", message}, {"context", nlohmann::ordered_json::object()}}}};
  HttpReply reply;
  reply.status = status;
  reply.body = body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return reply;
}

Router::Router(std::vector<Route> routes, Parts parts)
    : routes_(std::move(routes)), parts_(std::move(parts)) {}

const Route* Router::Find(const HttpRequest& request) const {
  const Route* best = nullptr;
  for (const Route& route : routes_) {
    if (route.prefix.size() > request.path.size()) continue;
    if (!std::equal(route.prefix.begin(), route.prefix.end(), request.path.begin())) continue;
    if (best == nullptr || route.prefix.size() > best->prefix.size()) best = &route;
  }
  return best;
}

HttpReply Router::Answer(base::Context& ctx, const HttpRequest& request) {
  if (IsPath(request, "healthz")) {
    HttpReply reply;
    reply.status = draining_ ? kUnavailable : kOk;
    reply.body = draining_ ? R"({"status":"draining"})" : R"({"status":"ok"})";
    return reply;
  }
  if (IsPath(request, "metrics")) {
    HttpReply reply;
    reply.content_type = kMetricsType;
    reply.body = parts_.metrics.Render(parts_.gauges());
    return reply;
  }
  const Route* route = Find(request);
  if (route == nullptr) {
    return ErrorReply(kNotFound, "NOT_FOUND", "there is nothing at this path");
  }
  const bool open = route->is_open != nullptr && route->is_open(request);
  if (route->needs_auth && !open) {
    const auto header = request.headers.find("authorization");
    const std::string_view value =
        header == request.headers.end() ? std::string_view() : std::string_view(header->second);
    auto account = Authenticate(ctx, parts_.accounts, value);
    if (!account.ok()) return Refuse(*route, account.error());
    ctx.principal = account->username;
  }
  return route->handler->Handle(ctx, request);
}

HttpReply Router::Handle(base::Context ctx, const HttpRequest& request,
                         const std::string& peer) noexcept {
  const base::Instant began = parts_.clock.Now();
  ctx.trace_id = TraceOf(request);
  HttpReply reply;
  try {
    reply = Answer(ctx, request);
  } catch (const std::exception& failure) {
    base::Log(base::LogLevel::kError, std::string("a handler threw: ") + failure.what());
    reply = ErrorReply(kInternalError, "INTERNAL", "the server failed to answer");
  }
  if (reply.refused && request.headers.contains(wire::kClientHeader)) {
    reply.body = wire::AddErrorDetail(reply.body, *reply.refused);
  }
  RequestEntry entry;
  entry.at = began;
  entry.kind = "http";
  entry.method = request.method;
  entry.target = request.target.substr(0, kTargetBytesMax);
  entry.status = std::to_string(reply.status);
  entry.user = ctx.principal;
  entry.peer = peer;
  entry.trace = ctx.trace_id;
  entry.took = parts_.clock.Now() - began;
  entry.changes = Changes(request.method);
  parts_.metrics.Count("http " + MethodLabel(request.method), entry.status, entry.took);
  parts_.log.Write(entry);
  return reply;
}

void Router::NoteRefusal(const std::string& kind, const HttpRequest& request,
                         const std::string& status, const std::string& peer) noexcept {
  RequestEntry entry;
  entry.at = parts_.clock.Now();
  entry.kind = kind;
  entry.method = request.method;
  entry.target = request.target.substr(0, kTargetBytesMax);
  entry.status = status;
  entry.peer = peer;
  parts_.metrics.Count(kind + " " + MethodLabel(request.method), status, base::Duration(0));
  parts_.log.Write(entry);
}

}  // namespace server
