#include "engine/sql_rewrite_internal.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/nearest.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

std::string Joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ".") + part;
  return out;
}

// DuckDB folds case: the second of two columns that differ by case only gets another name.
std::vector<std::string> NamesForDuck(const columnar::Schema& schema) {
  std::set<std::string> folded;
  std::vector<std::string> names;
  for (const columnar::Field& field : schema.fields) {
    std::string name = field.name;
    for (int n = 1; !folded.insert(Fold(name)).second; ++n) {
      name = field.name + "__case" + std::to_string(n);
    }
    names.push_back(std::move(name));
  }
  return names;
}

bool IsUnder(const std::string& path, const std::vector<std::string>& folders) {
  const std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  for (const std::string& folder : folders) {
    const auto relative =
        normal.lexically_relative(std::filesystem::path(folder).lexically_normal());
    if (!relative.empty() && *relative.begin() != "..") return true;
  }
  return false;
}

// DuckDB would expand it.
bool IsPattern(const std::string& path) {
  return path.find_first_of("*?[") != std::string::npos;
}

class Rewriter {
 public:
  Rewriter(const base::Context& ctx, const Query& query, const ParsedSql& parsed,
           SqlEngine::Database& database)
      : ctx_(ctx), query_(query), parsed_(parsed), database_(database) {}

