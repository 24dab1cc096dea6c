#include "runtime/executor/store_bytes.h"

#include <utility>

namespace runtime {
namespace {

class ObjectReader final : public engine::RangeReader {
 public:
  ObjectReader(base::Context ctx, storage::ObjectStore& store, std::string key, std::string uri,
               ReadObserver on_read)
      : ctx_(std::move(ctx)),
        store_(store),
        key_(std::move(key)),
        uri_(std::move(uri)),
        on_read_(std::move(on_read)) {}

  base::Result<uint64_t> SizeBytes() override { return store_.Size(ctx_, key_); }
  base::Result<base::Bytes> ReadAt(uint64_t offset, uint64_t size_bytes) override {
    auto bytes = store_.Read(ctx_, key_, offset, size_bytes);
    if (bytes.ok() && on_read_) on_read_(bytes->size());
    return bytes;
  }
  std::string Name() const override { return uri_; }
  std::optional<std::string> LocalPath() const override { return store_.LocalPath(key_); }

 private:
  const base::Context ctx_;
  storage::ObjectStore& store_;
  const std::string key_;
  const std::string uri_;
  const ReadObserver on_read_;
};

class ObjectSink final : public engine::ByteSink {
 public:
  explicit ObjectSink(std::unique_ptr<storage::ObjectWriter> writer) : writer_(std::move(writer)) {}
  base::Status Append(base::BytesView bytes) override { return writer_->Append(bytes); }
  base::Status AppendFrom(engine::RangeReader& source, uint64_t offset,
                          uint64_t size_bytes) override {
    const base::Fd* file = source.File();
    if (file == nullptr) return ByteSink::AppendFrom(source, offset, size_bytes);
    return writer_->AppendFrom(*file, offset, size_bytes);
  }
  base::Status Finish() override { return writer_->Finish(); }

 private:
  std::unique_ptr<storage::ObjectWriter> writer_;
};

}  // namespace

base::Result<std::shared_ptr<engine::RangeReader>> OpenObject(const base::Context& ctx,
                                                              storage::ObjectStore& store,
                                                              const std::string& uri,
                                                              ReadObserver on_read) {
  ASSIGN_OR_RETURN(std::string key, store.KeyOf(uri));
  return std::shared_ptr<engine::RangeReader>(
      std::make_shared<ObjectReader>(ctx, store, std::move(key), uri, std::move(on_read)));
}

base::Result<std::unique_ptr<engine::ByteSink>> CreateObject(const base::Context& ctx,
                                                             storage::ObjectStore& store,
                                                             const std::string& key) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::ObjectWriter> writer, store.StartWriting(ctx, key));
  return std::unique_ptr<engine::ByteSink>(std::make_unique<ObjectSink>(std::move(writer)));
}

}  // namespace runtime
