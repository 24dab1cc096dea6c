// The bodies of the Iceberg REST catalog: what requests say, and replies with the specification's
// error model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/iceberg_api.h"
#include "base/result.h"
#include "server/http/message.h"

namespace server::iceberg {

/// Requests. kInvalidArgument "iceberg_rest.bad_body" naming the field.
struct NamespaceBody {
  std::vector<std::string> ns;
  api::IcebergProperties properties;
};
base::Result<NamespaceBody> ReadNamespace(const std::string& body);
base::Result<api::IcebergPropertiesChange> ReadPropertiesChange(const std::string& body);
/// Without the namespace, which is in the path.
base::Result<api::IcebergTableDraft> ReadTableDraft(const std::string& body);
/// Without the name, which is in the path.
base::Result<api::IcebergTableCommit> ReadTableCommit(const std::string& body);
base::Result<std::vector<api::IcebergTableCommit>> ReadTransaction(const std::string& body);
struct RegisterBody {
  std::string name;
  std::string metadata_location;
  bool overwrite = false;
};
base::Result<RegisterBody> ReadRegister(const std::string& body);
struct RenameBody {
  api::IcebergTableName from;
  api::IcebergTableName to;
};
base::Result<RenameBody> ReadRename(const std::string& body);
/// A form ("a=b&c=d") as OAuth has it.
std::map<std::string, std::string> ReadForm(const std::string& body);

/// Replies.
struct ConfigReply {
  std::string prefix;  // empty = none
  std::map<std::string, std::string> defaults;
  std::vector<std::string> endpoints;
};
HttpReply ReplyConfig(const ConfigReply& config);
HttpReply ReplyNamespaces(const std::vector<std::vector<std::string>>& namespaces,
                          const std::optional<std::string>& next_page);
HttpReply ReplyNamespace(const std::vector<std::string>& ns,
                         const api::IcebergProperties& properties);
HttpReply ReplyPropertiesChanged(const api::IcebergPropertiesChanged& changed);
HttpReply ReplyTables(const std::vector<api::IcebergTableName>& tables,
                      const std::optional<std::string>& next_page);
HttpReply ReplyTable(const api::IcebergTable& table,
                     const std::map<std::string, std::string>& config);
/// After a commit: no configuration.
HttpReply ReplyCommitted(const api::IcebergTable& table);
HttpReply ReplyCredentials(const std::string& prefix,
                           const std::map<std::string, std::string>& config);
HttpReply ReplyToken(const std::string& token);
HttpReply ReplyOauthError(int status, const std::string& error, const std::string& description);
HttpReply ReplyNothing();
/// The status and exception that clients act on; the reason of ours is in the message.
HttpReply ReplyError(const base::Error& error);
HttpReply ReplyError(int status, const std::string& type, const std::string& message);

}  // namespace server::iceberg
