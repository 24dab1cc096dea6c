#include <algorithm>
#include <charconv>

#include "project/options_internal.h"
#include "project/python_project_internal.h"

namespace project {
namespace {
using Kind = PyExpr::Kind;

bool IsStar(const std::vector<PlacedText>& columns) {
  return columns.size() == 1 && columns[0].text == "*";
}

/// Values of arguments, with a complaint where they are not what they must be.
class Arguments {
 public:
  Arguments(const PyModule& module, const PythonNames& names, Findings& findings)
      : module_(module), names_(names), findings_(findings) {}

  /// Null (and a complaint) when the argument is no literal that we can read.
  const PyExpr* Literal(const PyExpr& expr, const std::string& what) {
    const PyExpr* value = names_.Resolve(module_, expr);
    if (value == nullptr || value->kind == Kind::kOther || value->kind == Kind::kCall ||
        value->kind == Kind::kSubscript || value->kind == Kind::kUnion) {
      findings_.Bad(expr.place, reasons::kNotLiteral,
                    what + " must be a literal, or a name bound once to one, not \"" +
                        expr.text.substr(0, 40) + "\"");
      return nullptr;
    }
    return value;
  }

  /// Nothing for None.
  std::optional<PlacedText> Text(const PyExpr& expr, const std::string& what) {
    const PyExpr* value = Literal(expr, what);
    if (value == nullptr || value->kind == Kind::kNone) return std::nullopt;
    if (value->kind != Kind::kString) {
      Bad(expr, what + " must be a text");
      return std::nullopt;
    }
    return PlacedText{value->text, expr.place};
  }

  /// A text, or a list or tuple of texts.
  std::vector<PlacedText> Texts(const PyExpr& expr, const std::string& what, bool one_allowed) {
    std::vector<PlacedText> texts;
    const PyExpr* value = Literal(expr, what);
    if (value == nullptr || value->kind == Kind::kNone) return texts;
    if (value->kind == Kind::kString && one_allowed) return {{value->text, expr.place}};
    if (value->kind != Kind::kList && value->kind != Kind::kTuple) {
      Bad(expr, what + " must be a list of texts");
      return texts;
    }
    for (const PyExpr& item : value->children) {
      if (std::optional<PlacedText> text = Text(item, "each entry of " + what)) {
        texts.push_back(*std::move(text));
      }
    }
    return texts;
  }

  std::optional<bool> Boolean(const PyExpr& expr, const std::string& what) {
    const PyExpr* value = Literal(expr, what);
    if (value == nullptr || value->kind == Kind::kNone) return std::nullopt;
    if (value->kind != Kind::kTrue && value->kind != Kind::kFalse) {
      Bad(expr, what + " must be True or False");
      return std::nullopt;
    }
    return value->kind == Kind::kTrue;
  }

  std::optional<double> Number(const PyExpr& expr, const std::string& what) {
    const PyExpr* value = Literal(expr, what);
    if (value == nullptr || value->kind == Kind::kNone) return std::nullopt;
    double number = 0;
    const std::string& text = value->text;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if ((value->kind != Kind::kInteger && value->kind != Kind::kFloat) || read.ec != std::errc() ||
        read.ptr != text.data() + text.size() || !(number > 0)) {
      findings_.Bad(expr.place, reasons::kBadResource, what + " must be a number above zero");
      return std::nullopt;
    }
    return number;
  }

  void Bad(const PyExpr& expr, const std::string& message) {
    findings_.Bad(expr.place, reasons::kBadArgument, message);
  }

 private:
  const PyModule& module_;
  const PythonNames& names_;
  Findings& findings_;
};

class NodeReader {
 public:
  NodeReader(const PyModule& module, const PythonNames& names, TableSchemas& schemas,
             const SqlAnalyzer& sql, Findings& findings)
      : module_(module),
        names_(names),
        schemas_(schemas),
        sql_(sql),
        findings_(findings),
        arguments_(module, names, findings) {}

