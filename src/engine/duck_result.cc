#include "engine/duck_result_internal.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/builder.h>
#include <arrow/c/bridge.h>
#include <arrow/table.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>

#include <set>

#include "columnar/canonical.h"
#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/query_watch_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

constexpr int64_t kBatchRowsMin = 64 * 1024;

// Owns one running query: connection, statement, result, and its scans in the registry.
class Running {
 public:
  Running(const base::Context& ctx, std::shared_ptr<SqlEngine::Database> database,
          RewrittenSql rewritten, std::string user_sql)
      : ctx_(ctx),
        database_(std::move(database)),
        rewritten_(std::move(rewritten)),
        user_sql_(std::move(user_sql)) {}

  ~Running() {
    watch_.reset();
    if (has_result_) duckdb_destroy_result(&result_);
    if (pending_ != nullptr) duckdb_destroy_pending(&pending_);
    if (statement_ != nullptr) duckdb_destroy_prepare(&statement_);
    if (connection_ != nullptr) duckdb_disconnect(&connection_);
    database_->scans().scans.With([&](auto& scans) {
      for (const auto& [number, unused] : rewritten_.scans) scans.erase(number);
    });
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  base::Status Start() {
    ASSIGN_OR_RETURN(connection_, database_->Connect());
    for (auto& [number, scan] : rewritten_.scans) scan->failure = &failure_;
    database_->scans().scans.With(
        [&](auto& scans) { scans.insert(rewritten_.scans.begin(), rewritten_.scans.end()); });
    watch_.emplace(ctx_, database_->clock(), connection_);
    if (duckdb_prepare(connection_, rewritten_.sql.c_str(), &statement_) != DuckDBSuccess) {
      return Failed(duckdb_prepare_error(statement_));
    }
    if (duckdb_nparams(statement_) > 0) {
      return base::Error(base::Code::kUserCode, reason::kSqlFailed,
                         "the query has parameters without a value");
    }
    if (duckdb_pending_prepared_streaming(statement_, &pending_) != DuckDBSuccess) {
      return Failed(duckdb_pending_error(pending_));
    }
    has_result_ = true;
    if (duckdb_execute_pending(pending_, &result_) != DuckDBSuccess) {
      return Failed(duckdb_result_error(&result_));
    }
    return ReadColumns();
  }

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  // Null at the end.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    arrow::RecordBatchVector parts;
    int64_t rows = 0;
    while (!at_end_ && rows < kBatchRowsMin) {
      if (auto ended = watch_->Ended()) return *std::move(ended);
      duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
      if (chunk == nullptr) {
        at_end_ = true;
        const char* words = duckdb_result_error(&result_);
        if (words != nullptr && *words != '\0') return Failed(words);
        break;
      }
      ArrowArray raw{};
      duckdb_error_data error = duckdb_data_chunk_to_arrow(options_, chunk, &raw);
      duckdb_destroy_data_chunk(&chunk);
      RETURN_IF_ERROR(Check(error));
      auto batch = arrow::ImportRecordBatch(&raw, duck_schema_);
      if (!batch.ok()) return FromStatus(batch.status(), "take a result");
      rows += (*batch)->num_rows();
      parts.push_back(*batch);
    }
    if (parts.empty()) return std::shared_ptr<arrow::RecordBatch>();
    return Joined(parts);
  }

 private:
  // A source's own error explains more than what DuckDB makes of it.
  base::Error Failed(const char* words) {
    auto first = failure_.With([](std::optional<base::Error>& error) { return error; });
    if (first) return *std::move(first);
    if (auto ended = watch_->Ended()) return *std::move(ended);
    return DuckError(words == nullptr ? "" : words, rewritten_, user_sql_);
  }

  static base::Status Check(duckdb_error_data error) {
    base::Status out = base::Ok();
    if (error != nullptr) {
      if (duckdb_error_data_has_error(error)) {
        out = base::Error(base::Code::kInternal, reason::kArrowFailed,
                          std::string("take a result: ") + duckdb_error_data_message(error));
      }
      duckdb_destroy_error_data(&error);
    }
    return out;
  }

