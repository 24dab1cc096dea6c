// Brings arrays of one schema to another by field id, at every depth.
#pragma once

#include <arrow/array.h>
#include <arrow/type.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"

namespace engine::internal {

/// "PARQUET:field_id" of a field, kNoFieldId without.
int32_t FieldIdOf(const arrow::Field& field);

/// Whether fields are found by id or, for files without ids, by name.
enum class MatchBy { kId, kName };

bool Matches(const arrow::Field& source, const columnar::Field& target, MatchBy by);

/// `array`, of the field `source`, as `target`'s type (`type` is its Arrow type).
base::Result<std::shared_ptr<arrow::Array>> ProjectArray(
    const std::shared_ptr<arrow::Array>& array, const arrow::Field& source,
    const columnar::Field& target, const std::shared_ptr<arrow::DataType>& type, MatchBy by);

/// `rows` times the literal.
base::Result<std::shared_ptr<arrow::Array>> RepeatLiteral(
    const columnar::Literal& literal, const std::shared_ptr<arrow::DataType>& type, int64_t rows);

base::Result<std::shared_ptr<arrow::Array>> Nulls(const std::shared_ptr<arrow::DataType>& type,
                                                  int64_t rows);

}  // namespace engine::internal