  std::optional<NodeDecl> Read(const PyFunction& function) {
    NodeDecl node;
    node.name = node.function = function.name;
    node.place = function.place;
    bool model = false, expectation = false, other = false;
    for (const PyExpr& decorator : function.decorators) {
      const PyExpr& called = decorator.kind == Kind::kCall ? decorator.children[0] : decorator;
      const std::string path = names_.PathOf(module_, called);
      if (!path.starts_with("bauplan.")) continue;
      const std::string name = path.substr(path.rfind('.') + 1);
      if (decorator.kind != Kind::kCall) {
        findings_.Bad(decorator.place, reasons::kBadDecorator,
                      "decorator \"" + name + "\" needs parentheses: @bauplan." + name + "()");
      }
      (name == "model" ? model : name == "expectation" ? expectation : other) = true;
      Decorator(name, decorator, node);
    }
    if (!model && !expectation) {
      if (other) {
        findings_.Warn(function.place, reasons::kBadDecorator,
                       "function \"" + function.name +
                           "\" is neither a model nor an expectation: it never runs by itself");
      }
      return std::nullopt;
    }
    if (model && expectation) {
      findings_.Bad(function.place, reasons::kBadDecorator,
                    "\"" + function.name + "\" cannot be a model and an expectation at once");
    }
    node.kind = expectation ? NodeDeclKind::kExpectation : NodeDeclKind::kPythonModel;
    for (const PyParameter& parameter : function.parameters) Parameter(parameter, node);
    if (function.returns && model) Returns(*function.returns, node);
    CheckNode(node, findings_);
    return node;
  }

 private:
  void Decorator(const std::string& name, const PyExpr& call, NodeDecl& node) {
    static const std::vector<std::string> kNames = {"model", "expectation", "python", "resources",
                                                    "extras"};
    if (name == "model") {
      Model(call, node);
    } else if (name == "python") {
      Python(call, node);
    } else if (name == "resources") {
      Resources(call, node);
    } else if (name == "extras") {
      findings_.Unsupported(call.place, reasons::kExtras,
                            "extras of the package are not supported yet: list what the function "
                            "needs in @bauplan.python(pip={...})");
    } else if (name != "expectation") {
      findings_.Bad(call.place, reasons::kBadDecorator,
                    "unknown decorator \"" + name + "\"" + base::DidYouMean(name, kNames));
    }
  }

  void Model(const PyExpr& call, NodeDecl& node) {
    static const std::vector<std::string> kKnown = {
        "name",           "columns",          "partitioned_by", "materialization_strategy",
        "cache_strategy", "overwrite_filter", "internet_access"};
    if (call.kind != Kind::kCall) return;
    if (call.children.size() > 1) Name(call.children[1], node);
    if (call.children.size() > 2) {
      findings_.Bad(call.children[2].place, reasons::kBadArgument,
                    "arguments of @bauplan.model after the name need their keywords");
    }
    for (const PyKeyword& keyword : call.keywords) {
      const std::string& key = keyword.name;
      const PyExpr& value = keyword.value;
      if (key == "name") {
        Name(value, node);
      } else if (key == "columns") {
        node.columns = arguments_.Texts(value, key, false);
        if (IsStar(node.columns)) node.columns.clear();
      } else if (key == "partitioned_by") {
        ReadPartitions(arguments_.Texts(value, key, true), node, findings_);
      } else if (key == "materialization_strategy") {
        if (const auto text = arguments_.Text(value, key)) ReadStrategy(*text, node, findings_);
      } else if (key == "cache_strategy") {
        if (const auto text = arguments_.Text(value, key)) {
          ReadCacheStrategy(*text, node, findings_);
        }
      } else if (key == "overwrite_filter") {
        if (const auto text = arguments_.Text(value, key)) {
          node.overwrite_filter = ReadOverwriteFilter(*text, findings_);
        }
      } else if (key == "internet_access") {
        node.internet_access = arguments_.Boolean(value, key).value_or(false);
      } else {
        findings_.WarnUnknown(keyword.place, reasons::kUnknownKeyword, "keyword of model", key,
                              kKnown);
      }
    }
  }

  void Name(const PyExpr& value, NodeDecl& node) {
    if (const auto text = arguments_.Text(value, "name")) node.name = text->text;
  }

  void Python(const PyExpr& call, NodeDecl& node) {
    if (call.kind != Kind::kCall) return;
    if (call.children.size() > 1) PythonVersion(call.children[1], node);
    if (call.children.size() > 2) Packages(call.children[2], node);
    for (const PyKeyword& keyword : call.keywords) {
      if (keyword.name == "version") {
        PythonVersion(keyword.value, node);
      } else if (keyword.name == "pip") {
        Packages(keyword.value, node);
      } else {
        findings_.WarnUnknown(keyword.place, reasons::kUnknownKeyword, "keyword of python",
                              keyword.name, {"version", "pip"});
      }
    }
  }

