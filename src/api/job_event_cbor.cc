#include <algorithm>

#include "api/job_parts_cbor_internal.h"
#include "api/job_record_cbor.h"
#include "base/cbor.h"
#include "plan/columnar_cbor.h"

// An event is a map {0: "event", 1: version, 2: sequence, 3: time, 4: kind, 5: body}; the kind is
// the index in JobEventBody, which therefore only grows at its end.

namespace api {
namespace {

using base::Cbor;
using base::CborFields;
using base::Result;

constexpr int64_t kEventVersion = 1;

// What was added to nodes later; older programs pass it over.
constexpr int64_t kPythonVersion = -1;
constexpr int64_t kInputRefs = -2;  // as many as inputs, "" = the run's

Cbor NodeToCbor(const plan::LogicalNode& node) {
  Cbor::Array inputs;
  std::vector<std::string> refs;
  bool elsewhere = false;
  for (const plan::Edge& edge : node.inputs) {
    inputs.push_back(Cbor(Cbor::Array{Cbor(edge.from), Cbor(edge.from_table)}));
    refs.push_back(edge.ref);
    elsewhere = elsewhere || !edge.ref.empty();
  }
  Cbor::Map map{
      {0, node.name},        {1, static_cast<int64_t>(node.kind)},     {2, node.place.file},
      {3, node.place.line},  {4, static_cast<int64_t>(node.strategy)}, {5, node.table.ToString()},
      {6, std::move(inputs)}};
  const std::string& python = node.environment.python_version;
  if (!python.empty()) map.emplace(kPythonVersion, python);
  if (elsewhere) map.emplace(kInputRefs, base::CborTexts(refs));
  return Cbor(std::move(map));
}

Cbor NodesToCbor(const plan::LogicalPlan& logical) {
  Cbor::Array nodes;
  for (const plan::LogicalNode& node : logical.nodes) nodes.push_back(NodeToCbor(node));
  return Cbor(Cbor::Map{{0, logical.project_name},
                        {1, logical.ref},
                        {2, logical.commit.text()},
                        {3, std::move(nodes)},
                        {4, logical.project_id},
                        {5, logical.default_namespace.ToString()}});
}

base::Error Bad(std::string_view what) {
  return base::Error(base::Code::kCorrupt, "base.bad_cbor", "job event: " + std::string(what));
}

Result<plan::LogicalNode> NodeFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "plan node"));
  plan::LogicalNode node;
  ASSIGN_OR_RETURN(node.name, fields.Text(0));
  ASSIGN_OR_RETURN(node.kind, EnumFrom<plan::NodeKind>(fields, 1, 3));
  ASSIGN_OR_RETURN(node.place.file, fields.Text(2));
  ASSIGN_OR_RETURN(const int64_t line, fields.Int(3));
  node.place.line = static_cast<uint32_t>(line);
  ASSIGN_OR_RETURN(node.strategy, EnumFrom<plan::WriteStrategy>(fields, 4, 4));
  ASSIGN_OR_RETURN(const std::string table, fields.Text(5));
  if (!table.empty()) {
    ASSIGN_OR_RETURN(node.table, model::ParseTableName(table, model::Namespace{}));
  }
  ASSIGN_OR_RETURN(const Cbor::Array* inputs, fields.List(6));
  for (const Cbor& input : *inputs) {
    const auto* pair = input.As<Cbor::Array>();
    if (pair == nullptr || pair->size() != 2) return Bad("an input is not a pair");
    const auto* from = (*pair)[0].As<std::string>();
    const auto* from_table = (*pair)[1].As<bool>();
    if (from == nullptr || from_table == nullptr) return Bad("an input is not a name and a flag");
    node.inputs.push_back(plan::Edge{*from, *from_table, {}, {}, {}});
  }
  ASSIGN_OR_RETURN(node.environment.python_version, fields.TextOr(kPythonVersion, ""));
  ASSIGN_OR_RETURN(const std::vector<std::string> refs, fields.Texts(kInputRefs));
  for (size_t i = 0; i < std::min(refs.size(), node.inputs.size()); ++i) {
    node.inputs[i].ref = refs[i];
  }
  RETURN_IF_ERROR(fields.Finish());
  return node;
}

