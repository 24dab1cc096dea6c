#include "project/project_file_internal.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <set>

#include "base/rng.h"
#include "model/names.h"
#include "project/options_internal.h"
#include "project/parameter_edit.h"
#include "yaml-cpp/yaml.h"

namespace project {
namespace {

using Handler = std::function<void(const YAML::Node&)>;

class Reader {
 public:
  Reader(const std::string& file, Findings& findings) : file_(file), findings_(findings) {}

  /// Nothing (and a complaint) when the text is no YAML map.
  std::optional<YAML::Node> Root(std::string_view yaml) {
    try {
      YAML::Node root = YAML::Load(std::string(yaml));
      if (root.IsMap()) return root;
      findings_.Bad({file_, 1, 1}, reasons::kBadYaml,
                    "the project file must hold \"project:\" with an id and a name");
    } catch (const YAML::Exception& e) {
      std::string problem = e.msg;
      if (!problem.empty()) problem[0] = static_cast<char>(std::tolower(problem[0]));
      findings_.Bad(PlaceOf(e.mark), reasons::kBadYaml, "not valid YAML: " + problem);
    }
    return std::nullopt;
  }

  void Project(const YAML::Node& root, ProjectGraph& graph) {
    Keys(root, "",
         {{"project", [&](const YAML::Node& node) { Identity(node, graph); }},
          {"defaults", [&](const YAML::Node& node) { Defaults(node, graph); }},
          {"parameters", [&](const YAML::Node& node) { graph.parameters = Parameters(node); }},
          {"include_paths", [&](const YAML::Node& node) { Includes(node); }}});
    if (!root["project"]) {
      findings_.Bad({file_, 1, 1}, reasons::kBadId,
                    "the project file has no \"project:\" with an id");
    }
  }

  std::vector<ParameterDecl> Parameters(const YAML::Node& node) {
    std::vector<ParameterDecl> parameters;
    if (node.IsNull() || !IsMap(node, "parameters")) return parameters;
    std::set<std::string> seen;
    for (const auto& entry : node) {
      ParameterDecl parameter;
      parameter.name = entry.first.Scalar();
      parameter.place = PlaceOf(entry.first.Mark());
      if (!seen.insert(parameter.name).second) {
        findings_.Bad(parameter.place, reasons::kBadParameter,
                      "parameter \"" + parameter.name + "\" is there twice");
        continue;
      }
      if (parameter.name.empty() || parameter.name.find_first_of(" \t.") != std::string::npos) {
        findings_.Bad(parameter.place, reasons::kBadParameter,
                      "parameter name \"" + parameter.name + "\" may not hold spaces or dots");
      }
      Parameter(entry.second, parameter);
      parameters.push_back(std::move(parameter));
    }
    return parameters;
  }

  std::vector<std::string> TakeIncludes() { return std::move(includes_); }

 private:
  base::Place PlaceOf(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file_, 0, 0};
    return {file_, static_cast<uint32_t>(mark.line + 1), static_cast<uint32_t>(mark.column + 1)};
  }
  void Bad(const YAML::Node& node, std::string message) {
    findings_.Bad(PlaceOf(node.Mark()), reasons::kBadValue, std::move(message));
  }
  bool IsMap(const YAML::Node& node, const std::string& what) {
    if (!node.IsMap()) Bad(node, "\"" + what + "\" must be a map of keys and values");
    return node.IsMap();
  }

  /// Calls what is known about each key; warns of the others and of keys that come twice.
  void Keys(const YAML::Node& map, const std::string& where,
            const std::vector<std::pair<std::string, Handler>>& handlers) {
    std::vector<std::string> known;
    for (const auto& [name, handler] : handlers) known.push_back(name);
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const base::Place place = PlaceOf(entry.first.Mark());
      if (!seen.insert(key).second) {
        findings_.Bad(place, reasons::kBadYaml, "key \"" + key + "\" is there twice");
        continue;
      }
      const auto found = std::find_if(handlers.begin(), handlers.end(),
                                      [&](const auto& handler) { return handler.first == key; });
      if (found == handlers.end()) {
        findings_.WarnUnknown(place, reasons::kUnknownKey, "key", where + key,
                              Prefixed(where, known));
      } else {
        found->second(entry.second);
      }
    }
  }
  static std::vector<std::string> Prefixed(const std::string& where,
                                           std::vector<std::string> names) {
    for (std::string& name : names) name = where + name;
    return names;
  }

