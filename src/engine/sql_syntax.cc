#include "engine/sql_syntax_internal.h"

#include <cctype>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "duckdb/common/error_data.hpp"
#include "duckdb/parser/expression/columnref_expression.hpp"
#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/parser.hpp"
#include "duckdb/parser/query_node/cte_node.hpp"
#include "duckdb/parser/query_node/recursive_cte_node.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/query_node/set_operation_node.hpp"
#include "duckdb/parser/statement/explain_statement.hpp"
#include "duckdb/parser/statement/select_statement.hpp"
#include "duckdb/parser/tableref/list.hpp"
#include "engine/reasons.h"
#include "engine/sql_derived_internal.h"
#include "engine/sql_never_null_internal.h"
#include "engine/sql_predicate_internal.h"
#include "engine/sql_tokens_internal.h"

namespace engine::internal {
namespace {

using duckdb::ExpressionClass;
using duckdb::ParsedExpression;
using duckdb::QueryNodeType;
using duckdb::TableReferenceType;
using Names = std::set<std::string>;  // folded

/// A WITH query: where it is read, if it is read once and filters may go into it.
struct With {
  std::optional<Derived> derived;
  size_t uses = 0;
  size_t scope = 0;  // of the last use
};
using Withs = std::map<std::string, std::shared_ptr<With>>;  // by folded name

// Functions in FROM that read nothing but their arguments.
const Names& AllowedTableFunctions() {
  static const Names kNames = {"range",     "generate_series", "unnest", "repeat",
                               "json_each", "json_tree",       "summary"};
  return kNames;
}

// Scalar functions that see the machine or keep state.
const Names& RefusedFunctions() {
  static const Names kNames = {"getenv",
                               "write_log",
                               "nextval",
                               "currval",
                               "read_text",
                               "current_setting",
                               "parse_duckdb_log_message",
                               "which_secret",
                               "getvariable",
                               "query",
                               "query_table"};
  return kNames;
}

bool LooksLikeFile(const std::string& name) {
  if (name.find_first_of("/\\*:") != std::string::npos) return true;
  const std::string folded = Fold(name);
  for (const char* ending : {".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz", ".db",
                             ".arrow", ".txt", ".zst", ".xlsx", ".duckdb"}) {
    if (folded.size() > std::string_view(ending).size() && folded.ends_with(ending)) return true;
  }
  return false;
}

size_t OffsetOf(duckdb::optional_idx location) {
  return location.IsValid() ? location.GetIndex() : 0;
}

class Walker {
 public:
  Walker(const std::string& sql, ParsedSql* out) : sql_(sql), out_(*out) {}

  void Statement(duckdb::QueryNode& node) {
    Node(node, {});
    for (const auto& with : withs_) {
      if (with->uses == 1 && with->derived)
        out_.scopes[with->scope].derived.push_back(*with->derived);
    }
  }

 private:
  /// What the node's columns are, where filters on them may go into it.
  std::optional<Derived> Node(duckdb::QueryNode& node, Withs ctes) {
    std::optional<Derived> derived;
    for (auto& entry : node.cte_map.map) {
      duckdb::QueryNode& query = *entry.second->query->node;
      auto with = std::make_shared<With>();
      Withs inner = ctes;
      if (query.type == QueryNodeType::RECURSIVE_CTE_NODE) inner[Fold(entry.first)] = with;
      with->derived = Node(query, inner);
      if (!entry.second->aliases.empty() || !entry.second->key_targets.empty())
        with->derived.reset();
      ctes[Fold(entry.first)] = with;
      withs_.push_back(std::move(with));
    }
    switch (node.type) {
      case QueryNodeType::SELECT_NODE:
        derived = Select(node.Cast<duckdb::SelectNode>(), ctes);
        break;
      case QueryNodeType::SET_OPERATION_NODE:
        for (auto& child : node.Cast<duckdb::SetOperationNode>().children) Node(*child, ctes);
        break;
      case QueryNodeType::RECURSIVE_CTE_NODE: {
        auto& recursive = node.Cast<duckdb::RecursiveCTENode>();
        Withs inner = ctes;
        inner[Fold(recursive.ctename)] = std::make_shared<With>();
        Node(*recursive.left, inner);
        Node(*recursive.right, inner);
        break;
      }
      case QueryNodeType::CTE_NODE: {
        auto& cte = node.Cast<duckdb::CTENode>();
        if (cte.query) Node(*cte.query, ctes);
        ctes[Fold(cte.ctename)] = std::make_shared<With>();
        if (cte.child) Node(*cte.child, ctes);
        break;
      }
      default:
        break;
    }
    duckdb::ParsedExpressionIterator::EnumerateQueryNodeModifiers(
        node, [&](duckdb::unique_ptr<ParsedExpression>& child) { Expression(child.get(), ctes); });
    return derived;
  }

