// Rows and files in memory for tests: sources that count what was asked of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "columnar/stream.h"
#include "engine/range_reader.h"
#include "engine/sql_engine.h"

namespace engine::testing {

/// A table from CSV text with a header, types inferred.
columnar::Stream RowsOfCsv(const std::string& csv);

/// All rows as text, one line each, cells joined by "|", nulls as "null".
std::vector<std::string> TextRows(columnar::Stream rows);
base::Result<std::vector<std::string>> TryTextRows(columnar::Stream rows);

/// A table of CSV text that can be opened again and again; remembers the requests.
class CsvSource final : public TableSource {
 public:
  explicit CsvSource(std::string csv);
  const columnar::Schema& schema() const override { return schema_; }
  base::Result<columnar::Stream> Open(const base::Context& ctx,
                                      const ScanRequest& request) override;
  std::vector<ScanRequest> requests;

 private:
  const std::string csv_;
  columnar::Schema schema_;
};

/// A file in memory that counts the bytes read.
class CountingFile final : public RangeReader {
 public:
  explicit CountingFile(base::Bytes bytes, std::string name = "memory")
      : bytes_(std::move(bytes)), name_(std::move(name)) {}
  base::Result<uint64_t> SizeBytes() override { return bytes_.size(); }
  base::Result<base::Bytes> ReadAt(uint64_t offset, uint64_t size_bytes) override;
  std::string Name() const override { return name_; }
  uint64_t bytes_read = 0;

 private:
  const base::Bytes bytes_;
  const std::string name_;
};

/// Sinks that keep finished files by path.
class MemoryFiles {
 public:
  std::unique_ptr<ByteSink> Open(const std::string& path);
  std::map<std::string, base::Bytes> files;
};

}  // namespace engine::testing
