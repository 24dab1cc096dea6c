#include <nlohmann/json.hpp>
#include <utility>

#include "base/crypto/base64.h"
#include "model/ref.h"
#include "plan/columnar_cbor.h"
#include "wire/catalog_json.h"
#include "wire/reasons.h"

namespace wire {
namespace {

using Json = nlohmann::json;

base::Error Bad(const std::string& field) {
  return base::Error(base::Code::kInternal, kBadReply,
                     "the server's reply has no proper \"" + field +
                         "\": is it a boathouse of this version?")
      .Set("field", field);
}

/// Reads the fields of one object; the first that is not what it must be is kept as the error.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {
    if (!object.is_object()) bad_ = "data";
  }
  std::string Text(const char* key) { return Read<std::string>(key, &Json::is_string); }
  bool Flag(const char* key) { return Read<bool>(key, &Json::is_boolean); }
  int64_t Number(const char* key) { return Read<int64_t>(key, &Json::is_number_integer); }
  int64_t NumberOr(const char* key, int64_t absent) {
    return At(key).is_null() ? absent : Number(key);
  }
  std::vector<std::string> Texts(const char* key) {
    std::vector<std::string> texts;
    for (const Json& item : List(key)) {
      if (!item.is_string()) {
        bad_ = key;
        return {};
      }
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }
  std::map<std::string, std::string> TextPairs(const char* key) {
    std::map<std::string, std::string> pairs;
    for (const auto& [name, value] : Object(key).items()) {
      if (!value.is_string()) {
        bad_ = key;
        return {};
      }
      pairs[name] = value.get<std::string>();
    }
    return pairs;
  }
  base::Instant Micros(const char* key) { return base::FromMicros(Number(key)); }
  base::Instant Time(const char* key) {
    const auto time = model::ParseTime(Text(key));
    if (!time.ok()) bad_ = key;
    return time.ok() ? *time : base::Instant();
  }
  const Json& List(const char* key) { return Checked(key, &Json::is_array, kEmptyList); }
  const Json& Object(const char* key) { return Checked(key, &Json::is_object, kEmptyObject); }
  void Refuse(const char* key) { bad_ = key; }
  base::Status Finish() const { return bad_.empty() ? base::Ok() : base::Status(Bad(bad_)); }

 private:
  using Is = bool (Json::*)() const noexcept;
  static inline const Json kNone;
  static inline const Json kEmptyList = Json::array();
  static inline const Json kEmptyObject = Json::object();

  const Json& At(const char* key) const {
    if (!object_.is_object()) return kNone;
    const auto found = object_.find(key);
    return found == object_.end() ? kNone : *found;
  }
  const Json& Checked(const char* key, Is is, const Json& otherwise) {
    const Json& value = At(key);
    if ((value.*is)()) return value;
    bad_ = key;
    return otherwise;
  }
  template <class T>
  T Read(const char* key, Is is) {
    const Json& value = Checked(key, is, kNone);
    return value.is_null() ? T() : value.get<T>();
  }

  const Json& object_;
  std::string bad_;
};

base::Result<Json> Parsed(std::string_view body) {
  Json json = Json::parse(body.begin(), body.end(), nullptr, false);
  if (!json.is_object() || !json.contains("data")) return Bad("data");
  return json;
}

NextPage NextOf(const Json& json) {
  const auto metadata = json.find("metadata");
  if (metadata == json.end() || !metadata->is_object()) return "";
  const auto token = metadata->find("pagination_token");
  return token != metadata->end() && token->is_string() ? token->get<std::string>() : "";
}

/// All items of a list, each read by `read`.
template <class T, class F>
base::Result<ReplyPage<T>> ReadPage(std::string_view body, const F& read) {
  ASSIGN_OR_RETURN(const Json json, Parsed(body));
  if (!json["data"].is_array()) return Bad("data");
  ReplyPage<T> page;
  for (const Json& item : json["data"]) {
    Fields fields(item);
    page.items.push_back(read(fields));
    RETURN_IF_ERROR(fields.Finish());
  }
  page.next = NextOf(json);
  return page;
}

api::RefKind KindOf(const std::string& type) {
  if (type == "BRANCH") return api::RefKind::kBranch;
  return type == "TAG" ? api::RefKind::kTag : api::RefKind::kCommit;
}

api::RefEntry RefOf(Fields& fields) {
  Fields ours(fields.Object("boathouse"));
  api::RefEntry ref;
  ref.name = fields.Text("name");
  ref.commit = model::CommitId(fields.Text("hash"));
  ref.kind = KindOf(ours.Text("type"));
  ref.created_by = ours.Text("created_by");
  return ref;
}

std::string ActorOf(const Json& actor) {
  return actor.is_object() ? actor.value("name", std::string()) : std::string();
}

api::CommitEntry CommitOf(Fields& fields) {
  Fields ours(fields.Object("boathouse"));
  Fields ref(fields.Object("ref"));
  api::CommitEntry commit;
  commit.id = model::CommitId(ref.Text("hash"));
  for (const std::string& parent : fields.Texts("parent_hashes")) {
    commit.parents.emplace_back(parent);
  }
  const Json& authors = fields.List("authors");
  if (!authors.empty()) commit.author = ActorOf(authors.front());
  commit.committer = ActorOf(fields.Object("committer"));
  commit.authored = fields.Time("authored_date");
  commit.committed = fields.Time("committed_date");
  commit.message = fields.Text("message");
  commit.properties = fields.TextPairs("properties");
  commit.run_id = ours.Text("run_id");
  return commit;
}

columnar::Schema SchemaOf(Fields& ours) {
  const auto bytes = base::crypto::FromBase64(ours.Text("schema"));
  if (bytes.ok()) {
    const auto value = base::DecodeCbor(*bytes);
    if (value.ok()) {
      auto schema = plan::SchemaFromCbor(*value);
      if (schema.ok()) return *std::move(schema);
    }
  }
  ours.Refuse("schema");
  return {};
}

api::TableDescription TableOf(Fields& fields) {
  Fields ours(fields.Object("boathouse"));
  api::TableDescription table;
  table.id = fields.Text("id");
  table.uuid = ours.Text("uuid");
  table.ns = fields.Text("namespace");
  table.name = fields.Text("name");
  table.kind = fields.Text("kind");
  table.schema = SchemaOf(ours);
  table.partitioned_by = ours.Texts("partitioned_by");
  for (const Json& item : fields.List("partitions")) {
    Fields part(item);
    table.partitions.push_back({part.Text("name"), part.Text("transform")});
  }
  table.records = fields.Number("records");
  table.size_bytes = fields.Number("size");
  table.files = ours.Number("files");
  table.snapshot_id = fields.NumberOr("current_snapshot_id", -1);
  table.metadata_location = fields.Text("metadata_location");
  table.updated = ours.Micros("updated");
  for (const Json& item : ours.List("snapshots")) {
    Fields one(item);
    table.snapshots.push_back({one.Number("id"), one.Number("sequence"), one.Micros("committed"),
                               one.Text("operation"), one.Number("records")});
  }
  table.properties = fields.TextPairs("properties");
  if (!ours.Finish().ok()) fields.Refuse("boathouse");
  return table;
}

api::ChangeKind ChangeOf(const std::string& name) {
  if (name == "ADDED") return api::ChangeKind::kAdded;
  return name == "REMOVED" ? api::ChangeKind::kRemoved : api::ChangeKind::kChanged;
}

api::TableDifference DifferenceOf(Fields& fields) {
  return {fields.Text("table"),
          ChangeOf(fields.Text("change")),
          fields.Flag("schema_changed"),
          fields.Texts("columns_added"),
          fields.Texts("columns_removed"),
          fields.Texts("columns_changed"),
          fields.Number("rows_before"),
          fields.Number("rows_after")};
}

}  // namespace

