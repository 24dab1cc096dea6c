#include "columnar/canonical.h"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <set>
#include <utility>

#include "base/nearest.h"
#include "columnar/arrow_bridge_internal.h"
#include "columnar/literal_text.h"
#include "columnar/producer.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

/// Casts work on pieces of this many rows, so that long texts fit 32-bit offsets.
constexpr int64_t kRowsAtOnceMax = 1 << 20;

void InitializeKernels() {
  static const arrow::Status kOnce = arrow::compute::Initialize();
  CHECK(kOnce.ok());
}

/// Whether values of one type may become the other where they fit exactly.
bool MayBecome(const Type& from, const Type& to) {
  if (from.id == to.id && !from.is_nested()) return true;
  const bool from_whole = from.id == TypeId::kInt || from.id == TypeId::kLong;
  switch (to.id) {
    case TypeId::kInt:
    case TypeId::kLong:
      return from_whole || from.id == TypeId::kDecimal;
    case TypeId::kFloat:
      return from_whole;
    case TypeId::kDouble:
      return from_whole || from.id == TypeId::kFloat || from.id == TypeId::kDecimal;
    case TypeId::kDecimal:
      return from_whole;
    case TypeId::kUuid:
      return from.id == TypeId::kString || (from.id == TypeId::kFixed && from.length == 16);
    case TypeId::kFixed:
      return from.id == TypeId::kBinary || (from.id == TypeId::kUuid && to.length == 16);
    case TypeId::kBinary:
      return from.id == TypeId::kFixed;
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return from.id == to.id;
    default:
      return false;
  }
}

base::Error BadValue(const std::string& column, const std::string& type, const std::string& why) {
  return base::Error(base::Code::kInvalidArgument, reasons::kBadValue,
                     "column \"" + column + "\" does not fit the type " + type + ": " + why)
      .Set("column", column)
      .Set("type", type);
}

std::shared_ptr<arrow::DataType> StorageOf(const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() != arrow::Type::EXTENSION) return type;
  return static_cast<const arrow::ExtensionType&>(*type).storage_type();
}

arrow::Result<std::shared_ptr<arrow::Array>> ParseUuids(const arrow::Array& texts) {
  const auto& strings = static_cast<const arrow::StringArray&>(texts);
  arrow::FixedSizeBinaryBuilder builder(arrow::fixed_size_binary(16));
  for (int64_t i = 0; i < strings.length(); ++i) {
    if (strings.IsNull(i)) {
      ARROW_RETURN_NOT_OK(builder.AppendNull());
      continue;
    }
    const auto bytes = ParseUuid(strings.GetView(i));
    if (!bytes) return arrow::Status::Invalid("\"", strings.GetView(i), "\" is no uuid");
    ARROW_RETURN_NOT_OK(builder.Append(*bytes));
  }
  return builder.Finish();
}

/// Where a target column comes from.
struct Source {
  int column = -1;  // -1: missing, all null
  bool check_nulls = false;
};

class CanonicalProducer final : public BatchProducer {
 public:
  CanonicalProducer(Stream stream, CanonicalOptions options)
      : stream_(std::move(stream)), options_(std::move(options)) {}