  Handler Text(const std::string& what, std::string& into) {
    return [this, what, &into](const YAML::Node& node) {
      if (node.IsScalar()) {
        into = node.Scalar();
      } else if (!node.IsNull()) {
        Bad(node, "\"" + what + "\" must be a text");
      }
    };
  }

  void Identity(const YAML::Node& node, ProjectGraph& graph) {
    if (!IsMap(node, "project")) return;
    Keys(node, "project.",
         {{"id", Text("project.id", graph.id)},
          {"name", Text("project.name", graph.name)},
          {"description", Text("project.description", graph.description)}});
    const YAML::Node id = node["id"];
    if (graph.id.empty()) {
      findings_.Bad(PlaceOf(id ? id.Mark() : node.Mark()), reasons::kBadId,
                    "the project has no id: add project.id with a UUID");
    } else if (!base::IsUuid(graph.id)) {
      findings_.Bad(PlaceOf(id.Mark()), reasons::kBadId,
                    "project.id \"" + graph.id + "\" is no UUID");
    }
    for (char& c : graph.id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }

  void Defaults(const YAML::Node& node, ProjectGraph& graph) {
    if (node.IsNull() || !IsMap(node, "defaults")) return;
    Keys(node, "defaults.",
         {{"namespace", [&](const YAML::Node& value) { Namespace(value, graph); }},
          {"timeout", [&](const YAML::Node& value) { Timeout(value, graph); }},
          {"python", [&](const YAML::Node& value) { Python(value, graph.default_environment); }}});
  }

  void Namespace(const YAML::Node& node, ProjectGraph& graph) {
    Text("defaults.namespace", graph.default_namespace)(node);
    if (graph.default_namespace.empty()) return;
    if (auto parsed = model::ParseNamespace(graph.default_namespace); !parsed.ok()) {
      findings_.Bad(PlaceOf(node.Mark()), reasons::kBadName, parsed.error().message);
    }
  }

  void Timeout(const YAML::Node& node, ProjectGraph& graph) {
    double seconds = 0;
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !(seconds > 0) ||
        seconds > 1e9) {
      findings_.Bad(PlaceOf(node.Mark()), reasons::kBadResource,
                    "defaults.timeout must be a number of seconds above zero");
      return;
    }
    graph.default_time_max = base::Duration(static_cast<int64_t>(seconds * 1e6));
  }

  void Python(const YAML::Node& node, EnvironmentDecl& environment) {
    if (node.IsNull() || !IsMap(node, "defaults.python")) return;
    Keys(node, "defaults.python.",
         {{"version",
           [&](const YAML::Node& value) {
             std::string version;
             Text("defaults.python.version", version)(value);
             if (!version.empty()) {
               ReadPythonVersion({version, PlaceOf(value.Mark())}, environment, findings_);
             }
           }},
          {"packages", [&](const YAML::Node& value) { Packages(value, environment); }}});
  }

  void Packages(const YAML::Node& node, EnvironmentDecl& environment) {
    if (node.IsNull()) return;
    if (!node.IsSequence()) return Bad(node, "\"defaults.python.packages\" must be a list");
    for (const YAML::Node& item : node) {
      if (!IsMap(item, "each package")) continue;
      std::string name, version;
      Keys(item, "", {{"name", Text("name", name)}, {"version", Text("version", version)}});
      ReadPackage(name, {version, PlaceOf(item.Mark())}, environment, findings_);
    }
  }

  void Parameter(const YAML::Node& node, ParameterDecl& parameter) {
    if (!IsMap(node, "parameters." + parameter.name)) return;
    std::string type = "str", required, default_text;
    std::optional<YAML::Node> default_node;
    Keys(node, "",
         {{"type", Text("type", type)},
          {"default", [&](const YAML::Node& value) { default_node = value; }},
          {"required", Text("required", required)},
          {"description", Text("description", parameter.description)},
          {"key", Text("key", parameter.key)}});
    const std::optional<ParameterType> known = ParseParameterType(type);
    if (!known) {
      static const std::vector<std::string> kTypes = {"str",  "int",    "float",
                                                      "bool", "secret", "vault"};
      findings_.Bad(PlaceOf(node["type"].Mark()), reasons::kBadParameter,
                    "unknown type \"" + type + "\" of parameter \"" + parameter.name + "\"" +
                        base::DidYouMean(type, kTypes) + "; there are str, int, float and bool");
      return;
    }
    parameter.type = *known;
    if (!required.empty()) {
      parameter.required = required == "true" || required == "True";
      if (!parameter.required && required != "false" && required != "False") {
        Bad(node["required"], "\"required\" must be true or false");
      }
    }
    if (default_node && !default_node->IsNull()) Default(*default_node, parameter);
  }

