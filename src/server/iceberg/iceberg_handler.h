// The Iceberg REST catalog: paths and methods of the specification, over the ports.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "api/iceberg_api.h"
#include "server/http/message.h"

namespace server::iceberg {

/// What engines are told beside the tables.
struct Settings {
  std::map<std::string, std::string> defaults;  // of a client's configuration
  /// For reading and writing files below `warehouse`: "s3.endpoint", "s3.access-key-id". Empty
  /// where engines reach the files without.
  std::map<std::string, std::string> storage;
  std::string warehouse;  // URI of the lake's files
};

/// Everything below "/iceberg". Thread-safe; borrows the ports. The door lets requests through
/// whose caller it knows, and those that IsOpen.
class IcebergHandler final : public HttpHandler {
 public:
  IcebergHandler(api::IcebergNamespaces& namespaces, api::IcebergTables& tables,
                 api::Accounts& accounts, Settings settings)
      : namespaces_(namespaces),
        tables_(tables),
        accounts_(accounts),
        settings_(std::move(settings)) {}

  HttpReply Handle(const base::Context& ctx, const HttpRequest& request) override;

  /// Asks for a token, so has none yet: ".../v1/oauth/tokens".
  static bool IsOpen(const HttpRequest& request);

 private:
  struct Call;
  HttpReply Route(const Call& call);
  HttpReply Config(const Call& call);
  HttpReply Token(const Call& call);
  HttpReply Namespaces(const Call& call);
  HttpReply Namespace(const Call& call);
  HttpReply NamespaceProperties(const Call& call);
  HttpReply Tables(const Call& call);
  HttpReply Table(const Call& call);
  HttpReply PartOfTable(const Call& call);
  HttpReply Register(const Call& call);
  HttpReply Rename(const Call& call);
  HttpReply Transaction(const Call& call);

  api::IcebergNamespaces& namespaces_;
  api::IcebergTables& tables_;
  api::Accounts& accounts_;
  const Settings settings_;
};

}  // namespace server::iceberg
