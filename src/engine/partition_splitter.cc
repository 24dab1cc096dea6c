#include "engine/partition_splitter_internal.h"

#include <arrow/builder.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/initialize.h>
#include <arrow/datum.h>
#include <arrow/extension_type.h>

#include <map>

#include "columnar/literal.h"
#include "engine/array_literal_internal.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

using OptionalLiteral = std::optional<columnar::Literal>;

// The partition values of one field for a batch: distinct values, and each row's index into them.
struct FieldValues {
  std::vector<OptionalLiteral> values;
  std::vector<size_t> of_row;
};

std::string ValueText(const OptionalLiteral& value) {
  if (!value) return "n";
  const base::Bytes bytes = columnar::EncodeSingleValue(*value);
  return "v" + std::to_string(bytes.size()) + ":" + bytes;
}

base::Result<FieldValues> ValuesOf(const arrow::RecordBatch& batch, const columnar::Schema& schema,
                                   const PartitionField& field) {
  std::shared_ptr<arrow::Array> column;
  const columnar::Field* source = nullptr;
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].id != field.source_field_id) continue;
    source = &schema.fields[i];
    column = batch.column(static_cast<int>(i));
  }
  if (source == nullptr) {
    return base::Error(base::Code::kInvalidArgument, reason::kUnknownColumn,
                       "the partition's source field " + std::to_string(field.source_field_id) +
                           " is no top-level column");
  }
  if (column->type_id() == arrow::Type::EXTENSION) {
    column = static_cast<const arrow::ExtensionArray&>(*column).storage();
  }
  auto encoded = arrow::compute::DictionaryEncode(arrow::Datum(column));
  if (!encoded.ok()) return FromStatus(encoded.status(), "group rows by partition");
  const auto array = encoded->make_array();
  const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*array);
  FieldValues out;
  std::map<std::string, size_t> seen;
  const auto intern = [&](OptionalLiteral value) {
    const auto [at, added] = seen.emplace(ValueText(value), out.values.size());
    if (added) out.values.push_back(std::move(value));
    return at->second;
  };
  std::vector<size_t> of_entry;
  for (int64_t i = 0; i < dictionary.dictionary()->length(); ++i) {
    ASSIGN_OR_RETURN(OptionalLiteral value, LiteralAt(*dictionary.dictionary(), i, source->type));
    of_entry.push_back(intern(value ? field.transform(*value) : std::nullopt));
  }
  out.of_row.reserve(static_cast<size_t>(array->length()));
  std::optional<size_t> null_index;
  for (int64_t row = 0; row < array->length(); ++row) {
    if (array->IsNull(row)) {
      if (!null_index) null_index = intern(std::nullopt);
      out.of_row.push_back(*null_index);
    } else {
      out.of_row.push_back(of_entry[static_cast<size_t>(dictionary.GetValueIndex(row))]);
    }
  }
  return out;
}

base::Result<std::shared_ptr<arrow::RecordBatch>> TakeRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, const std::vector<int64_t>& rows) {
  if (static_cast<int64_t>(rows.size()) == batch->num_rows()) return batch;
  arrow::Int64Builder builder;
  ARROW_OR_RETURN(builder.AppendValues(rows), "take rows");
  std::shared_ptr<arrow::Array> indices;
  ARROW_OR_RETURN(builder.Finish(&indices), "take rows");
  auto taken = arrow::compute::Take(arrow::Datum(batch), arrow::Datum(indices),
                                    arrow::compute::TakeOptions::NoBoundsCheck());
  if (!taken.ok()) return FromStatus(taken.status(), "take rows");
  return taken->record_batch();
}

}  // namespace

std::string KeyText(const PartitionKey& key) {
  std::string out;
  for (const OptionalLiteral& value : key) out += ValueText(value);
  return out;
}

base::Result<std::vector<PartitionedRows>> SplitByPartition(
    const std::shared_ptr<arrow::RecordBatch>& batch, const columnar::Schema& schema,
    const std::vector<PartitionField>& partition) {
  std::vector<PartitionedRows> out;
  if (partition.empty()) {
    out.push_back({{}, batch});
    return out;
  }
  ARROW_OR_RETURN(arrow::compute::Initialize(), "prepare kernels");
  std::vector<FieldValues> fields;
  for (const PartitionField& field : partition) {
    ASSIGN_OR_RETURN(FieldValues values, ValuesOf(*batch, schema, field));
    fields.push_back(std::move(values));
  }
  std::map<std::vector<size_t>, size_t> groups;
  std::vector<std::vector<int64_t>> rows;
  std::vector<size_t> tuple(fields.size());
  for (int64_t row = 0; row < batch->num_rows(); ++row) {
    for (size_t i = 0; i < fields.size(); ++i) {
      tuple[i] = fields[i].of_row[static_cast<size_t>(row)];
    }
    const auto [group, added] = groups.emplace(tuple, rows.size());
    if (added) {
      rows.emplace_back();
      PartitionKey key;
      for (size_t i = 0; i < fields.size(); ++i) key.push_back(fields[i].values[tuple[i]]);
      out.push_back({std::move(key), nullptr});
    }
    rows[group->second].push_back(row);
  }
  for (size_t i = 0; i < out.size(); ++i) {
    ASSIGN_OR_RETURN(out[i].rows, TakeRows(batch, rows[i]));
  }
  return out;
}

}  // namespace engine::internal
