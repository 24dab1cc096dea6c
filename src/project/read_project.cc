#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "base/sha256.h"
#include "project/load.h"
#include "project/project_file_internal.h"
#include "project/python_project_internal.h"
#include "project/sql_project_internal.h"
#include "project/sql_text.h"

namespace project {
namespace {

constexpr size_t kParseThreadsMax = 4;
constexpr size_t kBytesPerThread = 16 << 10;  // less is parsed before a thread has started

bool IsTopLevelPython(const std::string& path) {
  return path.ends_with(".py") && path.find('/') == std::string::npos;
}

std::string FileAndLine(const base::Place& place) {
  return place.file + ":" + std::to_string(place.line);
}

void CheckDuplicates(const std::vector<NodeDecl>& nodes, Findings& findings) {
  std::map<std::string, const NodeDecl*> first;
  for (const NodeDecl& node : nodes) {
    const auto [known, is_first] = first.emplace(node.name, &node);
    if (is_first) continue;
    const std::string other = FileAndLine(known->second->place);
    findings.Add(base::Error(base::Code::kAlreadyExists, std::string(reasons::kDuplicateName),
                             "\"" + node.name + "\" is defined twice: at " + other + " and at " +
                                 FileAndLine(node.place) + ", rename one of them")
                     .At(node.place)
                     .Set("other", other));
  }
}

class ParameterCheck {
 public:
  ParameterCheck(const ProjectGraph& graph, Findings& findings)
      : graph_(graph), findings_(findings) {
    for (const ParameterDecl& parameter : graph.parameters) names_.push_back(parameter.name);
  }

  /// `in_sql`: the value becomes part of a text that plans show and logs keep.
  void Check(const std::string& name, const base::Place& place, bool in_sql) {
    const ParameterDecl* parameter = graph_.FindParameter(name);
    if (parameter == nullptr) {
      findings_.Add(base::Error(base::Code::kNotFound, std::string(reasons::kUnknownParameter),
                                "parameter \"" + name + "\" is not declared in " +
                                    graph_.project_file + base::DidYouMean(name, names_))
                        .At(place));
    } else if (parameter->type == ParameterType::kVault) {
      findings_.Unsupported(place, reasons::kVault,
                            "parameter \"" + name +
                                "\" is in a vault, which this version cannot read: make it a "
                                "secret");
    } else if (parameter->type == ParameterType::kSecret && in_sql) {
      findings_.Bad(place, reasons::kSecretInSql,
                    "parameter \"" + name +
                        "\" is a secret and cannot be part of SQL or a filter: take it as an "
                        "argument of a Python function");
    }
  }
  void Check(const Filter& filter) {
    for (const std::string& name : filter.parameters) Check(name, filter.text.place, true);
  }
  void Check(const NodeDecl& node) {
    for (const ParameterUse& use : node.parameters) Check(use.parameter, use.place, false);
    for (const InputDecl& input : node.inputs) Check(input.filter);
    Check(node.overwrite_filter);
    for (const std::string& name : node.sql_parameters) Check(name, SqlPlace(node, name), true);
  }

