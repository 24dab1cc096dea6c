#include "planner/planner.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/nearest.h"
#include "planner/graph_order_internal.h"
#include "planner/input_planner_internal.h"
#include "planner/reasons.h"
#include "project/parameter_edit.h"
#include "project/sql_text.h"

namespace planner {
namespace {
using base::Code;
using project::NodeDecl;
using project::NodeDeclKind;
using project::ParameterDecl;
using project::ParameterType;

plan::NodeKind KindOf(NodeDeclKind kind) {
  switch (kind) {
    case NodeDeclKind::kPythonModel:
      return plan::NodeKind::kPythonModel;
    case NodeDeclKind::kSqlModel:
      return plan::NodeKind::kSqlModel;
    case NodeDeclKind::kExpectation:
      return plan::NodeKind::kExpectation;
  }
  return plan::NodeKind::kPythonModel;
}

plan::TaskKind TaskKindOf(NodeDeclKind kind) {
  switch (kind) {
    case NodeDeclKind::kPythonModel:
      return plan::TaskKind::kPythonModel;
    case NodeDeclKind::kSqlModel:
      return plan::TaskKind::kSqlModel;
    case NodeDeclKind::kExpectation:
      return plan::TaskKind::kExpectation;
  }
  return plan::TaskKind::kPythonModel;
}

plan::WriteStrategy StrategyOf(project::Strategy strategy) {
  switch (strategy) {
    case project::Strategy::kNone:
      return plan::WriteStrategy::kNone;
    case project::Strategy::kReplace:
      return plan::WriteStrategy::kReplace;
    case project::Strategy::kAppend:
      return plan::WriteStrategy::kAppend;
    case project::Strategy::kOverwritePartitions:
      return plan::WriteStrategy::kOverwritePartitions;
  }
  return plan::WriteStrategy::kNone;
}

/// "Scikit_Learn" and "scikit-learn" are one distribution.
std::string NormalPackage(const std::string& name) {
  std::string normal;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      if (!normal.ends_with('-')) normal += '-';
    } else {
      normal += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return normal;
}

plan::EnvironmentSpec Merge(const project::EnvironmentDecl& defaults,
                            const project::EnvironmentDecl& own) {
  plan::EnvironmentSpec merged;
  merged.python_version = own.python_version.empty() ? defaults.python_version : own.python_version;
  std::set<std::string> taken;
  for (const auto& [name, version] : own.packages) {
    if (taken.insert(NormalPackage(name)).second) merged.packages[name] = version.text;
  }
  for (const auto& [name, version] : defaults.packages) {
    if (taken.insert(NormalPackage(name)).second) merged.packages[name] = version.text;
  }
  return merged;
}

/// "ns.table" as a name that SQL needs no quotes and no schema for.
std::string FlatName(const std::string& name, const std::set<std::string>& taken) {
  std::string flat;
  for (const char c : name) {
    if (c == '.') {
      flat += "__";
    } else {
      flat += c;
    }
  }
  while (taken.contains(flat)) flat += '_';
  return flat;
}

class PlanMaker {
 public:
  PlanMaker(const project::ProjectGraph& graph, TableResolver& tables,
            const project::SqlAnalyzer& sql, const PlanOptions& options, base::Rng& rng)
      : graph_(graph), sql_(sql), options_(options), rng_(rng), tables_(tables) {}

  PlanResult Make() {
    ReadParameters();
    ReadNamespace();
    InputPlanner inputs(graph_, tables_, sql_, physical_.logical.default_namespace, values_,
                        problems_);
    if (graph_.nodes.empty()) {
      problems_.Add({graph_.project_file, 0, 0}, Code::kInvalidArgument, reasons::kEmptyProject,
                    "the project has no model and no expectation yet");
    }
    const std::vector<size_t> order = Order(inputs);
    ids_.resize(graph_.nodes.size());
    for (const size_t node : order) ids_[node] = model::TaskId(base::NewUuid(rng_));
    for (const size_t node : order) PlanNode(node, inputs);
    PlanResult result;
    const bool good = !problems_.any();
    result.diagnostics = problems_.Take();
    if (!good) return result;
    plan::LogicalPlan& logical = physical_.logical;
    logical.project_id = graph_.id;
    logical.project_name = graph_.name;
    logical.ref = options_.ref;
    logical.commit = options_.commit;
    result.plan = std::move(physical_);
    return result;
  }

 private:
  void ReadParameters() {
    std::vector<std::string> names;
    for (const ParameterDecl& parameter : graph_.parameters) names.push_back(parameter.name);
    std::set<std::string> given = options_.secrets;
    for (const auto& [name, value] : options_.parameters) given.insert(name);
    for (const std::string& name : given) {
      if (graph_.FindParameter(name) != nullptr) continue;
      problems_.Add(
          {}, Code::kInvalidArgument, reasons::kUnknownParameter,
          "the project has no parameter \"" + name + "\"" + base::DidYouMean(name, names));
    }
    for (const ParameterDecl& parameter : graph_.parameters) ReadParameter(parameter);
  }

