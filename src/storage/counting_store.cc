#include "storage/counting_store.h"

#include <utility>

namespace storage {
namespace {

using base::Bytes;
using base::BytesView;
using base::Context;
using base::Result;
using base::Status;

class CountingWriter final : public ObjectWriter {
 public:
  CountingWriter(CountingStore& store, std::unique_ptr<ObjectWriter> inner)
      : store_(store), inner_(std::move(inner)) {}

  Status Append(BytesView bytes) override {
    bytes_ += bytes.size();
    return inner_->Append(bytes);
  }
  Status AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) override {
    bytes_ += size_bytes;
    return inner_->AppendFrom(file, offset, size_bytes);
  }
  Status Finish() override {
    Status finished = inner_->Finish();
    if (finished.ok()) store_.CountWritten(bytes_);
    return finished;
  }

 private:
  CountingStore& store_;
  std::unique_ptr<ObjectWriter> inner_;
  uint64_t bytes_ = 0;
};

}  // namespace

Result<Bytes> CountingStore::Read(const Context& ctx, const std::string& key, uint64_t offset,
                                  uint64_t size_bytes) {
  Result<Bytes> read = inner_.Read(ctx, key, offset, size_bytes);
  if (!read.ok()) return read;
  counted_.With([&](Counted& counted) {
    ReadCounts& of_key = counted.by_key[key];
    ++of_key.reads;
    of_key.bytes_read += read->size();
    if (of_key.ranges.size() < options_.ranges_per_key_max) {
      of_key.ranges.push_back({offset, size_bytes});
    }
    counted.sums.objects_read = counted.by_key.size();
    ++counted.sums.reads;
    counted.sums.bytes_read += read->size();
  });
  return read;
}

Result<uint64_t> CountingStore::Size(const Context& ctx, const std::string& key) {
  counted_.With([](Counted& counted) { ++counted.sums.sizes_asked; });
  return inner_.Size(ctx, key);
}

Status CountingStore::Create(const Context& ctx, const std::string& key, BytesView body) {
  Status created = inner_.Create(ctx, key, body);
  if (created.ok()) CountWritten(body.size());
  return created;
}

Result<std::unique_ptr<ObjectWriter>> CountingStore::StartWriting(const Context& ctx,
                                                                  const std::string& key) {
  ASSIGN_OR_RETURN(auto inner, inner_.StartWriting(ctx, key));
  return std::unique_ptr<ObjectWriter>(std::make_unique<CountingWriter>(*this, std::move(inner)));
}

Status CountingStore::Remove(const Context& ctx, const std::string& key) {
  Status removed = inner_.Remove(ctx, key);
  if (removed.ok()) counted_.With([](Counted& counted) { ++counted.sums.objects_removed; });
  return removed;
}

Result<std::vector<ObjectSize>> CountingStore::List(const Context& ctx, const std::string& prefix) {
  counted_.With([](Counted& counted) { ++counted.sums.lists; });
  return inner_.List(ctx, prefix);
}

std::optional<std::string> CountingStore::LocalPath(const std::string& key) const {
  return options_.local_paths ? inner_.LocalPath(key) : std::nullopt;
}

TransferCounts CountingStore::counts() const {
  return counted_.With([](const Counted& counted) { return counted.sums; });
}

std::map<std::string, ReadCounts> CountingStore::reads_by_key() const {
  return counted_.With([](const Counted& counted) { return counted.by_key; });
}

void CountingStore::Reset() {
  counted_.With([](Counted& counted) { counted = {}; });
}

void CountingStore::CountWritten(uint64_t bytes) {
  counted_.With([bytes](Counted& counted) {
    ++counted.sums.objects_written;
    counted.sums.bytes_written += bytes;
  });
}

}  // namespace storage
