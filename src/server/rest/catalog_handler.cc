#include "server/rest/catalog_handler.h"

#include <exception>
#include <string_view>
#include <vector>

#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server {
namespace {

struct Route {
  std::string_view method;
  std::vector<std::string_view> path;  // below /catalog/v0; "*" is a name
  rest::Operation operation;
};

const std::vector<Route>& Routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", {"branches"}, rest::ListBranches},
      {"POST", {"branches"}, rest::CreateBranch},
      {"GET", {"branches", "*"}, rest::GetBranch},
      {"PATCH", {"branches", "*"}, rest::RenameBranch},
      {"DELETE", {"branches", "*"}, rest::DeleteBranch},
      {"POST", {"refs", "*", "merge", "*"}, rest::Merge},
      {"GET", {"refs", "*"}, rest::GetRef},
      {"GET", {"refs", "*", "diff", "*"}, rest::Diff},
      {"GET", {"tags"}, rest::ListTags},
      {"POST", {"tags"}, rest::CreateTag},
      {"GET", {"tags", "*"}, rest::GetTag},
      {"PATCH", {"tags", "*"}, rest::RenameTag},
      {"DELETE", {"tags", "*"}, rest::DeleteTag},
      {"GET", {"refs", "*", "commits"}, rest::ListCommits},
      {"GET", {"refs", "*", "namespaces"}, rest::ListNamespaces},
      {"GET", {"refs", "*", "namespaces", "*"}, rest::GetNamespace},
      {"POST", {"branches", "*", "namespaces"}, rest::CreateNamespace},
      {"DELETE", {"branches", "*", "namespaces", "*"}, rest::DeleteNamespace},
      {"GET", {"refs", "*", "tables"}, rest::ListTables},
      {"GET", {"refs", "*", "tables", "*"}, rest::GetTable},
      {"DELETE", {"branches", "*", "tables", "*"}, rest::DeleteTable},
      {"POST", {"refs", "*", "tables", "*", "revert", "*"}, rest::RevertTable},
  };
  return kRoutes;
}

bool Fits(const Route& route, const std::vector<std::string>& path) {
  if (route.path.size() != path.size()) return false;
  for (size_t i = 0; i < path.size(); ++i) {
    if (route.path[i] != "*" && route.path[i] != path[i]) return false;
  }
  return true;
}

std::vector<std::string> NamesOf(const Route& route, const std::vector<std::string>& path) {
  std::vector<std::string> names;
  for (size_t i = 0; i < path.size(); ++i) {
    if (route.path[i] == "*") names.push_back(path[i]);
  }
  return names;
}

HttpReply Untyped(int status, const std::string& type, const std::string& message) {
  return rest::Json(status, wire::ErrorBody({status, type, message, {}}));
}

HttpReply Answer(const base::Context& ctx, const CatalogPorts& ports, const HttpRequest& request) {
  std::vector<std::string> path = request.path;
  if (path.size() >= 2 && path[0] == "catalog" && path[1] == "v0") {
    path.erase(path.begin(), path.begin() + 2);
  }
  std::string allowed;
  for (const Route& route : Routes()) {
    if (!Fits(route, path)) continue;
    if (route.method == request.method) {
      return route.operation(rest::Call{ctx, ports, request, NamesOf(route, path)});
    }
    allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  if (allowed.empty()) {
    return Untyped(404, "NOT_FOUND", "there is nothing at \"" + request.target + "\"");
  }
  HttpReply reply =
      Untyped(405, "METHOD_NOT_ALLOWED",
              "\"" + request.target + "\" takes " + allowed + ", not " + request.method);
  reply.headers["allow"] = allowed;
  return reply;
}

}  // namespace

HttpReply CatalogHandler::Handle(const base::Context& ctx, const HttpRequest& request) {
  try {
    return Answer(ctx, ports_, request);
  } catch (const std::exception& error) {
    return Untyped(500, "INTERNAL_ERROR", std::string("the request failed: ") + error.what());
  }
}

}  // namespace server
