#include <nlohmann/json.hpp>

#include "base/crypto/base64.h"
#include "plan/columnar_cbor.h"
#include "wire/catalog_json.h"

namespace wire {
namespace {

using Json = nlohmann::json;

/// The parent of a commit that has none: clients want a ref there.
const std::string kNoParent(64, '0');

Json OfRef(const api::RefEntry& ref) {
  switch (ref.kind) {
    case api::RefKind::kBranch:
      return {{"type", "BRANCH"}, {"name", ref.name}, {"hash", ref.commit.text()}};
    case api::RefKind::kTag:
      return {{"type", "TAG"}, {"name", ref.name}, {"hash", ref.commit.text()}};
    case api::RefKind::kCommit:
      break;
  }
  return {{"type", "DETACHED"}, {"hash", ref.commit.text()}};
}

/// The same branch or tag at another commit of its history.
Json OfRef(api::RefEntry ref, const std::string& hash) {
  ref.commit = model::CommitId(hash);
  return OfRef(ref);
}

Json OfActor(const std::string& name) {
  return {{"name", name}, {"email", nullptr}};
}

Json OfCommit(const api::CommitEntry& commit, const api::RefEntry& at) {
  Json parents = Json::array();
  for (const model::CommitId& parent : commit.parents) parents.push_back(parent.text());
  Json json;
  json["ref"] = OfRef(at, commit.id.text());
  json["parent_ref"] = commit.parents.empty() ? Json{{"type", "DETACHED"}, {"hash", kNoParent}}
                                              : OfRef(at, commit.parents.front().text());
  json["parent_hashes"] = std::move(parents);
  json["message"] = commit.message;
  json["authors"] = Json::array({OfActor(commit.author)});
  json["authored_date"] = base::FormatInstant(commit.authored);
  json["committer"] = OfActor(commit.committer);
  json["committed_date"] = base::FormatInstant(commit.committed);
  json["properties"] = commit.properties;
  json["signed_off_by"] = Json::array();
  return json;
}

Json OfTable(const api::TableDescription& table) {
  Json fields = Json::array();
  for (const columnar::Field& field : table.schema.fields) {
    fields.push_back({{"id", field.id},
                      {"name", field.name},
                      {"required", field.required},
                      {"type", field.type.ToString()},
                      {"doc", field.doc.empty() ? Json(nullptr) : Json(field.doc)}});
  }
  Json partitions = Json::array();
  for (const api::PartitionEntry& part : table.partitions) {
    partitions.push_back({{"name", part.name}, {"transform", part.transform}});
  }
  Json json;
  json["id"] = table.id;
  json["name"] = table.name;
  json["namespace"] = table.ns;
  json["kind"] = table.kind;
  json["records"] = table.records;
  json["size"] = table.size_bytes;
  json["last_updated_ms"] = base::Micros(table.updated) / 1000;
  json["fields"] = std::move(fields);
  json["snapshots"] = table.snapshots.size();
  json["partitions"] = std::move(partitions);
  json["metadata_location"] = table.metadata_location;
  json["current_snapshot_id"] = table.snapshot_id < 0 ? Json(nullptr) : Json(table.snapshot_id);
  json["current_schema_id"] = table.schema.id;
  json["properties"] = table.properties;
  return json;
}

std::string Print(const Json& json) {
  // A message or a property may hold bytes that are no UTF-8: those are shown as such.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Envelope(Json data, const NextPage& next = "") {
  const Json token = next.empty() ? Json(nullptr) : Json(next);
  return Print({{"data", std::move(data)}, {"metadata", {{"pagination_token", token}}}});
}

Json OfBranchOrTag(const api::RefEntry& ref, Dialect dialect) {
  Json json{{"name", ref.name}, {"hash", ref.commit.text()}};
  if (dialect == Dialect::kBoathouse) {
    json["boathouse"] = {{"type", OfRef(ref)["type"]}, {"created_by", ref.created_by}};
  }
  return json;
}

Json OfMoved(const api::RefEntry& branch, Dialect dialect) {
  Json json = OfRef(branch);
  if (dialect == Dialect::kBoathouse) json["boathouse"] = {{"created_by", branch.created_by}};
  return json;
}

/// What the catalog's keys of a table leave out.
Json DetailOfTable(const api::TableDescription& table) {
  Json snapshots = Json::array();
  for (const api::SnapshotEntry& each : table.snapshots) {
    snapshots.push_back({{"id", each.id},
                         {"sequence", each.sequence},
                         {"committed", base::Micros(each.committed)},
                         {"operation", each.operation},
                         {"records", each.records}});
  }
  Json json;
  json["uuid"] = table.uuid;
  json["schema"] = base::crypto::ToBase64(base::EncodeCbor(plan::SchemaToCbor(table.schema)));
  json["partitioned_by"] = table.partitioned_by;
  json["files"] = table.files;
  json["updated"] = base::Micros(table.updated);
  json["snapshots"] = std::move(snapshots);
  return json;
}

const char* ChangeName(api::ChangeKind kind) {
  switch (kind) {
    case api::ChangeKind::kAdded:
      return "ADDED";
    case api::ChangeKind::kRemoved:
      return "REMOVED";
    case api::ChangeKind::kChanged:
      return "CHANGED";
  }
  return "CHANGED";
}

}  // namespace

std::string RefBody(const api::RefEntry& ref, Dialect dialect) {
  return Envelope(OfBranchOrTag(ref, dialect));
}

std::string RefsBody(const std::vector<api::RefEntry>& refs, const NextPage& next,
                     Dialect dialect) {
  Json list = Json::array();
  for (const api::RefEntry& ref : refs) list.push_back(OfBranchOrTag(ref, dialect));
  return Envelope(std::move(list), next);
}

std::string CommitsBody(const std::vector<api::CommitEntry>& commits, const api::RefEntry& at,
                        const NextPage& next, Dialect dialect) {
  Json list = Json::array();
  for (const api::CommitEntry& commit : commits) {
    list.push_back(OfCommit(commit, at));
    if (dialect == Dialect::kBoathouse) list.back()["boathouse"] = {{"run_id", commit.run_id}};
  }
  return Envelope(std::move(list), next);
}

std::string NamespaceBody(const std::string& name) {
  return Envelope({{"name", name}});
}

std::string NamespaceBody(const std::string& name, const api::RefEntry& branch) {
  return Print({{"data", {{"name", name}}},
                {"metadata", {{"pagination_token", nullptr}}},
                {"ref", OfMoved(branch, Dialect::kBoathouse)}});
}

std::string NamespacesBody(const std::vector<std::string>& names, const NextPage& next) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back({{"name", name}});
  return Envelope(std::move(list), next);
}