  void PythonVersion(const PyExpr& value, NodeDecl& node) {
    if (const auto text = arguments_.Text(value, "version")) {
      ReadPythonVersion(*text, node.environment, findings_);
    }
  }

  void Packages(const PyExpr& expr, NodeDecl& node) {
    const PyExpr* value = arguments_.Literal(expr, "pip");
    if (value == nullptr || value->kind == Kind::kNone) return;
    if (value->kind != Kind::kDict) {
      return arguments_.Bad(expr, "pip must be a dictionary of package names and versions");
    }
    for (size_t i = 0; i + 1 < value->children.size(); i += 2) {
      const auto name = arguments_.Text(value->children[i], "each package of pip");
      const auto version = arguments_.Text(value->children[i + 1], "each version of pip");
      if (name && version) ReadPackage(name->text, *version, node.environment, findings_);
    }
  }

  void Resources(const PyExpr& call, NodeDecl& node) {
    if (call.kind != Kind::kCall) return;
    static const std::vector<std::string> kKnown = {"cpus", "memory", "memory_swap", "timeout"};
    std::vector<PyKeyword> keywords = call.keywords;
    for (size_t i = 1; i < call.children.size() && i <= kKnown.size(); ++i) {
      keywords.push_back({kKnown[i - 1], call.children[i], call.children[i].place});
    }
    for (const PyKeyword& keyword : keywords) {
      if (keyword.name == "cpus") {
        node.resources.cpus = arguments_.Number(keyword.value, "cpus");
      } else if (keyword.name == "memory") {
        node.resources.memory_bytes = Memory(keyword.value);
      } else if (keyword.name == "memory_swap") {
        (void)Memory(keyword.value);  // functions get no swap; the value must make sense
      } else if (keyword.name == "timeout") {
        if (const auto seconds = arguments_.Number(keyword.value, "timeout")) {
          node.resources.time_max =
              base::Duration(static_cast<int64_t>(std::min(*seconds, 1e9) * 1e6));
        }
      } else {
        findings_.WarnUnknown(keyword.place, reasons::kUnknownKeyword, "keyword of resources",
                              keyword.name, kKnown);
      }
    }
  }

  std::optional<uint64_t> Memory(const PyExpr& expr) {
    const PyExpr* value = arguments_.Literal(expr, "memory");
    if (value == nullptr || value->kind == Kind::kNone) return std::nullopt;
    std::optional<uint64_t> bytes;
    if (value->kind == Kind::kString || value->kind == Kind::kInteger ||
        value->kind == Kind::kFloat) {
      bytes = ParseMemory(value->text);
    }
    if (!bytes) {
      findings_.Bad(expr.place, reasons::kBadResource,
                    "memory \"" + value->text.substr(0, 40) +
                        "\" is none; write it as \"1G\", \"512M\" or a number of megabytes");
    }
    return bytes;
  }

  void Parameter(const PyParameter& parameter, NodeDecl& node) {
    if (parameter.variadic) {
      return findings_.Bad(parameter.place, reasons::kUnboundArgument,
                           "\"" + node.function + "\" cannot take \"" + parameter.name +
                               "\": every argument must be a bauplan.Model or bauplan.Parameter");
    }
    std::vector<const PyExpr*> bound;
    if (parameter.default_value) Collect(*parameter.default_value, bound);
    if (parameter.annotation && parameter.annotation->kind == Kind::kSubscript &&
        names_.PathOf(module_, parameter.annotation->children[0]) == "typing.Annotated") {
      const auto& parts = parameter.annotation->children;
      for (size_t i = 2; i < parts.size(); ++i) Collect(parts[i], bound);
    }
    if (bound.size() > 1) {
      return findings_.Bad(bound[1]->place, reasons::kUnboundArgument,
                           "argument \"" + parameter.name + "\" is bound twice");
    }
    if (bound.empty()) {
      if (parameter.default_value) return;  // Python's own default
      return findings_.Bad(parameter.place, reasons::kUnboundArgument,
                           "argument \"" + parameter.name + "\" of \"" + node.function +
                               "\" has no source: give it bauplan.Model('table') or "
                               "bauplan.Parameter('name')");
    }
    const PyExpr& call = *bound[0];
    if (names_.IsOurs(module_, call.children[0], "Model")) {
      Input(parameter.name, call, node);
    } else {
      Use(parameter.name, call, node);
    }
  }