  base::Status ReadSchema(ArrowSchema* out) override {
    RETURN_IF_ERROR(Open());
    RETURN_IF_ARROW_ERROR(arrow::ExportSchema(*arrow_, out));
    return base::Ok();
  }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    RETURN_IF_ERROR(Open());
    while (batch_ == nullptr || row_ >= batch_->num_rows()) {
      auto next = reader_->Next();
      if (!next.ok()) return FromStatus(next.status());
      if (*next == nullptr) return false;
      batch_ = next.MoveValueUnsafe();
      row_ = 0;
      if (batch_->num_rows() == 0) continue;
    }
    const auto piece = row_ == 0 && batch_->num_rows() <= kRowsAtOnceMax
                           ? batch_
                           : batch_->Slice(row_, kRowsAtOnceMax);
    row_ += piece->num_rows();
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (size_t i = 0; i < sources_.size(); ++i) {
      ASSIGN_OR_RETURN(auto column, ColumnOf(*piece, i));
      columns.push_back(std::move(column));
    }
    const auto batch = arrow::RecordBatch::Make(arrow_, piece->num_rows(), std::move(columns));
    RETURN_IF_ARROW_ERROR(arrow::ExportRecordBatch(*batch, out));
    return true;
  }

 private:
  base::Status Open() {
    if (arrow_ != nullptr) return base::Ok();
    if (reader_ == nullptr) {
      ASSIGN_OR_RETURN(reader_, ReaderOf(std::move(stream_)));
    }
    InitializeKernels();
    ASSIGN_OR_RETURN(Schema source, SourceSchema());
    if (options_.target) {
      RETURN_IF_ERROR(MatchTarget(source));
      schema_ = *options_.target;
    } else {
      schema_ = source;
      for (int i = 0; i < reader_->schema()->num_fields(); ++i) sources_.push_back({i, false});
    }
    ASSIGN_OR_RETURN(arrow_, ArrowSchemaOf(schema_, options_.with_field_ids));
    return base::Ok();
  }

  /// The types that come in. A column of type null has none yet; where a target names one, it
  /// takes that.
  base::Result<Schema> SourceSchema() {
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const auto& field : reader_->schema()->fields()) {
      const Field* wanted = options_.target ? options_.target->Find(field->name()) : nullptr;
      if (field->type()->id() != arrow::Type::NA || wanted == nullptr) {
        fields.push_back(field);
        continue;
      }
      Schema one;
      one.fields.push_back(*wanted);
      one.fields[0].required = false;
      ASSIGN_OR_RETURN(auto typed, ArrowSchemaOf(one, false));
      fields.push_back(typed->field(0));
    }
    ArrowSchema raw{};
    RETURN_IF_ARROW_ERROR(arrow::ExportSchema(arrow::Schema(fields), &raw));
    auto schema = FromArrow(raw);
    raw.release(&raw);
    return schema;
  }

  base::Status MatchTarget(const Schema& source) {
    for (const Field& field : source.fields) {
      if (options_.target->Find(field.name) != nullptr) continue;
      return base::Error(base::Code::kInvalidArgument, reasons::kUnknownColumn,
                         "column \"" + field.name + "\" is not in the table's schema" +
                             base::DidYouMean(field.name, options_.target->Names()))
          .Set("column", field.name);
    }
    for (const Field& wanted : options_.target->fields) {
      const Field* found = source.Find(wanted.name);
      if (found == nullptr && wanted.required) {
        return base::Error(base::Code::kInvalidArgument, reasons::kUnknownColumn,
                           "the required column \"" + wanted.name + "\" is missing")
            .Set("column", wanted.name);
      }
      if (found != nullptr && !MayBecome(found->type, wanted.type)) {
        return BadValue(wanted.name, wanted.type.ToString(),
                        "its values are " + found->type.ToString());
      }
      const int place = found == nullptr ? -1 : static_cast<int>(found - source.fields.data());
      sources_.push_back({place, wanted.required});
    }
    return base::Ok();
  }

  base::Result<std::shared_ptr<arrow::Array>> ColumnOf(const arrow::RecordBatch& batch, size_t at) {
    const Source& source = sources_[at];
    const auto& field = arrow_->field(static_cast<int>(at));
    if (source.column < 0) {
      auto nulls = arrow::MakeArrayOfNull(field->type(), batch.num_rows());
      if (!nulls.ok()) return FromStatus(nulls.status());
      return nulls.MoveValueUnsafe();
    }
    std::shared_ptr<arrow::Array> column = batch.column(source.column);
    if (source.check_nulls && column->null_count() > 0) {
      return BadValue(field->name(), schema_.fields[at].type.ToString(),
                      "it is required and holds nulls");
    }
    auto converted = Convert(std::move(column), field->type());
    if (!converted.ok()) {
      return BadValue(field->name(), schema_.fields[at].type.ToString(),
                      converted.status().message());
    }
    return converted.MoveValueUnsafe();
  }

  static arrow::Result<std::shared_ptr<arrow::Array>> Convert(
      std::shared_ptr<arrow::Array> column, const std::shared_ptr<arrow::DataType>& to) {
    if (column->type()->Equals(*to)) return column;
    if (column->type_id() == arrow::Type::EXTENSION) {
      column = static_cast<const arrow::ExtensionArray&>(*column).storage();
    }
    if (column->type_id() == arrow::Type::RUN_END_ENCODED) {
      ARROW_ASSIGN_OR_RAISE(arrow::Datum decoded, arrow::compute::RunEndDecode(column));
      column = decoded.make_array();
    }
    const auto storage = StorageOf(to);
    const bool is_uuid = to->id() == arrow::Type::EXTENSION;
    if (is_uuid && storage->id() != column->type_id() && column->type_id() != arrow::Type::NA) {
      ARROW_ASSIGN_OR_RAISE(column, Cast(*column, arrow::utf8()));
      ARROW_ASSIGN_OR_RAISE(column, ParseUuids(*column));
    }
    if (!column->type()->Equals(*storage)) {
      ARROW_ASSIGN_OR_RAISE(column, Cast(*column, storage));
    }
    return is_uuid ? arrow::ExtensionType::WrapArray(to, column) : column;
  }

  static arrow::Result<std::shared_ptr<arrow::Array>> Cast(
      const arrow::Array& column, const std::shared_ptr<arrow::DataType>& to) {
    return arrow::compute::Cast(column, to, arrow::compute::CastOptions::Safe());
  }

  Stream stream_;
  CanonicalOptions options_;
  std::shared_ptr<arrow::RecordBatchReader> reader_;
  Schema schema_;
  std::shared_ptr<arrow::Schema> arrow_;
  std::vector<Source> sources_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t row_ = 0;
};

}  // namespace

Stream Canonical(Stream stream, CanonicalOptions options) {
  return StreamOf(std::make_unique<CanonicalProducer>(std::move(stream), std::move(options)));
}

}  // namespace columnar
