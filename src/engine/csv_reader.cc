#include <algorithm>
#include <map>
#include <set>

#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/csv_parser_internal.h"
#include "engine/input_columns_internal.h"
#include "engine/reasons.h"
#include "engine/row_builder_internal.h"
#include "engine/value_parser_internal.h"

namespace engine::internal {
namespace {

using NullTokens = std::set<std::string, std::less<>>;

NullTokens TokensOf(const InputOptions& options) {
  return {options.null_tokens.begin(), options.null_tokens.end()};
}

base::Error Cancelled() {
  return {base::Code::kCancelled, reason::kCancelled, "reading was cancelled"};
}

base::Status CheckText(const CsvParser& parser, const CsvCell& cell) {
  if (FindBadUtf8(cell.text) == std::string_view::npos) return base::Ok();
  return parser.ErrorAt(reason::kBadEncoding, cell,
                        "this value is not UTF-8: name the file's encoding, such as latin-1");
}

class CsvProducer final : public columnar::BatchProducer {
 public:
  CsvProducer(base::Context ctx, const InputOptions& options, columnar::Schema schema,
              std::unique_ptr<CsvParser> parser, std::vector<std::optional<size_t>> places,
              RowBuilder builder)
      : ctx_(std::move(ctx)),
        options_(options),
        schema_(std::move(schema)),
        parser_(std::move(parser)),
        places_(std::move(places)),
        builder_(std::move(builder)),
        null_tokens_(TokensOf(options)) {
    std::set<size_t> given;
    for (const auto& place : places_) {
      if (place) given.insert(*place);
    }
    for (size_t i = 0; i < schema_.fields.size(); ++i) {
      if (!given.contains(i)) missing_.push_back(i);
    }
  }

  base::Status ReadSchema(ArrowSchema* out) override { return SchemaToC(*builder_.schema(), out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    if (ctx_.stop.stop_requested()) return Cancelled();
    int64_t rows = 0;
    std::vector<CsvCell> row;
    while (rows < kInputBatchRows) {
      ASSIGN_OR_RETURN(const bool more, parser_->Next(&row));
      if (!more) break;
      for (size_t i = 0; i < row.size(); ++i) {
        if (places_[i]) RETURN_IF_ERROR(AddCell(row[i], *places_[i]));
      }
      for (const size_t place : missing_) RETURN_IF_ERROR(AppendNull(builder_.column(place)));
      ++rows;
    }
    if (rows == 0) return false;
    ASSIGN_OR_RETURN(const auto batch, builder_.Finish(rows));
    RETURN_IF_ERROR(BatchToC(*batch, out));
    return true;
  }

 private:
  base::Status AddCell(const CsvCell& cell, size_t place) {
    const columnar::Field& field = schema_.fields[place];
    arrow::ArrayBuilder& builder = builder_.column(place);
    const bool is_text = field.type.id == columnar::TypeId::kString;
    // A quoted empty text is a text where the column holds text.
    if (!(cell.quoted && is_text) && null_tokens_.contains(cell.text)) {
      if (!field.required) return AppendNull(builder);
      return parser_->ErrorAt(reason::kBadCsv, cell,
                              "column \"" + field.name + "\" is required and this value is null");
    }
    if (is_text) {
      RETURN_IF_ERROR(CheckText(*parser_, cell));
      return AppendText(builder, cell.text);
    }
    const auto value = ParseValue(cell.text, field.type, options_);
    if (!value) {
      return parser_->ErrorAt(reason::kBadCsv, cell,
                              "\"" + std::string(cell.text.substr(0, 40)) + "\" in column \"" +
                                  field.name + "\" is not of type " + field.type.ToString());
    }
    return AppendLiteral(builder, *value);
  }

  const base::Context ctx_;
  const InputOptions options_;
  const columnar::Schema schema_;
  const std::unique_ptr<CsvParser> parser_;
  const std::vector<std::optional<size_t>> places_;
  RowBuilder builder_;
  const NullTokens null_tokens_;
  std::vector<size_t> missing_;
};

}  // namespace

base::Result<columnar::Schema> InferCsv(const base::Context& ctx,
                                        const std::vector<InputFile>& files,
                                        const InputOptions& options) {
  const NullTokens null_tokens = TokensOf(options);
  columnar::Schema out;
  std::vector<ValueKind> kinds;
  for (const InputFile& file : files) {
    ASSIGN_OR_RETURN(const auto parser, CsvParser::Open(file, options));
    std::vector<size_t> places;
    for (const std::string& name : parser->names()) {
      const columnar::Field* known = out.Find(name);
      if (known != nullptr) {
        places.push_back(static_cast<size_t>(known - out.fields.data()));
        continue;
      }
      places.push_back(out.fields.size());
      out.fields.push_back({.name = name, .type = columnar::TypeId::kString});
      kinds.push_back(ValueKind::kNone);
    }
    std::vector<CsvCell> row;
    for (int64_t rows = 0;; ++rows) {
      if (rows % kInputBatchRows == 0 && ctx.stop.stop_requested()) return Cancelled();
      ASSIGN_OR_RETURN(const bool more, parser->Next(&row));
      if (!more) break;
      for (size_t i = 0; i < row.size(); ++i) {
        ValueKind& kind = kinds[places[i]];
        if (kind == ValueKind::kString) {
          RETURN_IF_ERROR(CheckText(*parser, row[i]));
          continue;
        }
        if (null_tokens.contains(row[i].text)) continue;
        RETURN_IF_ERROR(CheckText(*parser, row[i]));
        kind = Wider(kind, KindOf(row[i].text, options));
      }
    }
  }
  for (size_t i = 0; i < kinds.size(); ++i) out.fields[i].type = TypeOf(kinds[i]);
  return out;
}

base::Result<columnar::Stream> ReadCsv(const base::Context& ctx, const InputFile& file,
                                       const InputOptions& options,
                                       const columnar::Schema& schema) {
  ASSIGN_OR_RETURN(auto parser, CsvParser::Open(file, options));
  ASSIGN_OR_RETURN(auto places, PlacesOf(parser->names(), file, options, schema));
  ASSIGN_OR_RETURN(RowBuilder builder, RowBuilder::Make(schema));
  return columnar::StreamOf(std::make_unique<CsvProducer>(ctx, options, schema, std::move(parser),
                                                          std::move(places), std::move(builder)));
}

}  // namespace engine::internal
