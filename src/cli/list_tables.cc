#include "cli/list_tables.h"

#include <algorithm>

#include "base/nearest.h"
#include "cli/reasons.h"

namespace cli {

base::Result<std::vector<api::TableEntry>> ListTables(Session& session, const Services& services,
                                                      const std::string& ref,
                                                      const api::TableListOptions& options) {
  ASSIGN_OR_RETURN(std::vector<api::TableEntry> tables,
                   services.tables->List(session.ctx(), ref, options));
  if (!tables.empty() || options.ns.empty() || options.ns.starts_with('^')) return tables;
  ASSIGN_OR_RETURN(const std::vector<std::string> known,
                   services.namespaces->List(session.ctx(), ref, {}));
  if (std::find(known.begin(), known.end(), options.ns) != known.end()) return tables;
  return base::Error(base::Code::kNotFound, kNoNamespace,
                     "there is no namespace \"" + options.ns + "\" on \"" + ref + "\"" +
                         base::DidYouMean(options.ns, known))
      .Set("namespace", options.ns);
}

}  // namespace cli
