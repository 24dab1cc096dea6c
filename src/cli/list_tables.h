// The tables that a listing shows; a namespace that is not there is a mistake, not an empty list.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"

namespace cli {

/// kNotFound "cli.no_namespace" with the nearest name when `options.ns` is spelled out (no "^"
/// pattern) and the ref has no such namespace.
base::Result<std::vector<api::TableEntry>> ListTables(Session& session, const Services& services,
                                                      const std::string& ref,
                                                      const api::TableListOptions& options);

}  // namespace cli
