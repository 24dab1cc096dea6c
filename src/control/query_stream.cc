#include "control/query_stream.h"

#include <memory>
#include <utility>

#include "base/log.h"
#include "columnar/producer.h"
#include "control/job.h"

namespace control {
namespace {

/// A query's record is a courtesy: that it could not be written must not fail the query.
void Store(Parts& parts, const api::JobRecord& record) {
  state::Batch batch;
  batch.puts.push_back(RecordPut(record));
  const base::Status stored = parts.state.Apply(base::Context{}, batch);
  if (!stored.ok())
    base::Log(base::LogLevel::kWarn, "query not recorded: " + stored.error().message);
}

void Finish(Parts& parts, api::JobRecord& record, const base::Error* error) {
  record.finished = parts.clock.Now();
  record.status = api::JobStatus::kComplete;
  if (error != nullptr) {
    record.status =
        error->code == base::Code::kCancelled ? api::JobStatus::kAbort : api::JobStatus::kFail;
    record.error = *error;
  }
  Store(parts, record);
}

class RecordedRows final : public columnar::BatchProducer {
 public:
  RecordedRows(Parts& parts, api::JobRecord record, columnar::Stream rows)
      : parts_(parts), record_(std::move(record)), rows_(std::move(rows)) {}
  ~RecordedRows() override { End(nullptr); }  // dropped early: whoever asked had enough

  base::Status ReadSchema(ArrowSchema* out) override { return rows_.ReadSchema(out); }

  base::Result<bool> ReadNext(ArrowArray* out) override {
    auto more = rows_.ReadNext(out);
    if (!more.ok()) {
      End(&more.error());
    } else if (!more.value()) {
      End(nullptr);
    } else {
      record_.details["rows"] = std::to_string(rows_read_ += out->length);
    }
    return more;
  }

 private:
  void End(const base::Error* error) {
    if (std::exchange(over_, true)) return;
    Finish(parts_, record_, error);
  }

  Parts& parts_;
  api::JobRecord record_;
  columnar::Stream rows_;
  int64_t rows_read_ = 0;
  bool over_ = false;
};

}  // namespace

columnar::Stream RecordWhenOver(Parts& parts, api::JobRecord record, columnar::Stream rows) {
  return columnar::StreamOf(
      std::make_unique<RecordedRows>(parts, std::move(record), std::move(rows)));
}

void RecordFailure(Parts& parts, api::JobRecord record, const base::Error& error) {
  Finish(parts, record, &error);
}

}  // namespace control
