#include "control/gate.h"

#include <utility>

#include "catalog/reasons.h"
#include "control/reasons.h"

namespace control {
namespace {

base::Error Unknown() {
  return base::Error(base::Code::kUnauthenticated, kBadKey,
                     "the key is not valid: see BAUPLAN_API_KEY, or ask an admin for one");
}

}  // namespace

base::Result<api::Account> Gate::Caller(const base::Context& ctx) {
  if (ctx.principal.empty()) return Unknown();
  auto account = accounts_.Get(ctx, ctx.principal);
  if (!account.ok() && account.error().code == base::Code::kNotFound) return Unknown();
  if (account.ok() && !account->active) return Unknown();
  return account;
}

base::Status Gate::Known(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const api::Account caller, Caller(ctx));
  return base::Ok();
}

base::Status Gate::Admin(const base::Context& ctx) {
  ASSIGN_OR_RETURN(const api::Account caller, Caller(ctx));
  if (caller.role == api::Role::kAdmin) return base::Ok();
  return base::Error(base::Code::kPermissionDenied, kNotAdmin,
                     "\"" + caller.username + "\" is no admin: ask one");
}

base::Status Gate::Check(const base::Context& ctx, const AccessRequest& request) {
  ASSIGN_OR_RETURN(const api::Account caller, Caller(ctx));
  return CheckAccess(caller, request);
}

base::Status Gate::OnBranch(const base::Context& ctx, const AccessRequest& request) {
  ASSIGN_OR_RETURN(const api::Account caller, Caller(ctx));
  ASSIGN_OR_RETURN(const api::RefEntry ref, refs_.Get(ctx, request.branch));
  if (ref.kind != api::RefKind::kBranch || ref.name != request.branch) {
    return base::Error(base::Code::kInvalidArgument, catalog::kNotABranch,
                       "\"" + request.branch + "\" is a " +
                           (ref.kind == api::RefKind::kTag ? "tag" : "commit") +
                           ", this needs a branch")
        .Set("ref", request.branch);
  }
  return CheckAccess(caller, request);
}

base::Status Gate::Readable(const base::Context& ctx, const std::string& ref) {
  RETURN_IF_ERROR(Known(ctx));
  ASSIGN_OR_RETURN(const api::RefEntry found, refs_.Get(ctx, ref));
  return base::Ok();
}

base::Error AsDenied(base::Error error, const AccessRequest& request) {
  if (error.reason != catalog::kProtected) return error;
  base::Error denied = CheckAccess(api::Account{}, request).error();
  denied.message = error.message;
  return std::move(denied).CausedBy(std::move(error));
}

}  // namespace control
