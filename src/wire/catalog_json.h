// The JSON of the catalog's REST resources: replies from api values, and the bodies of requests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/catalog_api.h"
#include "api/tables_api.h"
#include "base/result.h"
#include "wire/error_kind.h"

namespace wire {

/// Where a list goes on; empty = that was all.
using NextPage = std::string;

// Whole replies, each in the envelope {"data", "metadata", "ref"}.
std::string RefBody(const api::RefEntry& ref);  // a branch or tag
std::string RefsBody(const std::vector<api::RefEntry>& refs, const NextPage& next);
std::string CommitsBody(const std::vector<api::CommitEntry>& commits, const api::RefEntry& at,
                        const NextPage& next);
std::string NamespaceBody(const std::string& name);
std::string NamespacesBody(const std::vector<std::string>& names, const NextPage& next);
std::string TableBody(const api::TableDescription& table);
std::string TablesBody(const std::vector<api::TableDescription>& tables, const NextPage& next);
/// A write whose result is where the branch is now.
std::string MovedBody(const api::RefEntry& branch);
std::string ErrorBody(const ErrorReply& error);

/// What bodies of requests may hold; each request takes what it knows.
struct RequestBody {
  std::optional<std::string> branch_name;
  std::optional<std::string> tag_name;
  std::optional<std::string> namespace_name;
  std::optional<std::string> from_ref;
  std::string commit_message;
  std::string commit_body;
  std::map<std::string, std::string> commit_properties;
  bool replace = false;
};

/// An empty body is an empty object; unknown keys are ignored, null is as absent.
/// "wire.bad_body".
base::Result<RequestBody> ParseRequestBody(std::string_view body);

/// One JSON object of strings, as in the query parameter filter_by_properties. "wire.bad_body".
base::Result<std::map<std::string, std::string>> ParseProperties(std::string_view text);

}  // namespace wire