Result<plan::LogicalPlan> LogicalFromCbor(const Cbor& value) {
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(value, "plan"));
  plan::LogicalPlan logical;
  ASSIGN_OR_RETURN(logical.project_name, fields.Text(0));
  ASSIGN_OR_RETURN(logical.ref, fields.Text(1));
  ASSIGN_OR_RETURN(std::string commit, fields.Text(2));
  logical.commit = model::CommitId(std::move(commit));
  ASSIGN_OR_RETURN(const Cbor::Array* nodes, fields.List(3));
  for (const Cbor& node : *nodes) {
    ASSIGN_OR_RETURN(plan::LogicalNode read, NodeFromCbor(node));
    logical.nodes.push_back(std::move(read));
  }
  ASSIGN_OR_RETURN(logical.project_id, fields.Text(4));
  ASSIGN_OR_RETURN(const std::string ns, fields.Text(5));
  if (!ns.empty()) {
    ASSIGN_OR_RETURN(logical.default_namespace, model::ParseNamespace(ns));
  }
  RETURN_IF_ERROR(fields.Finish());
  return logical;
}

struct BodyToCbor {
  Cbor operator()(const JobStarted& e) const { return Cbor(Cbor::Map{{0, e.run_branch}}); }
  Cbor operator()(const PlanReady& e) const { return NodesToCbor(e.plan); }
  Cbor operator()(const EnvironmentReady& e) const {
    return Cbor(Cbor::Map{{0, e.node}, {1, e.digest}, {2, e.packages}, {3, e.resolved_now}});
  }
  Cbor operator()(const TaskStarted& e) const {
    return Cbor(Cbor::Map{{0, e.task.text()}, {1, e.name}});
  }
  Cbor operator()(const UserOutput& e) const {
    return Cbor(Cbor::Map{{0, e.name}, {1, e.file}, {2, e.line}, {3, e.is_error}, {4, e.text}});
  }
  Cbor operator()(const TaskEnded& e) const {
    Cbor::Map map{{0, TaskRecordToCbor(e.task)}, {1, e.preview}};
    if (!e.preview_columns.empty()) {
      Cbor::Array columns;
      for (const auto& column : e.preview_columns)
        columns.push_back(plan::TextColumnToCbor(column));
      map.emplace(2, std::move(columns));
    }
    return Cbor(std::move(map));
  }
  Cbor operator()(const Notice& e) const { return Cbor(Cbor::Map{{0, e.is_warning}, {1, e.text}}); }
  Cbor operator()(const FileImported& e) const {
    Cbor::Map map{{0, e.file.uri},
                  {1, e.file.identity},
                  {2, static_cast<int64_t>(e.file.size_bytes)},
                  {3, static_cast<int64_t>(e.file.rows)},
                  {4, e.skipped}};
    if (e.file.error) map.emplace(5, plan::ErrorToCbor(*e.file.error));
    return Cbor(std::move(map));
  }
  Cbor operator()(const Published& e) const {
    return Cbor(Cbor::Map{{0, e.branch}, {1, e.commit}, {2, base::CborTexts(e.tables)}});
  }
  Cbor operator()(const JobEnded& e) const { return JobRecordToCbor(e.job); }
  Cbor operator()(const TablePlanned& e) const {
    return Cbor(Cbor::Map{{0, e.plan_yaml}, {1, base::CborTexts(e.files)}, {2, e.can_apply}});
  }
};

Result<JobEventBody> EnvironmentReadyFrom(CborFields& f) {
  EnvironmentReady e;
  ASSIGN_OR_RETURN(e.node, f.Text(0));
  ASSIGN_OR_RETURN(e.digest, f.Text(1));
  ASSIGN_OR_RETURN(const int64_t packages, f.Int(2));
  e.packages = static_cast<uint32_t>(packages);
  ASSIGN_OR_RETURN(e.resolved_now, f.Bool(3));
  return JobEventBody(std::move(e));
}

Result<JobEventBody> UserOutputFrom(CborFields& f) {
  UserOutput e;
  ASSIGN_OR_RETURN(e.name, f.Text(0));
  ASSIGN_OR_RETURN(e.file, f.Text(1));
  ASSIGN_OR_RETURN(const int64_t line, f.Int(2));
  e.line = static_cast<uint32_t>(line);
  ASSIGN_OR_RETURN(e.is_error, f.Bool(3));
  ASSIGN_OR_RETURN(e.text, f.Text(4));
  return JobEventBody(std::move(e));
}

Result<JobEventBody> FileImportedFrom(CborFields& f) {
  FileImported e;
  ASSIGN_OR_RETURN(e.file.uri, f.Text(0));
  ASSIGN_OR_RETURN(e.file.identity, f.Text(1));
  ASSIGN_OR_RETURN(const int64_t size, f.Int(2));
  e.file.size_bytes = static_cast<uint64_t>(size);
  ASSIGN_OR_RETURN(const int64_t rows, f.Int(3));
  e.file.rows = static_cast<uint64_t>(rows);
  ASSIGN_OR_RETURN(e.skipped, f.Bool(4));
  if (f.Has(5)) {
    ASSIGN_OR_RETURN(const Cbor* error, f.Any(5));
    ASSIGN_OR_RETURN(plan::DecodedError decoded, plan::ErrorFromCbor(*error));
    e.file.error = std::move(decoded.error);
  }
  return JobEventBody(std::move(e));
}