  base::Status ReadColumns() {
    options_ = duckdb_result_get_arrow_options(&result_);
    const idx_t count = duckdb_column_count(&result_);
    std::vector<duckdb_logical_type> types(count);
    std::vector<std::string> names(count);
    std::vector<const char*> pointers(count);
    std::set<std::string> seen;
    base::Status status = base::Ok();
    for (idx_t i = 0; i < count; ++i) {
      types[i] = duckdb_column_logical_type(&result_, i);
      kinds_.push_back(KindOf(duckdb_get_type_id(types[i])));
      names[i] = duckdb_column_name(&result_, i);
      const auto stored = rewritten_.stored_names.find(names[i]);
      if (stored != rewritten_.stored_names.end()) names[i] = stored->second;
      pointers[i] = names[i].c_str();
      if (!seen.insert(names[i]).second) status = Duplicate(names[i]);
    }
    ArrowSchema raw{};
    const base::Status converted =
        Check(duckdb_to_arrow_schema(options_, types.data(), pointers.data(), count, &raw));
    for (duckdb_logical_type& type : types) duckdb_destroy_logical_type(&type);
    RETURN_IF_ERROR(status);
    RETURN_IF_ERROR(converted);
    auto schema = arrow::ImportSchema(&raw);
    if (!schema.ok()) return FromStatus(schema.status(), "take a result's schema");
    duck_schema_ = *schema;
    arrow::FieldVector fields;
    for (int i = 0; i < duck_schema_->num_fields(); ++i) {
      fields.push_back(FieldOf(duck_schema_->field(i), kinds_[static_cast<size_t>(i)]));
    }
    schema_ = arrow::schema(std::move(fields));
    return base::Ok();
  }

  static base::Error Duplicate(const std::string& name) {
    return base::Error(base::Code::kUserCode, reason::kDuplicateColumn,
                       "the result has two columns named \"" + name +
                           "\": give one of them another name with AS")
        .Set("column", name);
  }

  // What DuckDB exports otherwise than we pass it on: uuids as text, and the 128-bit integers that
  // sums of longs are as decimals, which no table of longs takes.
  enum class Kind { kPlain, kUuid, kWide };

  static Kind KindOf(duckdb_type type) {
    if (type == DUCKDB_TYPE_UUID) return Kind::kUuid;
    return type == DUCKDB_TYPE_HUGEINT ? Kind::kWide : Kind::kPlain;
  }

  static std::shared_ptr<arrow::Field> FieldOf(const std::shared_ptr<arrow::Field>& field,
                                               Kind kind) {
    if (kind == Kind::kWide) return arrow::field(field->name(), arrow::int64(), true);
    if (kind != Kind::kUuid) return field;
    return arrow::field(field->name(), arrow::fixed_size_binary(16), true,
                        arrow::key_value_metadata({"ARROW:extension:name"}, {"arrow.uuid"}));
  }

  base::Result<std::shared_ptr<arrow::Array>> LongArray(const arrow::Array& wide,
                                                        size_t column) const {
    const auto& values = static_cast<const arrow::Decimal128Array&>(wide);
    arrow::Int64Builder builder;
    ARROW_OR_RETURN(builder.Reserve(values.length()), "convert a sum");
    for (int64_t row = 0; row < values.length(); ++row) {
      if (values.IsNull(row)) {
        builder.UnsafeAppendNull();
        continue;
      }
      const arrow::Decimal128 value(values.GetValue(row));
      const auto fits = value.ToInteger<int64_t>();
      if (!fits.ok()) return Overflow(schema_->field(static_cast<int>(column))->name(), value);
      builder.UnsafeAppend(*fits);
    }
    std::shared_ptr<arrow::Array> out;
    ARROW_OR_RETURN(builder.Finish(&out), "convert a sum");
    return out;
  }

