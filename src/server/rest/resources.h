// One function per REST operation, grouped by resource: a call with its names in, a reply out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "server/http/message.h"
#include "server/rest/catalog_handler.h"
#include "wire/catalog_json.h"
#include "wire/error_detail.h"

namespace server::rest {

/// One request to a resource: `names` are the path's segments that are names, in order.
struct Call {
  const base::Context& ctx;
  const CatalogPorts& ports;
  const HttpRequest& request;
  std::vector<std::string> names;

  /// A client of ours asks the ports themselves: refs, names and filters mean what they mean there,
  /// errors are theirs, and replies say all there is.
  bool ours() const { return request.headers.contains(wire::kClientHeader); }
  wire::Dialect dialect() const {
    return ours() ? wire::Dialect::kBoathouse : wire::Dialect::kCatalog;
  }
};

using Operation = HttpReply (*)(const Call& call);

HttpReply ListBranches(const Call& call);
HttpReply CreateBranch(const Call& call);
HttpReply GetBranch(const Call& call);
HttpReply RenameBranch(const Call& call);
HttpReply DeleteBranch(const Call& call);
HttpReply Merge(const Call& call);

HttpReply GetRef(const Call& call);  // ours: any ref
HttpReply Diff(const Call& call);    // ours

HttpReply ListTags(const Call& call);
HttpReply CreateTag(const Call& call);
HttpReply GetTag(const Call& call);
HttpReply RenameTag(const Call& call);
HttpReply DeleteTag(const Call& call);

HttpReply ListCommits(const Call& call);

HttpReply ListNamespaces(const Call& call);
HttpReply GetNamespace(const Call& call);
HttpReply CreateNamespace(const Call& call);
HttpReply DeleteNamespace(const Call& call);

HttpReply ListTables(const Call& call);
HttpReply GetTable(const Call& call);
HttpReply DeleteTable(const Call& call);
HttpReply RevertTable(const Call& call);

}  // namespace server::rest