  /// Calls of Model and Parameter.
  void Collect(const PyExpr& expr, std::vector<const PyExpr*>& bound) const {
    if (expr.kind != Kind::kCall) return;
    if (names_.IsOurs(module_, expr.children[0], "Model") ||
        names_.IsOurs(module_, expr.children[0], "Parameter")) {
      bound.push_back(&expr);
    }
  }

  void Use(const std::string& argument, const PyExpr& call, NodeDecl& node) {
    const PyExpr* value = call.children.size() > 1 ? &call.children[1] : nullptr;
    for (const PyKeyword& keyword : call.keywords) {
      if (keyword.name == "name" || keyword.name == "param_name") value = &keyword.value;
    }
    if (value == nullptr) {
      return arguments_.Bad(call, "bauplan.Parameter needs the name of a parameter");
    }
    if (const auto text = arguments_.Text(*value, "the name of a parameter")) {
      node.parameters.push_back({argument, text->text, text->place});
    }
  }

  void Input(const std::string& argument, const PyExpr& call, NodeDecl& node) {
    InputDecl input;
    input.argument = argument;
    input.place = call.place;
    for (size_t i = 1; i < call.children.size(); ++i) {
      const PyExpr& value = call.children[i];
      static constexpr std::string_view kOrder[] = {"name", "columns", "filter"};
      if (i > std::size(kOrder)) {
        arguments_.Bad(value, "arguments of bauplan.Model after the third need their keywords");
        break;
      }
      const bool schema = i == 2 && schemas_.IsSchema(module_, value);
      InputKeyword(schema ? "projection_schema" : std::string(kOrder[i - 1]), value, value.place,
                   input);
    }
    for (const PyKeyword& keyword : call.keywords) {
      InputKeyword(keyword.name, keyword.value, keyword.place, input);
    }
    if (input.model.empty()) {
      return arguments_.Bad(call, "bauplan.Model needs the name of a table or model");
    }
    if (input.contract && input.columns.empty()) {
      for (const std::string& column : input.contract->columns) {
        input.columns.push_back({column, call.place});
      }
    }
    node.inputs.push_back(std::move(input));
  }

  void InputKeyword(const std::string& key, const PyExpr& value, const base::Place& place,
                    InputDecl& input) {
    static const std::vector<std::string> kKnown = {"name", "columns", "filter", "ref",
                                                    "projection_schema"};
    if (key == "name") {
      if (const auto text = arguments_.Text(value, "the name of a table")) {
        input.model = text->text;
      }
    } else if (key == "columns") {
      input.columns = arguments_.Texts(value, key, false);
      if (IsStar(input.columns)) input.columns.clear();
    } else if (key == "filter") {
      if (const auto text = arguments_.Text(value, key)) {
        input.filter = ReadFilter(*text, sql_, findings_);
      }
    } else if (key == "ref") {
      if (const auto text = arguments_.Text(value, key)) input.ref = text->text;
    } else if (key == "projection_schema") {
      if (value.kind != Kind::kNone) input.contract = schemas_.Read(module_, value);
    } else if (key.starts_with("connector")) {
      if (value.kind == Kind::kNone) return;
      findings_.Unsupported(place, reasons::kConnectors,
                            "tables of other warehouses (" + key +
                                "=) are not supported yet: import the table first");
    } else {
      findings_.WarnUnknown(place, reasons::kUnknownKeyword, "keyword of Model", key, kKnown);
    }
  }

  void Returns(const PyExpr& type, NodeDecl& node) {
    if (type.kind != Kind::kSubscript) return;
    if (names_.PathOf(module_, type.children[0]) != "typing.Annotated") return;
    for (size_t i = 2; i < type.children.size(); ++i) {
      const PyExpr& extra = type.children[i];
      if (extra.kind != Kind::kName && extra.kind != Kind::kAttribute) continue;
      node.contract = schemas_.Read(module_, extra);
    }
  }

  const PyModule& module_;
  const PythonNames& names_;
  TableSchemas& schemas_;
  const SqlAnalyzer& sql_;
  Findings& findings_;
  Arguments arguments_;
};

}  // namespace

void ReadPythonNodes(const PyModule& module, const PythonNames& names, TableSchemas& schemas,
                     const SqlAnalyzer& sql, Findings& findings, std::vector<NodeDecl>& nodes) {
  NodeReader reader(module, names, schemas, sql, findings);
  for (const PyFunction& function : module.functions) {
    if (std::optional<NodeDecl> node = reader.Read(function)) nodes.push_back(*std::move(node));
  }
}

}  // namespace project
