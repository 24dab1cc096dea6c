#include "server/rest/accounts_handler.h"

#include <exception>

#include "server/reasons.h"
#include "server/rest/reply.h"
#include "wire/accounts_json.h"

namespace server {
namespace {

base::Error Nothing(const HttpRequest& request) {
  return base::Error(base::Code::kUnimplemented, kNotOffered,
                     request.method + " " + request.target + " is not offered by this server")
      .Set("method", request.method);
}

/// What stands behind /boathouse/v0/<resource>.
std::vector<std::string> Rest(const HttpRequest& request) {
  return {request.path.begin() + 3, request.path.end()};
}

bool Is(const HttpRequest& request, const char* method, size_t names) {
  return request.method == method && request.path.size() == 3 + names;
}

base::Result<std::string> Done(const base::Status& status) {
  if (!status.ok()) return status.error();
  return wire::DoneBody();
}

}  // namespace

base::Result<std::string> AccountsHandler::Users(const base::Context& ctx,
                                                 const HttpRequest& request) {
  const std::vector<std::string> names = Rest(request);
  if (Is(request, "GET", 0)) {
    ASSIGN_OR_RETURN(const auto accounts, accounts_.List(ctx));
    return wire::AccountsBody(accounts);
  }
  if (Is(request, "GET", 1)) {
    ASSIGN_OR_RETURN(const api::Account account, accounts_.Get(ctx, names[0]));
    return wire::AccountBody(account);
  }
  if (Is(request, "POST", 0)) {
    ASSIGN_OR_RETURN(const api::Account wanted, wire::ParseAccount(request.body));
    ASSIGN_OR_RETURN(const api::Account made, accounts_.Create(ctx, wanted));
    return wire::AccountBody(made);
  }
  if (Is(request, "PUT", 1)) {
    ASSIGN_OR_RETURN(api::Account wanted, wire::ParseAccount(request.body));
    wanted.username = names[0];
    ASSIGN_OR_RETURN(const api::Account now, accounts_.Update(ctx, wanted));
    return wire::AccountBody(now);
  }
  const bool keys = names.size() == 2 && names[1] == "keys";
  if (keys && Is(request, "GET", 2)) {
    ASSIGN_OR_RETURN(const auto listed, accounts_.ListKeys(ctx, names[0]));
    return wire::KeysBody(listed);
  }
  if (keys && Is(request, "POST", 2)) {
    ASSIGN_OR_RETURN(const wire::KeyRequest wanted, wire::ParseKeyRequest(request.body));
    ASSIGN_OR_RETURN(const api::NewKey key,
                     accounts_.CreateKey(ctx, names[0], wanted.label, wanted.expires));
    return wire::NewKeyBody(key);
  }
  return Nothing(request);
}

base::Result<std::string> AccountsHandler::Keys(const base::Context& ctx,
                                                const HttpRequest& request) {
  if (!Is(request, "DELETE", 1)) return Nothing(request);
  return Done(accounts_.RevokeKey(ctx, Rest(request)[0]));
}

base::Result<std::string> AccountsHandler::Credentials(const base::Context& ctx,
                                                       const HttpRequest& request) {
  if (Is(request, "GET", 0)) {
    ASSIGN_OR_RETURN(const auto listed, credentials_.List(ctx));
    return wire::CredentialsBody(listed);
  }
  if (Is(request, "PUT", 1)) {
    ASSIGN_OR_RETURN(const api::ObjectCredential credential, wire::ParseCredential(request.body));
    return Done(credentials_.Set(ctx, Rest(request)[0], credential));
  }
  if (Is(request, "DELETE", 1)) return Done(credentials_.Remove(ctx, Rest(request)[0]));
  return Nothing(request);
}

HttpReply AccountsHandler::Handle(const base::Context& ctx, const HttpRequest& request) {
  try {
    const std::string resource = request.path.size() < 3 ? "" : request.path[2];
    auto body = resource == "users"         ? Users(ctx, request)
                : resource == "keys"        ? Keys(ctx, request)
                : resource == "credentials" ? Credentials(ctx, request)
                                            : Nothing(request);
    if (!body.ok()) return rest::Refuse(body.error(), {});
    return rest::Json(200, *std::move(body));
  } catch (const std::exception& failure) {
    return rest::Refuse(base::Error(base::Code::kInternal, kNotOffered, failure.what()), {});
  }
}

}  // namespace server