Result<JobEventBody> PublishedFrom(CborFields& f) {
  Published e;
  ASSIGN_OR_RETURN(e.branch, f.Text(0));
  ASSIGN_OR_RETURN(e.commit, f.Text(1));
  ASSIGN_OR_RETURN(e.tables, f.Texts(2));
  return JobEventBody(std::move(e));
}

Result<JobEventBody> TablePlannedFrom(CborFields& f) {
  TablePlanned e;
  ASSIGN_OR_RETURN(e.plan_yaml, f.Text(0));
  ASSIGN_OR_RETURN(e.files, f.Texts(1));
  ASSIGN_OR_RETURN(e.can_apply, f.Bool(2));
  return JobEventBody(std::move(e));
}

Result<JobEventBody> SmallBodyFrom(int64_t kind, CborFields& f) {
  if (kind == 0) {
    ASSIGN_OR_RETURN(std::string branch, f.Text(0));
    return JobEventBody(JobStarted{std::move(branch)});
  }
  if (kind == 3) {
    ASSIGN_OR_RETURN(std::string task, f.Text(0));
    ASSIGN_OR_RETURN(std::string name, f.Text(1));
    return JobEventBody(TaskStarted{model::TaskId(std::move(task)), std::move(name)});
  }
  if (kind == 5) {
    ASSIGN_OR_RETURN(const Cbor* task, f.Any(0));
    TaskEnded e;
    ASSIGN_OR_RETURN(e.task, TaskRecordFromCbor(*task));
    ASSIGN_OR_RETURN(e.preview, f.Text(1));
    if (f.Has(2)) {
      ASSIGN_OR_RETURN(const Cbor::Array* columns, f.List(2));
      for (const Cbor& column : *columns) {
        ASSIGN_OR_RETURN(columnar::TextColumn read, plan::TextColumnFromCbor(column));
        e.preview_columns.push_back(std::move(read));
      }
    }
    return JobEventBody(std::move(e));
  }
  ASSIGN_OR_RETURN(const bool is_warning, f.Bool(0));
  ASSIGN_OR_RETURN(std::string text, f.Text(1));
  return JobEventBody(Notice{is_warning, std::move(text)});
}

Result<JobEventBody> BodyFromCbor(int64_t kind, const Cbor& body) {
  if (kind == 1) {
    ASSIGN_OR_RETURN(plan::LogicalPlan logical, LogicalFromCbor(body));
    return JobEventBody(PlanReady{std::move(logical)});
  }
  if (kind == 9) {
    ASSIGN_OR_RETURN(JobRecord record, JobRecordFromCbor(body));
    return JobEventBody(JobEnded{std::move(record)});
  }
  ASSIGN_OR_RETURN(CborFields fields, CborFields::Of(body, "job event"));
  switch (kind) {
    case 0:
    case 3:
    case 5:
    case 6:
      return SmallBodyFrom(kind, fields);
    case 2:
      return EnvironmentReadyFrom(fields);
    case 4:
      return UserOutputFrom(fields);
    case 7:
      return FileImportedFrom(fields);
    case 8:
      return PublishedFrom(fields);
    case 10:
      return TablePlannedFrom(fields);
    default:
      return base::Error(
          base::Code::kUnimplemented, "base.unknown_field",
          "job event of kind " + std::to_string(kind) + ": it was written by a newer boathouse");
  }
}

}  // namespace

base::Bytes EncodeJobEvent(const JobEvent& event) {
  return base::EncodeCbor(Cbor(Cbor::Map{{0, "event"},
                                         {1, kEventVersion},
                                         {2, static_cast<int64_t>(event.sequence)},
                                         {3, base::Micros(event.at)},
                                         {4, static_cast<int64_t>(event.body.index())},
                                         {5, std::visit(BodyToCbor{}, event.body)}}));
}

Result<JobEvent> DecodeJobEvent(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(CborFields fields, CborFields::OfObject(value, "event", kEventVersion));
  JobEvent event;
  ASSIGN_OR_RETURN(const int64_t sequence, fields.Int(2));
  event.sequence = static_cast<uint64_t>(sequence);
  ASSIGN_OR_RETURN(const int64_t at, fields.Int(3));
  event.at = base::FromMicros(at);
  ASSIGN_OR_RETURN(const int64_t kind, fields.Int(4));
  ASSIGN_OR_RETURN(const Cbor* body, fields.Any(5));
  ASSIGN_OR_RETURN(event.body, BodyFromCbor(kind, *body));
  RETURN_IF_ERROR(fields.Finish());
  return event;
}

}  // namespace api
