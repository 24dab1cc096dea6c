// Parquet files behind our ports: opening, errors, bounds as literals.
#pragma once

#include <arrow/io/interfaces.h>
#include <parquet/file_reader.h>
#include <parquet/statistics.h>

#include <memory>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "columnar/literal.h"
#include "engine/range_reader.h"

namespace engine::internal {

/// A RangeReader as Arrow reads files. Remembers the reader's own first error, so that a failing
/// disk is not taken for a corrupt file.
class RangeFile final : public arrow::io::RandomAccessFile {
 public:
  RangeFile(std::shared_ptr<RangeReader> reader, uint64_t size_bytes)
      : reader_(std::move(reader)), size_(static_cast<int64_t>(size_bytes)) {}

  arrow::Status Close() override;
  bool closed() const override { return closed_; }
  arrow::Result<int64_t> Tell() const override { return position_; }
  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> GetSize() override { return size_; }
  arrow::Result<int64_t> Read(int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t size) override;
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t size) override;

  std::optional<base::Error> failure() const;
  std::string name() const { return reader_->Name(); }

 private:
  base::Result<base::Bytes> Fetch(int64_t position, int64_t size);

  const std::shared_ptr<RangeReader> reader_;
  const int64_t size_;
  int64_t position_ = 0;
  bool closed_ = false;
  base::Guarded<std::optional<base::Error>> failure_;
};

struct OpenParquet {
  std::shared_ptr<RangeFile> file;
  std::unique_ptr<parquet::ParquetFileReader> reader;
};
base::Result<OpenParquet> OpenParquetFile(std::shared_ptr<RangeReader> reader);

/// The reader's own error, else kCorrupt "engine.corrupt_file".
base::Error ParquetError(const RangeFile& file, const std::string& words);

struct Bounds {
  std::optional<columnar::Literal> min;
  std::optional<columnar::Literal> max;
};
/// A column chunk's bounds as literals of `type`; nothing where they say nothing about it.
Bounds BoundsOf(const parquet::Statistics& statistics, const columnar::Type& type);

}  // namespace engine::internal