std::string TableBody(const api::TableDescription& table, Dialect dialect) {
  Json json = OfTable(table);
  if (dialect == Dialect::kBoathouse) json["boathouse"] = DetailOfTable(table);
  return Envelope(std::move(json));
}

std::string TablesBody(const std::vector<api::TableDescription>& tables, const NextPage& next) {
  Json list = Json::array();
  for (const api::TableDescription& table : tables) list.push_back(OfTable(table));
  return Envelope(std::move(list), next);
}

std::string TableEntriesBody(const std::vector<api::TableEntry>& tables, const NextPage& next) {
  Json list = Json::array();
  for (const api::TableEntry& table : tables) {
    list.push_back({{"namespace", table.ns}, {"name", table.name}, {"kind", table.kind}});
  }
  return Envelope(std::move(list), next);
}

std::string DifferencesBody(const std::vector<api::TableDifference>& differences) {
  Json list = Json::array();
  for (const api::TableDifference& each : differences) {
    list.push_back({{"table", each.table},
                    {"change", ChangeName(each.kind)},
                    {"schema_changed", each.schema_changed},
                    {"columns_added", each.columns_added},
                    {"columns_removed", each.columns_removed},
                    {"columns_changed", each.columns_changed},
                    {"rows_before", each.rows_before},
                    {"rows_after", each.rows_after}});
  }
  return Envelope(std::move(list));
}

std::string MovedBody(const api::RefEntry& branch, Dialect dialect) {
  return Print({{"data", nullptr},
                {"metadata", {{"pagination_token", nullptr}}},
                {"ref", OfMoved(branch, dialect)}});
}

std::string ErrorBody(const ErrorReply& error) {
  Json context = Json::object();
  for (const auto& [key, value] : error.context) {
    const auto* ref = std::get_if<api::RefEntry>(&value);
    context[key] = ref != nullptr ? OfRef(*ref) : Json(std::get<std::string>(value));
  }
  return Print({{"error",
                 {{"type", error.type},
                  {"code", error.status},
                  {"message", error.message},
                  {"context", std::move(context)}}}});
}

}  // namespace wire
