#include "engine/testing/memory_source.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>

#include "base/check.h"
#include "columnar/producer.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/file_reader.h"

namespace engine::testing {

columnar::Stream RowsOfCsv(const std::string& csv) {
  const InputFile file{"test.csv", std::make_shared<CountingFile>(csv)};
  const InputOptions options{.format = InputFormat::kCsv};
  auto schema = InferSchema({}, {file}, options);
  if (!schema.ok()) return columnar::FailedStream(schema.error());
  auto rows = ReadInputFile({}, file, options, *schema);
  if (!rows.ok()) return columnar::FailedStream(rows.error());
  return std::move(rows).value();
}

base::Result<std::vector<std::string>> TryTextRows(columnar::Stream rows) {
  ASSIGN_OR_RETURN(auto reader, internal::BatchReader::Open(std::move(rows)));
  std::vector<std::string> out;
  while (true) {
    ASSIGN_OR_RETURN(const auto batch, reader.Next());
    if (batch == nullptr) return out;
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      std::string line;
      for (int c = 0; c < batch->num_columns(); ++c) {
        const auto value = batch->column(c)->GetScalar(row).ValueOrDie();
        line += (c == 0 ? "" : "|") + (value->is_valid ? value->ToString() : "null");
      }
      out.push_back(std::move(line));
    }
  }
}

std::vector<std::string> TextRows(columnar::Stream rows) {
  auto out = TryTextRows(std::move(rows));
  if (!out.ok()) return {"error " + out.error().reason + ": " + out.error().ToString()};
  return std::move(out).value();
}

CsvSource::CsvSource(std::string csv) : csv_(std::move(csv)) {
  columnar::Stream rows = RowsOfCsv(csv_);
  schema_ = columnar::SchemaOf(rows).value();
}

base::Result<columnar::Stream> CsvSource::Open(const base::Context&, const ScanRequest& request) {
  requests.push_back(request);
  return columnar::Project(RowsOfCsv(csv_), request.columns);
}

base::Result<base::Bytes> CountingFile::ReadAt(uint64_t offset, uint64_t size_bytes) {
  if (offset >= bytes_.size()) return base::Bytes();
  base::Bytes out = bytes_.substr(offset, size_bytes);
  bytes_read += out.size();
  return out;
}

namespace {

class MemorySink final : public ByteSink {
 public:
  MemorySink(MemoryFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  base::Status Append(base::BytesView bytes) override {
    bytes_.append(bytes);
    return base::Ok();
  }
  base::Status Finish() override {
    files_.files[path_] = std::move(bytes_);
    return base::Ok();
  }

 private:
  MemoryFiles& files_;
  const std::string path_;
  base::Bytes bytes_;
};

}  // namespace

std::unique_ptr<ByteSink> MemoryFiles::Open(const std::string& path) {
  return std::make_unique<MemorySink>(*this, path);
}

}  // namespace engine::testing
