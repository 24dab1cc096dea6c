// The catalog's REST resources: which request is for which of them.
#pragma once

#include "api/catalog_api.h"
#include "api/tables_api.h"
#include "server/http/message.h"

namespace server {

/// What the catalog's resources are made of; all of it outlives the handler.
struct CatalogPorts {
  api::Refs& refs;
  api::Namespaces& namespaces;
  api::Tables& tables;
};

/// Answers everything below /catalog/v0. Thread-safe. Each reply is an envelope of data or of an
/// error.
class CatalogHandler final : public HttpHandler {
 public:
  explicit CatalogHandler(const CatalogPorts& ports) : ports_(ports) {}
  HttpReply Handle(const base::Context& ctx, const HttpRequest& request) override;

 private:
  CatalogPorts ports_;
};

}  // namespace server