  static base::Error Overflow(const std::string& column, const arrow::Decimal128& value) {
    return base::Error(base::Code::kUserCode, reason::kIntegerOverflow,
                       "column \"" + column + "\": " + value.ToIntegerString() +
                           " does not fit a long: cast the column to DECIMAL(38, 0) or DOUBLE")
        .Set("column", column);
  }

  static base::Result<std::shared_ptr<arrow::Array>> UuidArray(const arrow::Array& text) {
    const auto& strings = static_cast<const arrow::StringArray&>(text);
    arrow::FixedSizeBinaryBuilder builder(arrow::fixed_size_binary(16));
    for (int64_t row = 0; row < strings.length(); ++row) {
      if (strings.IsNull(row)) {
        ARROW_OR_RETURN(builder.AppendNull(), "convert a uuid");
        continue;
      }
      std::string digits(strings.GetView(row));
      std::erase(digits, '-');
      ASSIGN_OR_RETURN(const base::Bytes bytes, base::FromHex(digits));
      ARROW_OR_RETURN(builder.Append(bytes.data()), "convert a uuid");
    }
    std::shared_ptr<arrow::Array> out;
    ARROW_OR_RETURN(builder.Finish(&out), "convert a uuid");
    return out;
  }

  base::Result<std::shared_ptr<arrow::RecordBatch>> Joined(const arrow::RecordBatchVector& parts) {
    auto joined = arrow::ConcatenateRecordBatches(parts);
    if (!joined.ok()) return FromStatus(joined.status(), "join batches of a result");
    arrow::ArrayVector columns = (*joined)->columns();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (kinds_[i] == Kind::kUuid) {
        ASSIGN_OR_RETURN(columns[i], UuidArray(*columns[i]));
      } else if (kinds_[i] == Kind::kWide) {
        ASSIGN_OR_RETURN(columns[i], LongArray(*columns[i], i));
      }
    }
    return arrow::RecordBatch::Make(schema_, (*joined)->num_rows(), std::move(columns));
  }

  const base::Context ctx_;
  const std::shared_ptr<SqlEngine::Database> database_;
  const RewrittenSql rewritten_;
  const std::string user_sql_;
  base::Guarded<std::optional<base::Error>> failure_;
  duckdb_connection connection_ = nullptr;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_pending_result pending_ = nullptr;
  duckdb_result result_{};
  bool has_result_ = false;
  bool at_end_ = false;
  std::optional<QueryWatch> watch_;
  duckdb_arrow_options options_ = nullptr;
  std::shared_ptr<arrow::Schema> duck_schema_;  // as DuckDB exports it
  std::shared_ptr<arrow::Schema> schema_;       // as we pass it on
  std::vector<Kind> kinds_;
};

class ResultProducer final : public columnar::BatchProducer {
 public:
  explicit ResultProducer(std::unique_ptr<Running> running) : running_(std::move(running)) {}

  base::Status ReadSchema(ArrowSchema* out) override { return SchemaToC(*running_->schema(), out); }
  base::Result<bool> ReadNext(ArrowArray* out) override {
    ASSIGN_OR_RETURN(const auto batch, running_->Next());
    if (batch == nullptr) return false;
    RETURN_IF_ERROR(BatchToC(*batch, out));
    return true;
  }

 private:
  std::unique_ptr<Running> running_;
};

}  // namespace

base::Result<columnar::Stream> Execute(const base::Context& ctx,
                                       std::shared_ptr<SqlEngine::Database> database,
                                       RewrittenSql rewritten, const std::string& user_sql) {
  auto running =
      std::make_unique<Running>(ctx, std::move(database), std::move(rewritten), user_sql);
  RETURN_IF_ERROR(running->Start());
  // Types without a counterpart are refused now, not in the middle of the rows.
  RETURN_IF_ERROR(SchemaOfArrow(*running->schema()));
  return columnar::Canonical(
      columnar::StreamOf(std::make_unique<ResultProducer>(std::move(running))), {});
}

}  // namespace engine::internal