 private:
  static base::Place SqlPlace(const NodeDecl& node, const std::string& name) {
    for (const SqlParameter& use : FindSqlParameters(node.sql)) {
      if (use.name != name) continue;
      const LineColumn at = PlaceOf(node.sql, use.offset);
      return {node.place.file, at.line, at.column};
    }
    return node.place;
  }
  const ProjectGraph& graph_;
  Findings& findings_;
  std::vector<std::string> names_;
};

/// The Python files of the top folder, parsed side by side: the grammar is nearly all of the time
/// that reading a project takes.
std::map<std::string, PyModule> ParseModules(const Snapshot& files) {
  struct Work {
    const Snapshot::value_type* file;
    PyModule module;
  };
  std::vector<Work> work;
  size_t bytes = 0;
  for (const auto& file : files) {
    if (!IsTopLevelPython(file.first)) continue;
    work.push_back({&file, {}});
    bytes += file.second.size();
  }
  // The longest first, so that the threads end together.
  std::sort(work.begin(), work.end(), [](const Work& a, const Work& b) {
    return a.file->second.size() > b.file->second.size();
  });
  std::atomic<size_t> next = 0;
  const auto parse = [&]() noexcept {
    for (size_t i = next++; i < work.size(); i = next++) {
      work[i].module = ParsePython(work[i].file->first, work[i].file->second);
    }
  };
  {
    const size_t processors = std::max(1u, std::jthread::hardware_concurrency());
    const size_t threads = std::min({processors, kParseThreadsMax, bytes / kBytesPerThread});
    std::vector<std::jthread> others;
    for (size_t i = 1; i < std::min(threads, work.size()); ++i) others.emplace_back(parse);
    parse();
  }
  std::map<std::string, PyModule> modules;
  for (Work& done : work) modules.emplace(done.file->first, std::move(done.module));
  return modules;
}

/// The project file of a snapshot; null (and a complaint) unless there is exactly one.
const Snapshot::value_type* FindProjectFile(const Snapshot& files, Findings& findings) {
  const auto yml = files.find("bauplan_project.yml");
  const auto yaml = files.find("bauplan_project.yaml");
  if (yml != files.end() && yaml != files.end()) {
    findings.Bad({yaml->first, 1, 1}, reasons::kTwoFiles,
                 "there are bauplan_project.yml and bauplan_project.yaml: remove one of them");
    return nullptr;
  }
  if (yml == files.end() && yaml == files.end()) {
    findings.Add(base::Error(base::Code::kNotFound, std::string(reasons::kNoFile),
                             "no bauplan_project.yml: `boathouse init` makes a project"));
    return nullptr;
  }
  return yml != files.end() ? &*yml : &*yaml;
}

}  // namespace

std::string SnapshotDigest(const Snapshot& files) {
  base::Sha256Hasher hasher;
  const auto add = [&](const std::string& text) {  // lengths first: no two snapshots look alike
    hasher.Update(std::to_string(text.size()) + ":");
    hasher.Update(text);
  };
  for (const auto& [path, content] : files) {
    add(path);
    add(content);
  }
  return base::ToHex(hasher.Finish());
}

ReadResult ReadProject(const Snapshot& files, const SqlAnalyzer& sql) {
  Findings findings;
  ReadResult result;
  ProjectGraph& graph = result.graph;
  graph.code_digest = SnapshotDigest(files);
  if (const auto* file = FindProjectFile(files, findings)) {
    (void)ReadProjectFile(file->first, file->second, graph, findings);
  }
  if (const auto found = files.find("requirements.txt"); found != files.end()) {
    EnvironmentDecl required;
    ReadRequirements(found->first, found->second, required, findings);
    graph.default_environment.packages.merge(required.packages);  // the project file wins
  }
  const std::map<std::string, PyModule> modules = ParseModules(files);
  for (const auto& [path, module] : modules) {
    for (const base::Error& error : module.syntax_errors) findings.Add(error);
  }
  const PythonNames names(modules);
  TableSchemas schemas(names, findings);
  for (const auto& [path, text] : files) {
    if (const auto module = modules.find(path); module != modules.end()) {
      if (!module->second.syntax_errors.empty()) continue;  // the rest would be guesses
      ReadPythonNodes(module->second, names, schemas, sql, findings, graph.nodes);
    } else if (path.ends_with(".sql")) {
      graph.nodes.push_back(ReadSqlNode(path, text, schemas, sql, findings));
    }
  }
  schemas.ReadAll();
  CheckDuplicates(graph.nodes, findings);
  ParameterCheck parameters(graph, findings);
  for (const NodeDecl& node : graph.nodes) parameters.Check(node);
  result.diagnostics = findings.Take();
  return result;
}

}  // namespace project