  struct Position {
    size_t scope;
    bool nullable;
  };

  std::optional<Derived> Select(duckdb::SelectNode& select, const Withs& ctes) {
    const size_t scope = out_.scopes.size();
    out_.scopes.emplace_back();
    const bool sampled = select.sample != nullptr;
    if (select.from_table) Ref(*select.from_table, ctes, {scope, sampled});
    if (select.where_clause) {
      SplitConjuncts(*select.where_clause, &out_.scopes[scope].conjuncts);
      Expression(select.where_clause.get(), ctes);
    }
    for (auto& item : select.select_list) Expression(item.get(), ctes);
    for (auto& item : select.groups.group_expressions) Expression(item.get(), ctes);
    Expression(select.having.get(), ctes);
    Expression(select.qualify.get(), ctes);
    return DerivedOf(select, scope, out_.scopes[scope].sources);
  }

  void Ref(duckdb::TableRef& ref, const Withs& ctes, Position at) {
    at.nullable = at.nullable || ref.sample != nullptr;
    if (ref.type != TableReferenceType::JOIN) ++out_.scopes[at.scope].sources;
    switch (ref.type) {
      case TableReferenceType::BASE_TABLE:
        return Base(ref.Cast<duckdb::BaseTableRef>(), ctes, at);
      case TableReferenceType::JOIN:
        return Join(ref.Cast<duckdb::JoinRef>(), ctes, at);
      case TableReferenceType::SUBQUERY:
        return Subquery(ref.Cast<duckdb::SubqueryRef>(), ctes, at);
      case TableReferenceType::TABLE_FUNCTION:
        return Function(ref.Cast<duckdb::TableFunctionRef>(), ctes);
      case TableReferenceType::EXPRESSION_LIST:
        for (auto& row : ref.Cast<duckdb::ExpressionListRef>().values) {
          for (auto& value : row) Expression(value.get(), ctes);
        }
        return;
      case TableReferenceType::PIVOT:
        return Pivot(ref.Cast<duckdb::PivotRef>(), ctes, at);
      case TableReferenceType::SHOW_REF:
        return Show(ref.Cast<duckdb::ShowRef>(), ctes);
      default:
        return;
    }
  }

  void Base(duckdb::BaseTableRef& base, const Withs& ctes, Position at) {
    const auto with = ctes.find(Fold(base.table_name));
    if (base.schema_name.empty() && base.catalog_name.empty() && with != ctes.end()) {
      return Use(*with->second, base, at);
    }
    TableUse use;
    if (!base.catalog_name.empty()) use.parts.push_back(base.catalog_name);
    if (!base.schema_name.empty()) use.parts.push_back(base.schema_name);
    use.parts.push_back(base.table_name);
    use.alias = base.alias;
    use.offset = OffsetOf(base.query_location);
    // Columns that the query renames are not found by their stored names.
    use.nullable = at.nullable || base.at_clause != nullptr || !base.column_name_alias.empty();
    if (LooksLikeFile(base.table_name))
      RefuseFile("the file \"" + base.table_name + "\"", use.offset);
    out_.scopes[at.scope].tables.push_back(out_.tables.size());
    out_.tables.push_back(std::move(use));
  }

