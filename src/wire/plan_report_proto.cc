#include <utility>

#include "plan/task_spec_cbor.h"
#include "proto/boathouse.pb.h"
#include "wire/error_detail.h"
#include "wire/extension_requests.h"
#include "wire/reasons.h"

namespace wire {
namespace {

base::Error Bad(const std::string& field) {
  return base::Error(base::Code::kInternal, kBadReply,
                     "the server's plan has no proper \"" + field +
                         "\": is it a boathouse of this version?")
      .Set("field", field);
}

px::NodeKind KindOf(plan::NodeKind kind) {
  switch (kind) {
    case plan::NodeKind::kPythonModel:
      return px::NODE_KIND_PYTHON_MODEL;
    case plan::NodeKind::kSqlModel:
      return px::NODE_KIND_SQL_MODEL;
    case plan::NodeKind::kExpectation:
      return px::NODE_KIND_EXPECTATION;
  }
  return px::NODE_KIND_PYTHON_MODEL;
}

plan::NodeKind KindOf(px::NodeKind kind) {
  if (kind == px::NODE_KIND_SQL_MODEL) return plan::NodeKind::kSqlModel;
  return kind == px::NODE_KIND_EXPECTATION ? plan::NodeKind::kExpectation
                                           : plan::NodeKind::kPythonModel;
}

void FillNode(const plan::LogicalNode& node, px::PlanNode* out) {
  out->set_name(node.name);
  out->set_kind(KindOf(node.kind));
  out->set_file(node.place.file);
  out->set_line(node.place.line);
  out->set_column(node.place.column);
  for (const plan::Edge& edge : node.inputs) {
    px::PlanEdge& sent = *out->add_inputs();
    sent.set_from(edge.from);
    sent.set_from_table(edge.from_table);
    sent.set_ref(edge.ref);
    for (const std::string& column : edge.columns) sent.add_columns(column);
    sent.set_filter(edge.filter);
  }
  out->set_strategy(static_cast<uint32_t>(node.strategy));
  if (node.strategy != plan::WriteStrategy::kNone) out->set_table(node.table.ToString());
  for (const std::string& part : node.partitioned_by) out->add_partitioned_by(part);
  out->set_overwrite_filter(node.overwrite_filter);
  for (const std::string& column : node.contract_columns) out->add_contract_columns(column);
}

base::Result<plan::LogicalNode> NodeOf(const px::PlanNode& sent) {
  plan::LogicalNode node;
  node.name = sent.name();
  node.kind = KindOf(sent.kind());
  node.place = {sent.file(), sent.line(), sent.column()};
  for (const px::PlanEdge& edge : sent.inputs()) {
    node.inputs.push_back({edge.from(),
                           edge.from_table(),
                           edge.ref(),
                           {edge.columns().begin(), edge.columns().end()},
                           edge.filter()});
  }
  if (sent.strategy() > static_cast<uint32_t>(plan::WriteStrategy::kOverwritePartitions)) {
    return Bad("strategy");
  }
  node.strategy = static_cast<plan::WriteStrategy>(sent.strategy());
  if (!sent.table().empty()) {
    ASSIGN_OR_RETURN(node.table, model::ParseTableName(sent.table(), model::Namespace{}));
  }
  node.partitioned_by = {sent.partitioned_by().begin(), sent.partitioned_by().end()};
  node.overwrite_filter = sent.overwrite_filter();
  node.contract_columns = {sent.contract_columns().begin(), sent.contract_columns().end()};
  return node;
}

}  // namespace

void FillPlanReport(const api::PlanReport& report, px::PlanRunResponse* out) {
  for (const api::Diagnostic& diagnostic : report.diagnostics) {
    px::Diagnostic& sent = *out->add_diagnostics();
    sent.set_is_error(diagnostic.is_error);
    sent.set_detail(ErrorDetail(diagnostic.error));
  }
  for (const auto& [step, micros] : report.micros) (*out->mutable_micros())[step] = micros;
  if (!report.plan) return;
  const plan::LogicalPlan& logical = report.plan->logical;
  px::Plan& plan = *out->mutable_plan();
  plan.set_project_id(logical.project_id);
  plan.set_project_name(logical.project_name);
  plan.set_ref(logical.ref);
  plan.set_commit(logical.commit.text());
  plan.set_default_namespace(logical.default_namespace.ToString());
  for (size_t i = 0; i < logical.nodes.size(); ++i) {
    px::PlanNode& node = *plan.add_nodes();
    FillNode(logical.nodes[i], &node);
    if (i < report.plan->tasks.size()) {
      node.set_task(plan::EncodeTaskSpec(report.plan->tasks[i]));
    }
  }
}

base::Result<api::PlanReport> PlanReportOf(const px::PlanRunResponse& response) {
  api::PlanReport report;
  for (const px::Diagnostic& sent : response.diagnostics()) {
    std::optional<base::Error> error = ReadErrorDetail(sent.detail());
    if (!error) return Bad("diagnostics");
    report.diagnostics.push_back({sent.is_error(), *std::move(error)});
  }
  report.micros = {response.micros().begin(), response.micros().end()};
  if (!response.has_plan()) return report;
  report.plan.emplace();
  plan::LogicalPlan& logical = report.plan->logical;
  logical.project_id = response.plan().project_id();
  logical.project_name = response.plan().project_name();
  logical.ref = response.plan().ref();
  logical.commit = model::CommitId(response.plan().commit());
  if (!response.plan().default_namespace().empty()) {
    ASSIGN_OR_RETURN(logical.default_namespace,
                     model::ParseNamespace(response.plan().default_namespace()));
  }
  for (const px::PlanNode& sent : response.plan().nodes()) {
    ASSIGN_OR_RETURN(plan::LogicalNode node, NodeOf(sent));
    if (!sent.task().empty()) {
      ASSIGN_OR_RETURN(plan::TaskSpec task, plan::DecodeTaskSpec(sent.task()));
      node.environment = task.environment;
      node.limits = task.limits;
      report.plan->tasks.push_back(std::move(task));
    }
    logical.nodes.push_back(std::move(node));
  }
  return report;
}

}  // namespace wire
