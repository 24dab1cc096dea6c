#include <utility>

#include "client/reasons.h"
#include "client/remote_accounts_internal.h"
#include "proto/commander.grpc.pb.h"
#include "wire/accounts_json.h"
#include "wire/commander_messages.h"

namespace client {
namespace {

namespace pb = wire::pb;
using Commander = pb::V2CommanderService;

std::vector<std::string> Ours(std::vector<std::string> path) {
  path.insert(path.begin(), {"boathouse", "v0"});
  return path;
}

base::Error NotRemote(const std::string& what) {
  return base::Error(base::Code::kUnimplemented, kNotRemote, what);
}

base::Result<pb::GetBauplanInfoResponse> Info(const base::Context& ctx, Rpc& rpc) {
  pb::GetBauplanInfoResponse reply;
  RETURN_IF_ERROR(rpc.Ask<Commander>(ctx, Effect::kReads, &Commander::Stub::GetBauplanInfo,
                                     pb::GetBauplanInfoRequest(), &reply));
  return reply;
}

base::Status Sent(const base::Result<std::string>& body) {
  return body.ok() ? base::Ok() : base::Status(body.error());
}

}  // namespace

base::Result<api::Account> RemoteAccounts::Authenticate(const base::Context&, const std::string&) {
  return NotRemote("a server tells nobody whose key it is");
}

base::Result<api::Organization> RemoteAccounts::GetOrganization(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const pb::GetBauplanInfoResponse info, Info(ctx, rpc_));
  const pb::OrganizationInfo& said = info.organization_info();
  return api::Organization{said.id(), said.name(), said.slug(), said.default_parameter_secret_key(),
                           said.default_parameter_secret_public_key()};
}

base::Result<Greeting> RemoteAccounts::Greet(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const pb::GetBauplanInfoResponse info, Info(ctx, rpc_));
  return Greeting{info.user(), info.organization_info().name(), info.server_version()};
}

base::Result<api::Organization> RemoteAccounts::RotateSecretKey(const base::Context&) {
  return NotRemote("the key pair of secrets is changed on the server's own machine");
}

base::Result<api::Account> RemoteAccounts::Get(const base::Context& ctx,
                                               const std::string& username) {
  ASSIGN_OR_RETURN(const std::string body, rest_.Send(ctx, {"GET", Ours({"users", username})}));
  return wire::ReadAccount(body);
}

base::Result<std::vector<api::Account>> RemoteAccounts::List(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const std::string body, rest_.Send(ctx, {"GET", Ours({"users"})}));
  return wire::ReadAccounts(body);
}

base::Result<api::Account> RemoteAccounts::Create(const base::Context& ctx,
                                                  const api::Account& account) {
  ASSIGN_OR_RETURN(const std::string body,
                   rest_.Send(ctx, {"POST", Ours({"users"}), {}, wire::PrintAccount(account)}));
  return wire::ReadAccount(body);
}

base::Result<api::Account> RemoteAccounts::Update(const base::Context& ctx,
                                                  const api::Account& account) {
  ASSIGN_OR_RETURN(
      const std::string body,
      rest_.Send(ctx, {"PUT", Ours({"users", account.username}), {}, wire::PrintAccount(account)}));
  return wire::ReadAccount(body);
}

base::Result<api::NewKey> RemoteAccounts::CreateKey(const base::Context& ctx,
                                                    const std::string& username,
                                                    const std::string& label,
                                                    std::optional<base::Instant> expires) {
  ASSIGN_OR_RETURN(const std::string body,
                   rest_.Send(ctx, {"POST",
                                    Ours({"users", username, "keys"}),
                                    {},
                                    wire::PrintKeyRequest({label, expires})}));
  return wire::ReadNewKey(body);
}

base::Result<std::vector<api::KeyEntry>> RemoteAccounts::ListKeys(const base::Context& ctx,
                                                                  const std::string& username) {
  ASSIGN_OR_RETURN(const std::string body,
                   rest_.Send(ctx, {"GET", Ours({"users", username, "keys"})}));
  return wire::ReadKeys(body);
}

base::Status RemoteAccounts::RevokeKey(const base::Context& ctx, const std::string& key_id) {
  return Sent(rest_.Send(ctx, {"DELETE", Ours({"keys", key_id})}));
}

base::Status RemoteCredentials::Set(const base::Context& ctx, const std::string& name,
                                    const api::ObjectCredential& credential) {
  return Sent(
      rest_.Send(ctx, {"PUT", Ours({"credentials", name}), {}, wire::PrintCredential(credential)}));
}

base::Result<api::ObjectCredential> RemoteCredentials::Get(const base::Context&,
                                                           const std::string&) {
  return NotRemote("a server gives out no credential's secrets");
}

base::Result<std::optional<api::ObjectCredential>> RemoteCredentials::Find(const base::Context&,
                                                                           const std::string&) {
  return NotRemote("a server gives out no credential's secrets");
}

base::Result<std::vector<api::CredentialEntry>> RemoteCredentials::List(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const std::string body, rest_.Send(ctx, {"GET", Ours({"credentials"})}));
  return wire::ReadCredentials(body);
}

base::Status RemoteCredentials::Remove(const base::Context& ctx, const std::string& name) {
  return Sent(rest_.Send(ctx, {"DELETE", Ours({"credentials", name})}));
}

}  // namespace client
