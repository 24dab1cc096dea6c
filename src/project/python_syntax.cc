#include "project/python_syntax_internal.h"

#include <cstring>
#include <memory>

#include "project/reasons.h"
#include "tree_sitter/api.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace project {
namespace {

constexpr size_t kSyntaxErrorsMax = 5;  // per file; later ones mostly follow from the first
constexpr int kDepthMax = 200;
constexpr uint64_t kParseMicrosMax = 20'000'000;

void AppendUtf8(std::string& text, uint32_t c) {
  const auto push = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xc0 | (c >> 6));
    push(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    push(0xe0 | (c >> 12));
    push(0x80 | ((c >> 6) & 0x3f));
    push(0x80 | (c & 0x3f));
  } else {
    push(0xf0 | (c >> 18));
    push(0x80 | ((c >> 12) & 0x3f));
    push(0x80 | ((c >> 6) & 0x3f));
    push(0x80 | (c & 0x3f));
  }
}

/// Reads `digits` hexadecimal digits at `at` and moves behind them; false when there are fewer.
bool ReadHex(std::string_view raw, size_t& at, size_t digits, uint32_t& value) {
  value = 0;
  for (size_t i = 0; i < digits; ++i, ++at) {
    if (at >= raw.size()) return false;
    const char c = raw[at];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  return value < 0x110000;
}

/// The value of a string's content; nothing for an escape we do not read (\N{...}, octal).
std::optional<std::string> Unescape(std::string_view raw) {
  static constexpr std::string_view kFrom = "ntr\\'\"abfv0\n";
  static constexpr std::string_view kTo("\n\t\r\\'\"\a\b\f\v\0", 11);
  std::string text;
  for (size_t at = 0; at < raw.size();) {
    const char c = raw[at++];
    if (c != '\\') {
      text += c;
      continue;
    }
    if (at >= raw.size()) return std::nullopt;
    const char e = raw[at++];
    uint32_t value = 0;
    if (e == 'x' || e == 'u' || e == 'U') {
      if (!ReadHex(raw, at, e == 'x' ? 2 : e == 'u' ? 4 : 8, value)) return std::nullopt;
      AppendUtf8(text, value);
    } else if (const size_t known = kFrom.find(e); known != std::string_view::npos) {
      if (known < kTo.size()) text += kTo[known];  // an escaped line end is nothing
    } else if (e == 'N' || (e >= '1' && e <= '7')) {
      return std::nullopt;
    } else {
      text += '\\';
      text += e;
    }
  }
  return text;
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view text) : text_(text) { module_.file = file; }

  PyModule Read() {
    const std::unique_ptr<TSParser, decltype(&ts_parser_delete)> parser(ts_parser_new(),
                                                                        ts_parser_delete);
    ts_parser_set_language(parser.get(), tree_sitter_python());
    ts_parser_set_timeout_micros(parser.get(), kParseMicrosMax);
    const std::unique_ptr<TSTree, decltype(&ts_tree_delete)> tree(
        ts_parser_parse_string(parser.get(), nullptr, text_.data(),
                               static_cast<uint32_t>(text_.size())),
        ts_tree_delete);
    if (!tree) {
      module_.syntax_errors.push_back(
          base::Error(base::Code::kInvalidArgument, std::string(reasons::kPythonSyntax),
                      "the file takes longer to read than any program would")
              .At({module_.file, 1, 1}));
      return std::move(module_);
    }
    const TSNode root = ts_tree_root_node(tree.get());
    if (ts_node_has_error(root)) FindErrors(root);
    Statements(root, true, 0);
    for (const auto& [name, count] : module_.bindings) {
      if (count != 1) module_.constants.erase(name);
    }
    return std::move(module_);
  }

 private:
  // Small views on the tree.
  static bool Is(TSNode node, const char* type) {
    return std::strcmp(ts_node_type(node), type) == 0;
  }
  static TSNode Child(TSNode node, std::string_view field) {
    return ts_node_child_by_field_name(node, field.data(), static_cast<uint32_t>(field.size()));
  }
  std::string_view Text(TSNode node) const {
    const uint32_t start = ts_node_start_byte(node);
    return text_.substr(start, ts_node_end_byte(node) - start);
  }
  std::string Name(TSNode node) const { return std::string(Text(node)); }
  base::Place PlaceOf(TSNode node) {
    const TSPoint at = ts_node_start_point(node);
    const size_t start = ts_node_start_byte(node);
    // Nodes are mostly asked for from left to right: a long line is counted once.
    if (at.row != counted_.row || start < counted_.byte) {
      counted_ = {at.row, start - at.column, 1};
    }
    for (; counted_.byte < start; ++counted_.byte) {
      if ((static_cast<unsigned char>(text_[counted_.byte]) & 0xc0) != 0x80) ++counted_.column;
    }
    return {module_.file, at.row + 1, counted_.column};
  }
  /// By a cursor: the nth child is found by counting from the first.
  template <class F>
  static void EachChild(TSNode node, F visit) {
    TSTreeCursor cursor = ts_tree_cursor_new(node);
    for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
         more = ts_tree_cursor_goto_next_sibling(&cursor)) {
      visit(ts_tree_cursor_current_node(&cursor));
    }
    ts_tree_cursor_delete(&cursor);
  }
  template <class F>
  static void EachNamed(TSNode node, F visit) {
    EachChild(node, [&](TSNode child) {
      if (ts_node_is_named(child) && !Is(child, "comment")) visit(child);
    });
  }

  /// The bracket or quote that opens what no token closes, if there is one: the grammar makes one
  /// error of all the code around it, and it is what a person has to mend.
  static std::optional<TSNode> Unclosed(TSNode root) {
    std::vector<TSNode> open;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    for (bool more = true; more;) {
      if (ts_tree_cursor_goto_first_child(&cursor)) continue;
      Match(ts_tree_cursor_current_node(&cursor), open);
      while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
        more = ts_tree_cursor_goto_parent(&cursor);
        if (!more) break;
      }
    }
    ts_tree_cursor_delete(&cursor);
    if (open.empty()) return std::nullopt;
    return open.back();
  }
  static void Match(TSNode leaf, std::vector<TSNode>& open) {
    static constexpr std::pair<const char*, const char*> kPairs[] = {
        {"(", ")"}, {"[", "]"}, {"{", "}"}, {"string_start", "string_end"}};
    if (ts_node_is_missing(leaf)) return;
    for (const auto& [opens, closes] : kPairs) {
      if (Is(leaf, opens)) open.push_back(leaf);
      if (Is(leaf, closes) && !open.empty() && Is(open.back(), opens)) open.pop_back();
    }
  }

  void FindErrors(TSNode root) {
    const std::optional<TSNode> unclosed = Unclosed(root);
    FindErrors(root, unclosed ? ts_node_start_byte(*unclosed) : UINT32_MAX, 0);
    if (!unclosed) return;
    // Behind a stray quote on the same line a bracket is text that was read as code.
    const uint32_t line = PlaceOf(*unclosed).line;
    for (const base::Error& error : module_.syntax_errors) {
      if (error.place.line == line) return;
    }
    AddSyntaxError(*unclosed, "\"" + Name(*unclosed) + "\" is never closed");
  }
  /// Those that end before `limit`, the innermost of nested ones.
  void FindErrors(TSNode node, uint32_t limit, int depth) {
    if (module_.syntax_errors.size() >= kSyntaxErrorsMax || depth > kDepthMax) return;
    if (!ts_node_has_error(node) || ts_node_start_byte(node) >= limit) return;
    if (ts_node_is_missing(node)) {
      return AddSyntaxError(node, "\"" + std::string(ts_node_type(node)) + "\" is missing here");
    }
    const size_t before = module_.syntax_errors.size();
    EachChild(node, [&](TSNode child) { FindErrors(child, limit, depth + 1); });
    if (!Is(node, "ERROR") || module_.syntax_errors.size() > before) return;
    if (ts_node_end_byte(node) > limit) return;
    std::string near(Text(node).substr(0, 40));
    near = near.substr(0, near.find('\n'));
    AddSyntaxError(node, "python syntax error near \"" + near + "\"");
  }
  void AddSyntaxError(TSNode node, std::string message) {
    module_.syntax_errors.push_back(base::Error(base::Code::kInvalidArgument,
                                                std::string(reasons::kPythonSyntax),
                                                std::move(message))
                                        .At(PlaceOf(node)));
  }

  /// `top` is false inside of if, for, try and with: names bound there are no constants.
  void Statements(TSNode block, bool top, int depth) {
    if (depth > kDepthMax) return;
    EachNamed(block, [&](TSNode node) { Statement(node, top, depth); });
  }

  void Statement(TSNode node, bool top, int depth) {
    if (Is(node, "import_statement")) return Import(node);
    if (Is(node, "import_from_statement")) return ImportFrom(node);
    if (Is(node, "function_definition")) return Function(node, {});
    if (Is(node, "class_definition")) return Class(node);
    if (Is(node, "decorated_definition")) return Decorated(node);
    if (Is(node, "assignment")) return Assignment(node, top);
    if (Is(node, "augmented_assignment")) return Bind(Child(node, "left"), 2);
    if (Is(node, "delete_statement")) return Bind(node, 2);
    if (Is(node, "named_expression")) return Bind(Child(node, "name"), 2);
    if (Is(node, "lambda") || Is(node, "string")) return;
    if (Is(node, "for_statement")) Bind(Child(node, "left"), 2);
    if (Is(node, "as_pattern_target")) return Bind(node, 2);
    Statements(node, top && Is(node, "expression_statement"), depth + 1);
  }

  /// Every name inside of a target; `times` 2 makes it no constant.
  void Bind(TSNode target, int times, int depth = 0) {
    if (ts_node_is_null(target) || depth > kDepthMax) return;
    if (Is(target, "attribute") || Is(target, "subscript")) return BindRoot(target);
    if (Is(target, "identifier")) {
      module_.bindings[Name(target)] += times;
      return;
    }
    EachNamed(target, [&](TSNode child) { Bind(child, times, depth + 1); });
  }
  /// x[0] = 1 and x.y = 1 change what x is.
  void BindRoot(TSNode target) {
    while (Is(target, "attribute") || Is(target, "subscript")) {
      target = Child(target, Is(target, "attribute") ? "object" : "value");
      if (ts_node_is_null(target)) return;
    }
    if (Is(target, "identifier")) module_.bindings[Name(target)] += 2;
  }

  void Assignment(TSNode node, bool top, int depth = 0) {
    if (depth > kDepthMax) return;
    const TSNode left = Child(node, "left");
    const TSNode right = Child(node, "right");
    if (ts_node_is_null(right)) return;  // a bare annotation
    Bind(left, top ? 1 : 2);
    if (Is(right, "assignment")) return Assignment(right, top, depth + 1);
    if (top && Is(left, "identifier")) module_.constants[Name(left)] = Expression(right, 0);
  }

  void ImportName(const std::string& local, std::string path) {
    ++module_.bindings[local];
    module_.imports[local] = std::move(path);
  }
  void Import(TSNode node) {
    EachNamed(node, [&](TSNode child) {
      if (Is(child, "aliased_import")) {
        ImportName(Name(Child(child, "alias")), Name(Child(child, "name")));
      } else if (Is(child, "dotted_name")) {
        const std::string root = Name(child).substr(0, Name(child).find('.'));
        ImportName(root, root);
      }
    });
  }
  void ImportFrom(TSNode node) {
    const TSNode from = Child(node, "module_name");
    std::string path = Name(from);
    while (!path.empty() && path.front() == '.') path.erase(0, 1);
    EachNamed(node, [&](TSNode child) {
      if (ts_node_start_byte(child) == ts_node_start_byte(from)) return;
      if (Is(child, "wildcard_import")) {
        module_.star_imports.push_back(path);
      } else if (Is(child, "aliased_import")) {
        ImportName(Name(Child(child, "alias")), path + "." + Name(Child(child, "name")));
      } else if (Is(child, "dotted_name")) {
        ImportName(Name(child), path + "." + Name(child));
      }
    });
  }

  void Decorated(TSNode node) {
    std::vector<PyExpr> decorators;
    EachNamed(node, [&](TSNode child) {
      if (!Is(child, "decorator")) return;
      EachNamed(child, [&](TSNode inner) { decorators.push_back(Expression(inner, 0)); });
    });
    const TSNode definition = Child(node, "definition");
    if (ts_node_is_null(definition)) return;
    if (Is(definition, "function_definition")) {
      Function(definition, std::move(decorators));
    } else {
      Class(definition);
    }
  }

  void Function(TSNode node, std::vector<PyExpr> decorators) {
    const TSNode name = Child(node, "name");
    if (ts_node_is_null(name)) return;
    PyFunction function{Name(name), PlaceOf(name), std::move(decorators), {}, {}};
    ++module_.bindings[function.name];
    const TSNode parameters = Child(node, "parameters");
    if (!ts_node_is_null(parameters)) {
      EachNamed(parameters, [&](TSNode child) { Parameter(child, function); });
    }
    const TSNode returns = Child(node, "return_type");
    if (!ts_node_is_null(returns)) function.returns = Expression(returns, 0);
    module_.functions.push_back(std::move(function));
  }

  void Parameter(TSNode node, PyFunction& function) {
    PyParameter parameter;
    parameter.place = PlaceOf(node);
    if (Is(node, "identifier")) {
      parameter.name = Name(node);
    } else if (Is(node, "typed_parameter")) {
      const TSNode name = ts_node_named_child(node, 0);
      parameter.variadic = !Is(name, "identifier");
      parameter.name = Name(name);
    } else if (Is(node, "default_parameter") || Is(node, "typed_default_parameter")) {
      parameter.name = Name(Child(node, "name"));
      parameter.default_value = Expression(Child(node, "value"), 0);
    } else if (Is(node, "list_splat_pattern") || Is(node, "dictionary_splat_pattern")) {
      parameter.name = Name(node);
      parameter.variadic = true;
    } else {
      return;  // "*" and "/"
    }
    const TSNode type = Child(node, "type");
    if (!ts_node_is_null(type)) parameter.annotation = Expression(type, 0);
    function.parameters.push_back(std::move(parameter));
  }

  void Class(TSNode node) {
    const TSNode name = Child(node, "name");
    if (ts_node_is_null(name)) return;
    PyClass found{Name(name), PlaceOf(name), {}, {}};
    ++module_.bindings[found.name];
    const TSNode bases = Child(node, "superclasses");
    if (!ts_node_is_null(bases)) {
      EachNamed(bases, [&](TSNode base) { found.bases.push_back(Expression(base, 0)); });
    }
    const TSNode body = Child(node, "body");
    if (!ts_node_is_null(body)) {
      EachNamed(body, [&](TSNode statement) {
        if (!Is(statement, "expression_statement")) return;
        const TSNode field = ts_node_named_child(statement, 0);
        if (ts_node_is_null(field) || !Is(field, "assignment")) return;
        const TSNode type = Child(field, "type");
        if (ts_node_is_null(type)) return;
        const TSNode left = Child(field, "left");
        found.fields.push_back({Name(left), Expression(type, 0), PlaceOf(left)});
      });
    }
    module_.classes.push_back(std::move(found));
  }

  PyExpr Expression(TSNode node, int depth) {
    PyExpr expr;
    expr.place = PlaceOf(node);
    expr.text = Name(node);
    if (depth > kDepthMax) return expr;
    using Kind = PyExpr::Kind;
    if (Is(node, "type") || Is(node, "parenthesized_expression")) {
      return ts_node_named_child_count(node) == 1
                 ? Expression(ts_node_named_child(node, 0), depth + 1)
                 : expr;
    }
    static constexpr std::pair<const char*, Kind> kLeaves[] = {
        {"identifier", Kind::kName}, {"none", Kind::kNone},   {"true", Kind::kTrue},
        {"false", Kind::kFalse},     {"float", Kind::kFloat}, {"integer", Kind::kInteger}};
    for (const auto& [type, kind] : kLeaves) {
      if (!Is(node, type)) continue;
      expr.kind = kind;
      return expr;
    }
    if (Is(node, "string") || Is(node, "concatenated_string")) return String(node, std::move(expr));
    if (Is(node, "attribute")) {
      expr.kind = Kind::kAttribute;
      expr.text = Name(Child(node, "attribute"));
      expr.children.push_back(Expression(Child(node, "object"), depth + 1));
      return expr;
    }
    if (Is(node, "call")) return Call(node, std::move(expr), depth);
    return Composite(node, std::move(expr), depth);
  }

  PyExpr Composite(TSNode node, PyExpr expr, int depth) {
    using Kind = PyExpr::Kind;
    const auto add = [&](TSNode child) { expr.children.push_back(Expression(child, depth + 1)); };
    if (Is(node, "list") || Is(node, "tuple")) {
      expr.kind = Is(node, "list") ? Kind::kList : Kind::kTuple;
      EachNamed(node, add);
    } else if (Is(node, "dictionary")) {
      expr.kind = Kind::kDict;
      EachNamed(node, [&](TSNode pair) {
        if (!Is(pair, "pair")) {
          expr.kind = Kind::kOther;  // **other
          return;
        }
        add(Child(pair, "key"));
        add(Child(pair, "value"));
      });
    } else if (Is(node, "subscript")) {
      expr.kind = Kind::kSubscript;
      EachNamed(node, add);
    } else if (Is(node, "generic_type")) {
      expr.kind = Kind::kSubscript;
      add(ts_node_named_child(node, 0));
      EachNamed(ts_node_named_child(node, 1), add);
    } else if (Is(node, "union_type")) {
      expr.kind = Kind::kUnion;
      EachNamed(node, add);
    } else if (Is(node, "binary_operator") && Text(Child(node, "operator")) == "|") {
      expr.kind = Kind::kUnion;
      add(Child(node, "left"));
      add(Child(node, "right"));
    } else if (Is(node, "unary_operator") && Text(Child(node, "operator")) == "-") {
      expr.kind = Kind::kNegative;
      add(Child(node, "argument"));
    } else if (Is(node, "member_type")) {
      expr.kind = Kind::kAttribute;
      add(ts_node_named_child(node, 0));
      expr.text = Name(ts_node_named_child(node, 1));
    }
    return expr;
  }

  PyExpr Call(TSNode node, PyExpr expr, int depth) {
    const TSNode arguments = Child(node, "arguments");
    if (ts_node_is_null(arguments) || !Is(arguments, "argument_list")) return expr;
    expr.kind = PyExpr::Kind::kCall;
    expr.children.push_back(Expression(Child(node, "function"), depth + 1));
    EachNamed(arguments, [&](TSNode child) {
      if (Is(child, "keyword_argument")) {
        const TSNode name = Child(child, "name");
        expr.keywords.push_back(
            {Name(name), Expression(Child(child, "value"), depth + 1), PlaceOf(name)});
      } else {
        expr.children.push_back(Expression(child, depth + 1));
      }
    });
    return expr;
  }

  /// Stays kOther for f-strings with holes, bytes, and escapes we do not read.
  PyExpr String(TSNode node, PyExpr expr) {
    if (Is(node, "concatenated_string")) {
      std::string whole;
      bool plain = true;
      EachNamed(node, [&](TSNode part) {
        const PyExpr piece = Expression(part, 0);
        plain = plain && piece.kind == PyExpr::Kind::kString;
        whole += piece.text;
      });
      if (!plain) return expr;
      expr.kind = PyExpr::Kind::kString;
      expr.text = std::move(whole);
      return expr;
    }
    const uint32_t count = ts_node_child_count(node);
    if (count < 2) return expr;
    const TSNode start = ts_node_child(node, 0);
    const TSNode end = ts_node_child(node, count - 1);
    bool interpolated = false;
    EachChild(node, [&](TSNode child) { interpolated |= Is(child, "interpolation"); });
    if (interpolated) return expr;
    bool raw = false;
    for (const char c : Text(start)) {
      if (c == 'b' || c == 'B') return expr;
      raw = raw || c == 'r' || c == 'R';
    }
    const uint32_t from = ts_node_end_byte(start);
    const std::string_view content = text_.substr(from, ts_node_start_byte(end) - from);
    std::optional<std::string> value = raw ? std::string(content) : Unescape(content);
    if (!value) return expr;
    expr.kind = PyExpr::Kind::kString;
    expr.text = *std::move(value);
    return expr;
  }

  struct Counted {
    uint32_t row = UINT32_MAX;
    size_t byte = 0;
    uint32_t column = 1;
  };
  std::string_view text_;
  PyModule module_;
  Counted counted_;  // where PlaceOf stopped
};

}  // namespace

PyModule ParsePython(const std::string& file, std::string_view text) {
  return Reader(file, text).Read();
}

}  // namespace project