  static void Use(With& with, const duckdb::BaseTableRef& base, Position at) {
    ++with.uses;
    with.scope = at.scope;
    if (at.nullable || !base.column_name_alias.empty()) with.derived.reset();
    if (with.derived) with.derived->alias = base.alias.empty() ? base.table_name : base.alias;
  }

  void Subquery(duckdb::SubqueryRef& ref, const Withs& ctes, Position at) {
    std::optional<Derived> derived = Node(*ref.subquery->node, ctes);
    if (!derived || at.nullable || !ref.column_name_alias.empty()) return;
    derived->alias = ref.alias;
    out_.scopes[at.scope].derived.push_back(*std::move(derived));
  }

  void Join(duckdb::JoinRef& join, const Withs& ctes, Position at) {
    bool left = at.nullable;
    bool right = at.nullable;
    const bool inner = join.type == duckdb::JoinType::INNER &&
                       join.ref_type != duckdb::JoinRefType::POSITIONAL &&
                       join.ref_type != duckdb::JoinRefType::ASOF;
    if (!inner) {
      right = true;
      left = left || join.type == duckdb::JoinType::RIGHT || join.type == duckdb::JoinType::OUTER ||
             join.ref_type == duckdb::JoinRefType::POSITIONAL;
      if (join.type == duckdb::JoinType::RIGHT && join.ref_type == duckdb::JoinRefType::REGULAR) {
        right = at.nullable;
      }
    }
    Ref(*join.left, ctes, {at.scope, left});
    Ref(*join.right, ctes, {at.scope, right});
    if (!join.condition) return;
    if (inner && !at.nullable) SplitConjuncts(*join.condition, &out_.scopes[at.scope].conjuncts);
    Expression(join.condition.get(), ctes);
  }

  void Function(duckdb::TableFunctionRef& ref, const Withs& ctes) {
    if (ref.function && ref.function->GetExpressionClass() == ExpressionClass::FUNCTION) {
      const auto& call = ref.function->Cast<duckdb::FunctionExpression>();
      if (!AllowedTableFunctions().contains(Fold(call.function_name))) {
        RefuseFile("the table function \"" + call.function_name + "\"",
                   OffsetOf(ref.query_location));
      }
      for (const auto& child : call.children) Expression(child.get(), ctes);
    }
    if (ref.subquery) Node(*ref.subquery->node, ctes);
  }

  void Pivot(duckdb::PivotRef& pivot, const Withs& ctes, Position at) {
    Ref(*pivot.source, ctes, {at.scope, true});
    for (auto& item : pivot.aggregates) Expression(item.get(), ctes);
    for (auto& column : pivot.pivots) {
      for (auto& item : column.pivot_expressions) Expression(item.get(), ctes);
      if (column.subquery) Node(*column.subquery, ctes);
    }
  }

  void Show(duckdb::ShowRef& show, const Withs& ctes) {
    out_.kind = StatementKind::kDescribe;
    if (show.query) {
      Node(*show.query, ctes);
      return;
    }
    std::string name;
    for (const std::string& part : {show.catalog_name, show.schema_name, show.table_name}) {
      if (part.empty()) continue;
      name += (name.empty() ? "" : ".") + part;
    }
    out_.described = std::move(name);
  }

