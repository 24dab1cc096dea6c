#include "cli/ref_views.h"

#include "cli/display_width.h"
#include "cli/text_table.h"

namespace cli {
namespace {

const char* KindName(api::RefKind kind) {
  switch (kind) {
    case api::RefKind::kBranch:
      return "BRANCH";
    case api::RefKind::kTag:
      return "TAG";
    case api::RefKind::kCommit:
      return "DETACHED";
  }
  return "BRANCH";
}

const char* ChangeName(api::ChangeKind kind) {
  switch (kind) {
    case api::ChangeKind::kAdded:
      return "added";
    case api::ChangeKind::kRemoved:
      return "removed";
    case api::ChangeKind::kChanged:
      return "changed";
  }
  return "changed";
}

Json TextList(const std::vector<std::string>& texts) {
  Json list = Json::List();
  for (const std::string& text : texts) list.Add(text);
  return list;
}

Json Properties(const std::map<std::string, std::string>& properties) {
  Json object = Json::Object();
  for (const auto& [key, value] : properties) object.Set(key, value);
  return object;
}

std::string Subject(const std::string& message) {
  return message.substr(0, message.find('\n'));
}

std::string Indented(const std::string& message) {
  std::string out;
  for (size_t start = 0; start <= message.size();) {
    const size_t end = std::min(message.find('\n', start), message.size());
    const std::string line = Harmless(message.substr(start, end - start));
    out += line.empty() ? "\n" : "    " + line + "\n";
    start = end + 1;
  }
  return out;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

}  // namespace

std::string ShortHash(const model::CommitId& commit) {
  return commit.text().substr(0, 12);
}

Json RefJson(const api::RefEntry& ref) {
  return Json::Object({{"name", Json::OrNull(ref.name)},
                       {"type", KindName(ref.kind)},
                       {"hash", ref.commit.text()}});
}

std::string RefTable(const std::vector<api::RefEntry>& refs, const std::string& active,
                     const Style& style) {
  TextTable table{{"", "NAME", "COMMIT"}, {}, {}, 0};
  if (active.empty()) table.headers.erase(table.headers.begin());
  for (const api::RefEntry& ref : refs) {
    std::vector<std::string> row = {ref.name, ShortHash(ref.commit)};
    if (!active.empty()) row.insert(row.begin(), ref.name == active ? "*" : "");
    table.rows.push_back(std::move(row));
  }
  return Render(table, style);
}

Json CommitJson(const api::CommitEntry& commit) {
  Json parents = Json::List();
  for (const model::CommitId& parent : commit.parents) parents.Add(parent.text());
  return Json::Object({{"hash", commit.id.text()},
                       {"parents", std::move(parents)},
                       {"author", commit.author},
                       {"committer", commit.committer},
                       {"authored", base::FormatInstant(commit.authored)},
                       {"committed", base::FormatInstant(commit.committed)},
                       {"message", commit.message},
                       {"properties", Properties(commit.properties)},
                       {"run_id", Json::OrNull(commit.run_id)}});
}

std::string CommitText(const api::CommitEntry& commit, LogFormat format, const Style& style) {
  const std::string subject = Harmless(Subject(commit.message));
  if (format == LogFormat::kOneline) {
    return style.Yellow(ShortHash(commit.id)) + " " + subject + "\n";
  }
  std::string out = style.Yellow("commit " + commit.id.text()) + "\n";
  if (commit.parents.size() > 1) {
    out += "Merge:     ";
    for (const model::CommitId& parent : commit.parents) out += " " + ShortHash(parent);
    out += "\n";
  }
  out += "Author:     " + commit.author + "\n";
  if (format == LogFormat::kMedium) out += "Date:       " + ShortInstant(commit.authored) + "\n";
  if (format == LogFormat::kFuller) out += "AuthorDate: " + ShortInstant(commit.authored) + "\n";
  if (format >= LogFormat::kFull) out += "Commit:     " + commit.committer + "\n";
  if (format == LogFormat::kFuller) out += "CommitDate: " + ShortInstant(commit.committed) + "\n";
  if (format >= LogFormat::kFull && !commit.run_id.empty())
    out += "Run:        " + commit.run_id + "\n";
  out += "\n" + Indented(format == LogFormat::kShort ? Subject(commit.message) : commit.message);
  if (format == LogFormat::kFuller && !commit.properties.empty()) {
    out += "\n";
    for (const auto& [key, value] : commit.properties) {
      out += "    " + style.Faint(key + "=" + Harmless(value)) + "\n";
    }
  }
  return out;
}

Json DifferenceJson(const api::TableDifference& d) {
  return Json::Object({{"table", d.table},
                       {"change", ChangeName(d.kind)},
                       {"schema_changed", d.schema_changed},
                       {"columns_added", TextList(d.columns_added)},
                       {"columns_removed", TextList(d.columns_removed)},
                       {"columns_changed", TextList(d.columns_changed)},
                       {"rows_before", d.rows_before},
                       {"rows_after", d.rows_after}});
}

std::string DifferenceText(const std::vector<api::TableDifference>& differences,
                           const Style& style) {
  std::string out;
  for (const api::TableDifference& d : differences) {
    const auto before = static_cast<uint64_t>(std::max<int64_t>(d.rows_before, 0));
    const auto after = static_cast<uint64_t>(std::max<int64_t>(d.rows_after, 0));
    switch (d.kind) {
      case api::ChangeKind::kAdded:
        out += style.Green("+ " + d.table) + "  " + Count(after, "row") + "\n";
        break;
      case api::ChangeKind::kRemoved:
        out += style.Red("- " + d.table) + "  " + Count(before, "row") + "\n";
        break;
      case api::ChangeKind::kChanged:
        out += style.Yellow("~ " + d.table) + "  " + WithCommas(before) + " -> " +
               Count(after, "row") + "\n";
        break;
    }
    if (!d.columns_added.empty()) out += "    columns added: " + Joined(d.columns_added) + "\n";
    if (!d.columns_removed.empty())
      out += "    columns removed: " + Joined(d.columns_removed) + "\n";
    if (!d.columns_changed.empty())
      out += "    columns changed: " + Joined(d.columns_changed) + "\n";
  }
  return out;
}

Json TableEntryJson(const api::TableEntry& table) {
  return Json::Object({{"namespace", table.ns}, {"name", table.name}, {"kind", table.kind}});
}

std::string TableTable(const std::vector<api::TableEntry>& tables, const Style& style) {
  TextTable text{{"NAMESPACE", "NAME", "KIND"}, {}, {}, 0};
  for (const api::TableEntry& table : tables) {
    text.rows.push_back({table.ns, table.name, table.kind});
  }
  return Render(text, style);
}

Json TableJson(const api::TableDescription& table) {
  Json fields = Json::List();
  for (const columnar::Field& field : table.schema.fields) {
    fields.Add(Json::Object({{"id", field.id},
                             {"name", field.name},
                             {"type", field.type.ToString()},
                             {"required", field.required},
                             {"doc", Json::OrNull(field.doc)}}));
  }
  Json snapshots = Json::List();
  for (const api::SnapshotEntry& snapshot : table.snapshots) {
    snapshots.Add(Json::Object({{"id", snapshot.id},
                                {"sequence", snapshot.sequence},
                                {"committed", base::FormatInstant(snapshot.committed)},
                                {"operation", snapshot.operation},
                                {"records", snapshot.records}}));
  }
  const bool written = table.snapshot_id >= 0;
  return Json::Object({{"id", table.id},
                       {"uuid", table.uuid},
                       {"namespace", table.ns},
                       {"name", table.name},
                       {"kind", table.kind},
                       {"fields", std::move(fields)},
                       {"partitioned_by", TextList(table.partitioned_by)},
                       {"records", table.records},
                       {"size_bytes", table.size_bytes},
                       {"files", table.files},
                       {"snapshot_id", written ? Json(table.snapshot_id) : Json()},
                       {"metadata_location", table.metadata_location},
                       {"updated", base::FormatInstant(table.updated)},
                       {"snapshots", std::move(snapshots)},
                       {"properties", Properties(table.properties)}});
}

std::string TableText(const api::TableDescription& table, const Style& style) {
  const auto natural = [](int64_t n) { return static_cast<uint64_t>(n < 0 ? 0 : n); };
  TextTable columns{{"COLUMN", "TYPE", "NULLABLE", "DOC"}, {}, {}, 0};
  for (const columnar::Field& field : table.schema.fields) {
    columns.rows.push_back(
        {field.name, field.type.ToString(), field.required ? "no" : "yes", field.doc});
  }
  std::string out = style.Bold(table.ns + "." + table.name) + "\n\n";
  out += "rows        " + WithCommas(natural(table.records)) + "\n";
  out += "size        " + SizeText(natural(table.size_bytes)) + " in " +
         Count(natural(table.files), "file") + "\n";
  out += "partitions  " + (table.partitioned_by.empty() ? "none" : Joined(table.partitioned_by)) +
         "\n";
  out += "updated     " + ShortInstant(table.updated) + "\n";
  out += "uuid        " + table.uuid + "\n";
  out += "metadata    " + table.metadata_location + "\n\n";
  return out + Render(columns, style);
}

}  // namespace cli
