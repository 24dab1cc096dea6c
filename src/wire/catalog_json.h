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

/// To a client of ours (error_detail.h) replies say what the catalog's own keys have no place for,
/// in objects under the key "boathouse".
enum class Dialect { kCatalog, kBoathouse };

// Whole replies, each in the envelope {"data", "metadata", "ref"}.
std::string RefBody(const api::RefEntry& ref, Dialect dialect = Dialect::kCatalog);
std::string RefsBody(const std::vector<api::RefEntry>& refs, const NextPage& next,
                     Dialect dialect = Dialect::kCatalog);
std::string CommitsBody(const std::vector<api::CommitEntry>& commits, const api::RefEntry& at,
                        const NextPage& next, Dialect dialect = Dialect::kCatalog);
std::string NamespaceBody(const std::string& name);
/// The same for a client of ours: with where the branch is now.
std::string NamespaceBody(const std::string& name, const api::RefEntry& branch);
std::string NamespacesBody(const std::vector<std::string>& names, const NextPage& next);
std::string TableBody(const api::TableDescription& table, Dialect dialect = Dialect::kCatalog);
std::string TablesBody(const std::vector<api::TableDescription>& tables, const NextPage& next);
/// Names alone, for a client of ours.
std::string TableEntriesBody(const std::vector<api::TableEntry>& tables, const NextPage& next);
std::string DifferencesBody(const std::vector<api::TableDifference>& differences);
/// A write whose result is where the branch is now.
std::string MovedBody(const api::RefEntry& branch, Dialect dialect = Dialect::kCatalog);
std::string ErrorBody(const ErrorReply& error);

// The same replies read, as a client of ours gets them: kInternal "wire.bad_reply".
template <class T>
struct ReplyPage {
  std::vector<T> items;
  NextPage next;
};
base::Result<api::RefEntry> ReadRef(std::string_view body);
base::Result<ReplyPage<api::RefEntry>> ReadRefs(std::string_view body);
base::Result<ReplyPage<api::CommitEntry>> ReadCommits(std::string_view body);
base::Result<ReplyPage<std::string>> ReadNamespaces(std::string_view body);
base::Result<api::TableDescription> ReadTable(std::string_view body);
base::Result<ReplyPage<api::TableEntry>> ReadTableEntries(std::string_view body);
base::Result<std::vector<api::TableDifference>> ReadDifferences(std::string_view body);
/// Where a branch is after a write.
base::Result<api::RefEntry> ReadMoved(std::string_view body);

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
  // Of a client of ours: "boathouse_request_id", "boathouse_namespace".
  std::string request_id;
  std::string table_namespace;
};

/// The keys that are set; ParseRequestBody reads the same.
std::string PrintRequestBody(const RequestBody& body);
std::string PrintProperties(const std::map<std::string, std::string>& properties);

/// An empty body is an empty object; unknown keys are ignored, null is as absent.
/// "wire.bad_body".
base::Result<RequestBody> ParseRequestBody(std::string_view body);

/// One JSON object of strings, as in the query parameter filter_by_properties. "wire.bad_body".
base::Result<std::map<std::string, std::string>> ParseProperties(std::string_view text);

}  // namespace wire
