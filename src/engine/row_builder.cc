#include "engine/row_builder_internal.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>

#include "engine/arrow_bridge_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

std::shared_ptr<arrow::DataType> StorageOf(const std::shared_ptr<arrow::DataType>& type) {
  if (type->id() != arrow::Type::EXTENSION) return type;
  return static_cast<const arrow::ExtensionType&>(*type).storage_type();
}

arrow::Status AppendWhole(arrow::ArrayBuilder& builder, int64_t value) {
  switch (builder.type()->id()) {
    case arrow::Type::INT32:
      return static_cast<arrow::Int32Builder&>(builder).Append(static_cast<int32_t>(value));
    case arrow::Type::DATE32:
      return static_cast<arrow::Date32Builder&>(builder).Append(static_cast<int32_t>(value));
    case arrow::Type::TIME64:
      return static_cast<arrow::Time64Builder&>(builder).Append(value);
    case arrow::Type::TIMESTAMP:
      return static_cast<arrow::TimestampBuilder&>(builder).Append(value);
    default:
      return static_cast<arrow::Int64Builder&>(builder).Append(value);
  }
}

arrow::Status AppendBytes(arrow::ArrayBuilder& builder, std::string_view bytes) {
  switch (builder.type()->id()) {
    case arrow::Type::STRING:
      return static_cast<arrow::StringBuilder&>(builder).Append(bytes);
    case arrow::Type::BINARY:
      return static_cast<arrow::BinaryBuilder&>(builder).Append(bytes);
    default:
      return static_cast<arrow::FixedSizeBinaryBuilder&>(builder).Append(bytes);
  }
}

}  // namespace

base::Status AppendText(arrow::ArrayBuilder& builder, std::string_view text) {
  ARROW_OR_RETURN(AppendBytes(builder, text), "add a value");
  return base::Ok();
}

base::Status AppendNull(arrow::ArrayBuilder& builder) {
  ARROW_OR_RETURN(builder.AppendNull(), "add a null");
  return base::Ok();
}

base::Status AppendLiteral(arrow::ArrayBuilder& builder, const columnar::Literal& literal) {
  arrow::Status status;
  if (const auto* flag = std::get_if<bool>(&literal.value)) {
    status = static_cast<arrow::BooleanBuilder&>(builder).Append(*flag);
  } else if (const auto* whole = std::get_if<int64_t>(&literal.value)) {
    status = AppendWhole(builder, *whole);
  } else if (const auto* real = std::get_if<double>(&literal.value)) {
    status = builder.type()->id() == arrow::Type::FLOAT
                 ? static_cast<arrow::FloatBuilder&>(builder).Append(static_cast<float>(*real))
                 : static_cast<arrow::DoubleBuilder&>(builder).Append(*real);
  } else if (const auto* unscaled = std::get_if<columnar::Int128>(&literal.value)) {
    const arrow::Decimal128 value(static_cast<int64_t>(*unscaled >> 64),
                                  static_cast<uint64_t>(*unscaled));
    status = static_cast<arrow::Decimal128Builder&>(builder).Append(value);
  } else {
    status = AppendBytes(builder, std::get<std::string>(literal.value));
  }
  ARROW_OR_RETURN(status, "add a value");
  return base::Ok();
}

base::Result<RowBuilder> RowBuilder::Make(const columnar::Schema& schema) {
  RowBuilder out;
  ASSIGN_OR_RETURN(out.schema_, ArrowSchemaOf(schema, false));
  for (const auto& field : out.schema_->fields()) {
    auto builder = arrow::MakeBuilder(StorageOf(field->type()));
    if (!builder.ok()) return FromStatus(builder.status(), "make a column");
    out.builders_.push_back(std::move(*builder));
  }
  return out;
}

base::Result<std::shared_ptr<arrow::RecordBatch>> RowBuilder::Finish(int64_t rows) {
  arrow::ArrayVector columns;
  for (int i = 0; i < schema_->num_fields(); ++i) {
    auto array = builders_[static_cast<size_t>(i)]->Finish();
    if (!array.ok()) return FromStatus(array.status(), "finish a column");
    const auto& type = schema_->field(i)->type();
    columns.push_back(type->id() == arrow::Type::EXTENSION
                          ? arrow::ExtensionType::WrapArray(type, *array)
                          : *array);
  }
  return arrow::RecordBatch::Make(schema_, rows, std::move(columns));
}

}  // namespace engine::internal
