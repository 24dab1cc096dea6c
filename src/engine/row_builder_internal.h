// Builds batches row by row from literals.
#pragma once

#include <arrow/builder.h>

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"

namespace engine::internal {

/// Appends a value of a primitive type; its kind must fit the builder's type.
base::Status AppendLiteral(arrow::ArrayBuilder& builder, const columnar::Literal& literal);
base::Status AppendText(arrow::ArrayBuilder& builder, std::string_view text);
base::Status AppendNull(arrow::ArrayBuilder& builder);

class RowBuilder {
 public:
  static base::Result<RowBuilder> Make(const columnar::Schema& schema);
  arrow::ArrayBuilder& column(size_t at) { return *builders_[at]; }
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// The rows since the last call; every column must have as many.
  base::Result<std::shared_ptr<arrow::RecordBatch>> Finish(int64_t rows);

 private:
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::shared_ptr<arrow::ArrayBuilder>> builders_;
};

}  // namespace engine::internal