  base::Result<RewrittenSql> Run() {
    ASSIGN_OR_RETURN(tokens_, Tokenize(query_.sql));
    RETURN_IF_ERROR(FindSources());
    std::vector<const columnar::Schema*> schemas;
    for (const auto& source : sources_) schemas.push_back(&source->schema());
    const std::vector<columnar::Predicate> predicates = PredicatesOfTables(parsed_, schemas);
    NameAliases();
    for (size_t i = 0; i < parsed_.tables.size(); ++i) {
      RETURN_IF_ERROR(ReplaceTable(i, predicates[i]));
    }
    for (const ColumnUse& column : parsed_.columns) ReplaceColumn(column);
    AddLimit();
    std::sort(out_.edits.begin(), out_.edits.end(),
              [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    out_.sql = ApplyEdits(query_.sql, out_.edits);
    return std::move(out_);
  }

 private:
  base::Status FindSources() {
    for (const TableUse& table : parsed_.tables) {
      const std::string name = Joined(table.parts);
      const auto found = query_.tables.find(name);
      if (found == query_.tables.end()) {
        std::vector<std::string> known;
        for (const auto& [key, unused] : query_.tables) known.push_back(key);
        return base::Error(base::Code::kUserCode, reason::kUnknownTable,
                           "no table \"" + name + "\"" + base::DidYouMean(name, known))
            .Set("table", name)
            .At(PlaceAt(query_.sql, table.offset));
      }
      sources_.push_back(found->second);
    }
    return base::Ok();
  }

  // A table keeps its own name; two tables whose last parts are equal keep their whole names.
  void NameAliases() {
    for (const TableUse& table : parsed_.tables) {
      if (!table.alias.empty()) {
        aliases_.push_back(table.alias);
        continue;
      }
      const bool shared =
          std::any_of(parsed_.tables.begin(), parsed_.tables.end(), [&](const TableUse& other) {
            return other.alias.empty() && EqualsFolded(other.parts.back(), table.parts.back()) &&
                   other.parts != table.parts;
          });
      aliases_.push_back(shared ? Joined(table.parts) : table.parts.back());
    }
  }

  base::Status ReplaceTable(size_t index, const columnar::Predicate& predicate) {
    const TableUse& table = parsed_.tables[index];
    const auto& source = sources_[index];
    std::vector<std::string> names = NamesForDuck(source->schema());
    bool renamed = false;
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& stored = source->schema().fields[i].name;
      if (names[i] == stored) continue;
      renamed = true;
      out_.stored_names[names[i]] = stored;
      duck_names_[stored] = names[i];
    }
    std::string text;
    if (!renamed) {
      ASSIGN_OR_RETURN(text, FastPath(*source, predicate));
    }
    if (text.empty()) {
      const int64_t number = database_.NextNumber();
      auto scan = std::make_shared<TableScan>();
      *scan = TableScan{source, std::move(names), predicate, ctx_, nullptr};
      out_.scans[number] = std::move(scan);
      text = std::string(kScanFunction) + "(" + std::to_string(number) + ")";
    }
    if (table.alias.empty()) text += " AS " + QuoteName(aliases_[index]);
    if (parsed_.bare_table) text = "SELECT * FROM " + text;
    out_.edits.push_back({table.offset,
                          EndOfName(query_.sql, tokens_, table.offset, table.parts.size()),
                          std::move(text)});
    return base::Ok();
  }

  base::Result<std::string> FastPath(TableSource& source, const columnar::Predicate& predicate) {
    const auto& folders = database_.options().readable_folders;
    if (folders.empty() || !database_.options().reads_plain_files) return std::string();
    ASSIGN_OR_RETURN(const auto paths, source.PlainParquetPaths(ctx_, predicate));
    if (!paths || paths->empty()) return std::string();
    std::string list;
    for (const std::string& path : *paths) {
      if (!IsUnder(path, folders) || IsPattern(path)) return std::string();
      list += (list.empty() ? "" : ", ") + QuoteText(path);
    }
    // The same columns in the same order, whatever order the files have.
    std::string columns;
    for (const columnar::Field& field : source.schema().fields) {
      columns += (columns.empty() ? "" : ", ") + QuoteName(field.name);
    }
    return "(SELECT " + columns + " FROM read_parquet([" + list +
           "], hive_partitioning = false, union_by_name = false))";
  }

  // `ns.t.column` → alias.column, and columns that have another name in DuckDB.
  void ReplaceColumn(const ColumnUse& column) {
    if (!column.offset) return;
    for (size_t i = 0; i < parsed_.tables.size(); ++i) {
      const TableUse& table = parsed_.tables[i];
      const size_t depth = table.parts.size();
      if (depth < 2 || !table.alias.empty() || column.parts.size() <= depth) continue;
      if (!std::equal(table.parts.begin(), table.parts.end(), column.parts.begin())) continue;
      out_.edits.push_back({*column.offset, EndOfName(query_.sql, tokens_, *column.offset, depth),
                            QuoteName(aliases_[i])});
      break;
    }
    const auto renamed = duck_names_.find(column.parts.back());
    if (renamed == duck_names_.end()) return;
    const size_t end = EndOfName(query_.sql, tokens_, *column.offset, column.parts.size());
    for (const Token& token : tokens_) {
      if (token.end == end && token.begin >= *column.offset) {
        out_.edits.push_back({token.begin, token.end, QuoteName(renamed->second)});
      }
    }
  }

  void AddLimit() {
    const bool wanted =
        query_.rows_max > 0 && !parsed_.has_limit && parsed_.kind == StatementKind::kSelect;
    if (!wanted) return;
    size_t end = query_.sql.size();
    for (auto token = tokens_.rbegin(); token != tokens_.rend(); ++token) {
      if (token->kind == Token::Kind::kComment) continue;
      if (query_.sql[token->begin] == ';' && token->kind == Token::Kind::kSymbol) continue;
      end = token->end;
      break;
    }
    out_.edits.push_back({end, query_.sql.size(), " LIMIT " + std::to_string(query_.rows_max)});
  }

  const base::Context& ctx_;
  const Query& query_;
  const ParsedSql& parsed_;
  SqlEngine::Database& database_;
  std::vector<Token> tokens_;
  std::vector<std::shared_ptr<TableSource>> sources_;
  std::vector<std::string> aliases_;
  std::map<std::string, std::string> duck_names_;  // stored → name in DuckDB
  RewrittenSql out_;
};

}  // namespace

base::Result<RewrittenSql> Rewrite(const base::Context& ctx, const Query& query,
                                   const ParsedSql& parsed, SqlEngine::Database& database) {
  return Rewriter(ctx, query, parsed, database).Run();
}

size_t OriginalOffset(const std::vector<Edit>& edits, size_t offset) {
  size_t added = 0;    // in the rewritten text up to here
  size_t removed = 0;  // in the user's
  for (const Edit& edit : edits) {
    const size_t begin = edit.begin + added - removed;
    if (offset < begin) break;
    if (offset < begin + edit.text.size()) return edit.begin;
    added += edit.text.size();
    removed += edit.end - edit.begin;
  }
  return offset + removed - added;
}

}  // namespace engine::internal