  void ReadParameter(const ParameterDecl& parameter) {
    if (parameter.type == ParameterType::kVault) return;  // its uses were refused in reading
    if (parameter.type == ParameterType::kSecret) return ReadSecret(parameter);
    if (options_.secrets.contains(parameter.name)) {
      problems_.Add(parameter.place, Code::kInvalidArgument, reasons::kBadParameterValue,
                    "parameter \"" + parameter.name + "\" is no secret: give it as it is");
      return;
    }
    const auto given = options_.parameters.find(parameter.name);
    if (given == options_.parameters.end()) {
      if (parameter.default_value) {
        values_[parameter.name] = *parameter.default_value;
        return;
      }
      problems_.Add(parameter.place, Code::kInvalidArgument, reasons::kMissingParameter,
                    "parameter \"" + parameter.name + "\" has no value: give it with --param " +
                        parameter.name + "=...");
      return;
    }
    auto value = project::ParseParameterValue(parameter.type, given->second);
    if (value.ok()) {
      values_[parameter.name] = std::move(value).value();
    } else {
      problems_.Add(parameter.place, Code::kInvalidArgument, reasons::kBadParameterValue,
                    "parameter \"" + parameter.name + "\": " + value.error().message);
    }
  }

  void ReadSecret(const ParameterDecl& parameter) {
    if (options_.parameters.contains(parameter.name)) {
      problems_.Add(parameter.place, Code::kInvalidArgument, reasons::kPlainSecret,
                    "parameter \"" + parameter.name +
                        "\" is a secret: it must be encrypted before it is sent");
    } else if (parameter.secret_text.empty() && !options_.secrets.contains(parameter.name)) {
      problems_.Add(parameter.place, Code::kInvalidArgument, reasons::kMissingParameter,
                    "secret \"" + parameter.name + "\" has no value: give it with --param " +
                        parameter.name + "=...");
    }
  }

  void ReadNamespace() {
    const std::string text = !options_.ns.empty() ? options_.ns
                             : !graph_.default_namespace.empty()
                                 ? graph_.default_namespace
                                 : std::string(model::kDefaultNamespace);
    auto parsed = model::ParseNamespace(text);
    if (parsed.ok()) {
      physical_.logical.default_namespace = std::move(parsed).value();
    } else {
      problems_.Add({}, Code::kInvalidArgument, reasons::kBadName, parsed.error().message);
      physical_.logical.default_namespace = {{std::string(model::kDefaultNamespace)}};
    }
  }

  std::vector<size_t> Order(const InputPlanner& inputs) {
    std::vector<std::vector<size_t>> parents(graph_.nodes.size());
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const project::InputDecl& input : graph_.nodes[i].inputs) {
        const std::optional<size_t> parent = inputs.ParentOf(input);
        if (!parent) continue;
        if (*parent == i) {
          problems_.Add(input.place, Code::kInvalidArgument, reasons::kSelfRead,
                        "model \"" + graph_.nodes[i].name +
                            "\" reads itself, a cycle: rename the model, or read the table at "
                            "another ref with ref=");
        } else if (std::find(parents[i].begin(), parents[i].end(), *parent) == parents[i].end()) {
          parents[i].push_back(*parent);
        }
      }
    }
    GraphOrder order = OrderGraph(parents);
    for (const std::vector<size_t>& cycle : order.cycles) {
      std::string path;
      for (const size_t node : cycle) path += graph_.nodes[node].name + " → ";
      path += graph_.nodes[cycle.front()].name;
      problems_.Add(graph_.nodes[cycle.front()].place, Code::kInvalidArgument, reasons::kCycle,
                    "models wait for each other in a cycle: " + path, {{"path", path}});
    }
    if (!order.cycles.empty()) {  // look at the rest of everything too
      for (size_t i = 0; i < graph_.nodes.size(); ++i) {
        if (std::find(order.order.begin(), order.order.end(), i) == order.order.end()) {
          order.order.push_back(i);
        }
      }
    }
    return std::move(order.order);
  }

  void PlanNode(size_t index, InputPlanner& inputs) {
    const NodeDecl& node = graph_.nodes[index];
    plan::LogicalNode logical;
    logical.name = node.name;
    logical.kind = KindOf(node.kind);
    logical.place = node.place;
    plan::TaskSpec task;
    task.task = ids_[index];
    task.run = options_.run;
    task.job = options_.job;
    task.kind = TaskKindOf(node.kind);
    task.name = node.name;
    task.deadline = options_.deadline;
    task.seed = rng_.Next();
    task.environment = logical.environment =
        node.kind == NodeDeclKind::kSqlModel ? plan::EnvironmentSpec{}
                                             : Merge(graph_.default_environment, node.environment);
    task.limits = logical.limits = Limits(node);
    if (node.kind == NodeDeclKind::kExpectation) {
      if (node.inputs.empty()) {
        problems_.Add(node.place, Code::kInvalidArgument, reasons::kBadExpectation,
                      "expectation \"" + node.name + "\" reads no table: give it a bauplan.Model");
      }
    } else {
      Output(node, inputs, logical);
      task.preview_rows_max = options_.preview_rows_max;
      task.preview_tail = options_.preview_tail;
      if (node.contract) task.result_contract = node.contract->schema;
    }
    Inputs(node, inputs, logical, task);
    Entry(node, task);
    for (const project::ParameterUse& use : node.parameters) {
      if (const auto value = values_.find(use.parameter); value != values_.end()) {
        task.parameters[use.argument] = value->second;
        continue;
      }
      const ParameterDecl* secret = graph_.FindParameter(use.parameter);
      if (secret != nullptr && secret->type == ParameterType::kSecret) {
        task.parameters[use.argument] = columnar::Literal::String(use.parameter);
        task.secret_names.push_back(use.argument);
      }
    }
    physical_.logical.nodes.push_back(std::move(logical));
    physical_.tasks.push_back(std::move(task));
  }