  void Expression(ParsedExpression* expression, const Withs& ctes) {
    if (expression == nullptr) return;
    if (expression->GetExpressionClass() == ExpressionClass::COLUMN_REF) {
      const auto& names = expression->Cast<duckdb::ColumnRefExpression>().column_names;
      ColumnUse use{{names.begin(), names.end()}, std::nullopt};
      if (expression->query_location.IsValid()) use.offset = expression->query_location.GetIndex();
      out_.columns.push_back(std::move(use));
    }
    if (expression->GetExpressionClass() == ExpressionClass::FUNCTION) {
      const auto& call = expression->Cast<duckdb::FunctionExpression>();
      if (RefusedFunctions().contains(Fold(call.function_name))) {
        RefuseFile("the function \"" + call.function_name + "\"",
                   OffsetOf(expression->query_location));
      }
    }
    if (expression->GetExpressionClass() == ExpressionClass::SUBQUERY) {
      Node(*expression->Cast<duckdb::SubqueryExpression>().subquery->node, ctes);
    }
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        *expression,
        [&](duckdb::unique_ptr<ParsedExpression>& child) { Expression(child.get(), ctes); });
  }

  void RefuseFile(const std::string& what, size_t offset) {
    if (out_.file_access) return;
    out_.file_access = base::Error(base::Code::kPermissionDenied, reason::kNoFileAccess,
                                   what + " is not available in queries: queries read tables only")
                           .At(PlaceAt(sql_, offset));
  }

  const std::string& sql_;
  ParsedSql& out_;
  std::vector<std::shared_ptr<With>> withs_;
};

base::Error SyntaxError(const std::exception& exception, const std::string& sql, size_t shift) {
  const duckdb::ErrorData error(exception);
  std::string message = error.RawMessage();
  if (const size_t line = message.find('\n'); line != std::string::npos) message.resize(line);
  base::Error out(base::Code::kUserCode, reason::kBadSql, message);
  const auto position = error.ExtraInfo().find("position");
  if (position != error.ExtraInfo().end()) {
    size_t offset = 0;
    const std::string& text = position->second;
    std::from_chars(text.data(), text.data() + text.size(), offset);
    out.place = PlaceAt(sql, offset < shift ? 0 : offset - shift);
  }
  return out;
}

bool HasLimit(const duckdb::QueryNode& node) {
  for (const auto& modifier : node.modifiers) {
    if (modifier->type == duckdb::ResultModifierType::LIMIT_MODIFIER ||
        modifier->type == duckdb::ResultModifierType::LIMIT_PERCENT_MODIFIER) {
      return true;
    }
  }
  return false;
}

void ReadStatement(duckdb::SQLStatement& statement, const std::string& sql, ParsedSql* out) {
  if (statement.type == duckdb::StatementType::SELECT_STATEMENT) {
    out->kind = StatementKind::kSelect;
    out->read_only = true;
    duckdb::QueryNode& node = *statement.Cast<duckdb::SelectStatement>().node;
    out->has_limit = HasLimit(node);
    out->never_null = NeverNull(node);
    Walker(sql, out).Statement(node);
  } else if (statement.type == duckdb::StatementType::EXPLAIN_STATEMENT) {
    ReadStatement(*statement.Cast<duckdb::ExplainStatement>().stmt, sql, out);
    out->kind = StatementKind::kExplain;
  }
}

std::vector<std::string> WordsOf(const std::string& sql) {
  const auto tokens = Tokenize(sql);
  std::vector<std::string> words;
  if (!tokens.ok()) return words;
  for (const Token& token : *tokens) {
    if (token.kind == Token::Kind::kComment) continue;
    words.push_back(Fold(std::string_view(sql).substr(token.begin, token.end - token.begin)));
  }
  while (!words.empty() && words.back() == ";") words.pop_back();
  return words;
}

// `DESCRIBE name` is `DESCRIBE SELECT * FROM name` to the parser.
void FindDescribed(const std::string& sql, ParsedSql* out) {
  if (out->kind != StatementKind::kDescribe || out->tables.size() != 1) return;
  const std::vector<std::string> words = WordsOf(sql);
  const std::vector<std::string>& parts = out->tables[0].parts;
  const bool describes = words[0] == "describe" || words[0] == "desc" || words[0] == "show";
  if (words.size() != 2 * parts.size()) return;
  out->bare_table = words[0] == "summarize";
  if (!describes) return;
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : ".") + part;
  out->described = std::move(name);
}

