// The gate before a guarded port: who calls, and whether what they name is there and theirs to
// change.
#pragma once

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "base/context.h"
#include "base/result.h"
#include "control/access.h"

namespace control {

/// Thread-safe; borrows the ports it asks. Everyone may read everything, so what does not exist is
/// reported before what is not allowed.
class Gate {
 public:
  Gate(api::Accounts& accounts, api::Refs& refs) : accounts_(accounts), refs_(refs) {}

  /// The active account of ctx.principal; kUnauthenticated "accounts.bad_key".
  base::Result<api::Account> Caller(const base::Context& ctx);
  /// An active account calls; which one does not matter.
  base::Status Known(const base::Context& ctx);
  /// kPermissionDenied "accounts.not_admin".
  base::Status Admin(const base::Context& ctx);
  /// The caller may do it; looks at no ref.
  base::Status Check(const base::Context& ctx, const AccessRequest& request);
  /// The same after `request.branch` was found to be a branch, named plainly: kNotFound
  /// "catalog.no_ref", kInvalidArgument "catalog.not_a_branch".
  base::Status OnBranch(const base::Context& ctx, const AccessRequest& request);
  /// A ref that can be read; its errors come before those of rights.
  base::Status Readable(const base::Context& ctx, const std::string& ref);

 private:
  api::Accounts& accounts_;
  api::Refs& refs_;
};

/// What the catalog refuses to anybody ("catalog.protected") as the refusal of this action.
base::Error AsDenied(base::Error error, const AccessRequest& request);

}  // namespace control