  plan::ResourceLimits Limits(const NodeDecl& node) const {
    plan::ResourceLimits limits = options_.limits;
    if (graph_.default_time_max) limits.time_max = *graph_.default_time_max;
    if (node.resources.cpus) limits.cpus = *node.resources.cpus;
    if (node.resources.memory_bytes) limits.memory_bytes_max = *node.resources.memory_bytes;
    if (node.resources.time_max) limits.time_max = *node.resources.time_max;
    limits.internet_access = node.internet_access;
    return limits;
  }

  void Output(const NodeDecl& node, InputPlanner& inputs, plan::LogicalNode& logical) {
    if (!options_.dry_run) logical.strategy = StrategyOf(node.strategy);
    auto table = model::ParseTableName(node.name, physical_.logical.default_namespace);
    if (table.ok()) logical.table = std::move(table).value();
    for (const project::PartitionDecl& field : node.partitioned_by) {
      logical.partitioned_by.push_back(field.text);
      if (!node.contract) continue;
      const std::vector<std::string>& columns = node.contract->columns;
      if (std::find(columns.begin(), columns.end(), field.column) != columns.end()) continue;
      problems_.Add(field.place, Code::kNotFound, reasons::kUnknownColumn,
                    "partitioned_by of \"" + node.name + "\" names column \"" + field.column +
                        "\", which \"" + node.contract->name + "\" does not have" +
                        base::DidYouMean(field.column, columns),
                    {{"table", node.name}, {"column", field.column}});
    }
    if (auto filter = inputs.ReadFilter(node.overwrite_filter)) {
      logical.overwrite_filter = std::move(filter->sql);
      logical.overwrite = std::move(filter->facts.predicate);
    }
    for (const project::PlacedText& column : node.columns) {
      logical.contract_columns.push_back(column.text);
    }
    if (!node.contract) return;
    logical.contract = node.contract->schema;
    logical.contract_any = node.contract->any_columns;
  }

  void Inputs(const NodeDecl& node, InputPlanner& inputs, plan::LogicalNode& logical,
              plan::TaskSpec& task) {
    std::set<std::string> names;
    for (const project::InputDecl& input : node.inputs) names.insert(input.argument);
    for (const project::InputDecl& input : node.inputs) {
      plan::TaskInput planned;
      plan::Edge edge;
      inputs.Plan(input, planned, edge);
      planned.name = input.argument;
      if (node.kind == NodeDeclKind::kSqlModel && input.model.find('.') != std::string::npos) {
        planned.name = FlatName(input.model, names);
        names.insert(planned.name);
      }
      if (const std::optional<size_t> parent = inputs.ParentOf(input)) {
        planned.from = plan::ParentOutput{ids_[*parent], ""};
        if (std::find(task.after.begin(), task.after.end(), ids_[*parent]) == task.after.end()) {
          task.after.push_back(ids_[*parent]);
        }
      }
      logical.inputs.push_back(std::move(edge));
      task.inputs.push_back(std::move(planned));
    }
  }

  void Entry(const NodeDecl& node, plan::TaskSpec& task) {
    task.entry = {graph_.code_digest, node.place.file, node.function, node.place.line, ""};
    if (node.kind != NodeDeclKind::kSqlModel) return;
    auto sql = project::SubstituteParameters(node.sql, values_);
    if (!sql.ok()) return;  // reported with the parameters
    std::map<std::string, std::string> renames;
    for (const plan::TaskInput& input : task.inputs) {
      if (input.name != input.source) renames[input.source] = input.name;
    }
    if (!renames.empty()) sql = sql_.RenameTables(*sql, renames);
    if (sql.ok()) {
      task.entry.sql = std::move(sql).value();
    } else {
      problems_.Add(node.place, sql.error().code, sql.error().reason, sql.error().message);
    }
  }

  const project::ProjectGraph& graph_;
  const project::SqlAnalyzer& sql_;
  const PlanOptions& options_;
  base::Rng& rng_;
  TableResolver& tables_;
  Problems problems_;
  ParameterValues values_;
  std::vector<model::TaskId> ids_;  // by number of the node in the project
  plan::PhysicalPlan physical_;
};

}  // namespace

PlanResult Plan(const project::ProjectGraph& graph, TableResolver& tables,
                const project::SqlAnalyzer& sql, const PlanOptions& options, base::Rng& rng) {
  return PlanMaker(graph, tables, sql, options, rng).Make();
}

}  // namespace planner