base::Result<api::RefEntry> ReadRef(std::string_view body) {
  ASSIGN_OR_RETURN(const Json json, Parsed(body));
  Fields fields(json["data"]);
  api::RefEntry ref = RefOf(fields);
  RETURN_IF_ERROR(fields.Finish());
  return ref;
}

base::Result<ReplyPage<api::RefEntry>> ReadRefs(std::string_view body) {
  return ReadPage<api::RefEntry>(body, RefOf);
}

base::Result<ReplyPage<api::CommitEntry>> ReadCommits(std::string_view body) {
  return ReadPage<api::CommitEntry>(body, CommitOf);
}

base::Result<ReplyPage<std::string>> ReadNamespaces(std::string_view body) {
  return ReadPage<std::string>(body, [](Fields& fields) { return fields.Text("name"); });
}

base::Result<api::TableDescription> ReadTable(std::string_view body) {
  ASSIGN_OR_RETURN(const Json json, Parsed(body));
  Fields fields(json["data"]);
  api::TableDescription table = TableOf(fields);
  RETURN_IF_ERROR(fields.Finish());
  return table;
}

base::Result<ReplyPage<api::TableEntry>> ReadTableEntries(std::string_view body) {
  return ReadPage<api::TableEntry>(body, [](Fields& fields) {
    return api::TableEntry{fields.Text("namespace"), fields.Text("name"), fields.Text("kind")};
  });
}

base::Result<std::vector<api::TableDifference>> ReadDifferences(std::string_view body) {
  ASSIGN_OR_RETURN(auto page, ReadPage<api::TableDifference>(body, DifferenceOf));
  return std::move(page.items);
}

base::Result<api::RefEntry> ReadMoved(std::string_view body) {
  ASSIGN_OR_RETURN(const Json json, Parsed(body));
  const auto found = json.find("ref");
  if (found == json.end()) return Bad("ref");
  Fields fields(*found);
  api::RefEntry ref;
  ref.kind = KindOf(fields.Text("type"));
  if (ref.kind != api::RefKind::kCommit) ref.name = fields.Text("name");
  ref.commit = model::CommitId(fields.Text("hash"));
  Fields ours(fields.Object("boathouse"));
  ref.created_by = ours.Text("created_by");
  RETURN_IF_ERROR(fields.Finish());
  return ref;
}

}  // namespace wire