  void Default(const YAML::Node& node, ParameterDecl& parameter) {
    if (!node.IsScalar()) {
      return Bad(node, "the default of parameter \"" + parameter.name + "\" must be one value");
    }
    if (parameter.type == ParameterType::kSecret || parameter.type == ParameterType::kVault) {
      parameter.secret_text = node.Scalar();
      return;
    }
    auto value = ParseParameterValue(parameter.type, node.Scalar());
    if (value.ok()) {
      parameter.default_value = std::move(value).value();
    } else {
      findings_.Bad(PlaceOf(node.Mark()), reasons::kBadParameterValue,
                    "default of parameter \"" + parameter.name + "\": " + value.error().message);
    }
  }

  void Includes(const YAML::Node& node) {
    if (node.IsNull()) return;
    if (!node.IsSequence()) return Bad(node, "\"include_paths\" must be a list of patterns");
    for (const YAML::Node& item : node) {
      std::string pattern;
      Text("each pattern of include_paths", pattern)(item);
      while (pattern.starts_with("./")) pattern.erase(0, 2);
      const bool climbs = pattern == ".." || pattern.starts_with("../") ||
                          pattern.find("/../") != std::string::npos;
      if (pattern.starts_with("/") || climbs || !pattern.ends_with(".sql")) {
        findings_.Bad(PlaceOf(item.Mark()), reasons::kBadInclude,
                      "pattern \"" + pattern +
                          "\" is not allowed: it must be relative, without .., and end in .sql");
        continue;
      }
      includes_.push_back(std::move(pattern));
    }
  }

  std::string file_;
  Findings& findings_;
  std::vector<std::string> includes_;
};

}  // namespace

std::vector<std::string> ReadProjectFile(const std::string& file, std::string_view yaml,
                                         ProjectGraph& graph, Findings& findings) {
  graph.project_file = file;
  Reader reader(file, findings);
  const std::optional<YAML::Node> root = reader.Root(yaml);
  if (!root) return {};
  try {
    reader.Project(*root, graph);
  } catch (const YAML::Exception& e) {
    findings.Bad({file, 0, 0}, reasons::kBadYaml, "cannot be read: " + e.msg);
  }
  return reader.TakeIncludes();
}

std::vector<ParameterDecl> ReadParameters(const std::string& file, std::string_view yaml,
                                          Findings& findings) {
  Reader reader(file, findings);
  const std::optional<YAML::Node> root = reader.Root(yaml);
  if (!root) return {};
  try {
    const YAML::Node node = (*root)["parameters"];
    if (!node) return {};
    return reader.Parameters(node);
  } catch (const YAML::Exception& e) {
    findings.Bad({file, 0, 0}, reasons::kBadYaml, "cannot be read: " + e.msg);
    return {};
  }
}

void ReadRequirements(const std::string& file, std::string_view text, EnvironmentDecl& environment,
                      Findings& findings) {
  uint32_t number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (const size_t comment = line.find('#'); comment != std::string::npos) line.resize(comment);
    std::erase_if(line, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
    if (line.empty()) continue;
    const base::Place place{file, number, 1};
    if (line.front() == '-' || line.find_first_of(";[@/") != std::string::npos) {
      findings.Bad(place, reasons::kBadPackage,
                   "\"" + line + "\" is not supported: write name==version, one a line");
      continue;
    }
    const size_t operation = line.find_first_of("=<>!~");
    std::string version = operation == std::string::npos ? "" : line.substr(operation);
    if (version.starts_with("==")) version.erase(0, 2);
    ReadPackage(line.substr(0, operation), {version, place}, environment, findings);
  }
}

}  // namespace project