// SHOW TABLES is a pragma to the parser; it is recognised by its words.
bool IsShowTables(const std::string& sql) {
  const std::vector<std::string> words = WordsOf(sql);
  return words == std::vector<std::string>{"show", "tables"} ||
         words == std::vector<std::string>{"show", "all", "tables"};
}

}  // namespace

base::Result<ParsedSql> ParseSql(const std::string& sql) {
  ParsedSql out;
  if (IsShowTables(sql)) {
    out.kind = StatementKind::kShowTables;
    out.read_only = true;
    return out;
  }
  try {
    duckdb::Parser parser;
    parser.ParseQuery(sql);
    if (parser.statements.size() != 1) {
      const size_t second = parser.statements.size() < 2 ? 0 : parser.statements[1]->stmt_location;
      return base::Error(base::Code::kUserCode, reason::kBadSql,
                         parser.statements.empty() ? "the SQL text holds no statement"
                                                   : "only one statement is allowed")
          .At(PlaceAt(sql, second));
    }
    ReadStatement(*parser.statements[0], sql, &out);
    FindDescribed(sql, &out);
    return out;
  } catch (const std::exception& exception) {
    return SyntaxError(exception, sql, 0);
  }
}

namespace {

bool IsAggregateName(const std::string& name) {
  static const Names kNames = {"sum",       "count",      "count_star", "avg",
                               "min",       "max",        "median",     "first",
                               "last",      "stddev",     "mean",       "list",
                               "array_agg", "string_agg", "any_value",  "approx_count_distinct"};
  return kNames.contains(Fold(name));
}

bool IsArithmetic(const std::string& name) {
  static const Names kNames = {"+",  "-", "*", "/", "//", "%", "||",
                               "**", "^", "&", "|", "<<", ">>"};
  return kNames.contains(name);
}

bool IsBoolean(const ParsedExpression& expression) {
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::COMPARISON:
    case ExpressionClass::BETWEEN:
    case ExpressionClass::COLUMN_REF:
    case ExpressionClass::CASE:
      return true;
    case ExpressionClass::CONJUNCTION: {
      bool all = true;
      duckdb::ParsedExpressionIterator::EnumerateChildren(
          expression, [&](const ParsedExpression& child) { all = all && IsBoolean(child); });
      return all;
    }
    case ExpressionClass::OPERATOR:
      switch (expression.GetExpressionType()) {
        case duckdb::ExpressionType::OPERATOR_NOT:
        case duckdb::ExpressionType::COMPARE_IN:
        case duckdb::ExpressionType::COMPARE_NOT_IN:
        case duckdb::ExpressionType::OPERATOR_IS_NULL:
        case duckdb::ExpressionType::OPERATOR_IS_NOT_NULL:
        case duckdb::ExpressionType::OPERATOR_COALESCE:
          return true;
        default:
          return false;
      }
    case ExpressionClass::FUNCTION:
      return !IsArithmetic(expression.Cast<duckdb::FunctionExpression>().function_name);
    default: {
      const auto literal = ToLiteral(expression);
      return literal && literal->type.id == columnar::TypeId::kBoolean;
    }
  }
}

