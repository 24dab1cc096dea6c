// What a server offers, borrowed from the composition root: it knows the ports, not who fills them.
#pragma once

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "api/jobs_api.h"
#include "api/tables_api.h"
#include "base/clock.h"

namespace server {

/// All of it outlives the server. Each call's Context names the authenticated caller in
/// `principal`; whether the caller may do it, is decided behind these ports.
struct Ports {
  api::Refs& refs;
  api::Namespaces& namespaces;
  api::Tables& tables;
  api::Jobs& jobs;
  api::Accounts& accounts;
  const base::Clock& clock;
};

}  // namespace server