void CheckParts(const ParsedExpression& expression, ParsedFilter* out) {
  const auto refuse = [&](const std::string& what) {
    if (!out->refused) out->refused = what;
  };
  if (expression.HasAlias()) refuse("an alias");
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::SUBQUERY:
      return refuse("a subquery");
    case ExpressionClass::STAR:
      return refuse("a star");
    case ExpressionClass::WINDOW:
      return refuse("a window function");
    case ExpressionClass::PARAMETER:
      return refuse("a parameter without a value");
    case ExpressionClass::POSITIONAL_REFERENCE:
      return refuse("a column by position");
    case ExpressionClass::DEFAULT:
      return refuse("DEFAULT");
    case ExpressionClass::COLUMN_REF: {
      const auto& names = expression.Cast<duckdb::ColumnRefExpression>().column_names;
      out->columns.push_back({{names.begin(), names.end()}, std::nullopt});
      break;
    }
    case ExpressionClass::FUNCTION: {
      const auto& call = expression.Cast<duckdb::FunctionExpression>();
      if (IsAggregateName(call.function_name))
        refuse("the aggregate \"" + call.function_name + "\"");
      const bool is_row = call.function_name == "row";
      const bool is_word = std::isalpha(static_cast<unsigned char>(call.function_name[0])) != 0;
      const bool is_sign = call.function_name == "-" || call.function_name == "+";
      if (is_row) refuse("a list of expressions");
      if (!is_word && !is_sign && call.children.size() == 1) {
        refuse("the operator \"" + call.function_name + "\" here");
      }
      if (RefusedFunctions().contains(Fold(call.function_name))) {
        refuse("the function \"" + call.function_name + "\"");
      }
      break;
    }
    default:
      break;
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(
      expression, [&](const ParsedExpression& child) { CheckParts(child, out); });
}

// F-062: comparisons and IN lists of a column with literals, joined by AND and OR.
std::optional<std::string> BeyondOverwrite(const ParsedExpression& expression) {
  std::optional<std::string> beyond;
  const auto operands = [&] {
    duckdb::ParsedExpressionIterator::EnumerateChildren(
        expression, [&](const ParsedExpression& child) {
          const bool fine = child.GetExpressionClass() == ExpressionClass::COLUMN_REF ||
                            ToLiteral(child).has_value();
          if (!fine && !beyond) beyond = child.ToString();
        });
  };
  switch (expression.GetExpressionClass()) {
    case ExpressionClass::CONJUNCTION:
      duckdb::ParsedExpressionIterator::EnumerateChildren(expression,
                                                          [&](const ParsedExpression& child) {
                                                            if (!beyond)
                                                              beyond = BeyondOverwrite(child);
                                                          });
      return beyond;
    case ExpressionClass::COMPARISON:
      operands();
      if (!beyond && ToPredicate(expression).op == columnar::Predicate::Op::kUnknown) {
        beyond = expression.ToString();
      }
      return beyond;
    case ExpressionClass::OPERATOR:
      if (expression.GetExpressionType() == duckdb::ExpressionType::COMPARE_IN ||
          expression.GetExpressionType() == duckdb::ExpressionType::COMPARE_NOT_IN) {
        operands();
        return beyond;
      }
      return expression.ToString();
    default:
      return expression.ToString();
  }
}

}  // namespace

base::Result<ParsedFilter> ParseFilterExpression(const std::string& expression) {
  const std::string prefix = "SELECT 1 WHERE (";
  try {
    duckdb::Parser parser;
    parser.ParseQuery(prefix + expression + "\n)");
    ParsedFilter out;
    if (parser.statements.size() != 1 ||
        parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
      out.refused = "another statement";
      return out;
    }
    const auto& node = *parser.statements[0]->Cast<duckdb::SelectStatement>().node;
    if (node.type != QueryNodeType::SELECT_NODE || !node.modifiers.empty()) {
      out.refused = "another clause";
      return out;
    }
    const auto& select = node.Cast<duckdb::SelectNode>();
    if (!select.where_clause || select.having || select.qualify || select.sample ||
        !select.groups.group_expressions.empty()) {
      out.refused = "another clause";
      return out;
    }
    CheckParts(*select.where_clause, &out);
    if (!out.refused && !IsBoolean(*select.where_clause)) {
      out.refused = "a value that is not true or false";
    }
    out.predicate = ToPredicate(*select.where_clause);
    out.beyond_f062 = BeyondOverwrite(*select.where_clause);
    return out;
  } catch (const std::exception& exception) {
    return SyntaxError(exception, expression, prefix.size());
  }
}

}  // namespace engine::internal
