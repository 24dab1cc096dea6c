#include "storage/memory_store.h"

#include <algorithm>
#include <utility>

#include "storage/keys_internal.h"

namespace storage {
namespace {

using base::Bytes;
using base::BytesView;
using base::Context;
using base::Result;
using base::Status;

class MemoryWriter final : public ObjectWriter {
 public:
  MemoryWriter(MemoryStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  Status Append(BytesView bytes) override {
    if (closed_) return WriterClosed(key_);
    body_.append(bytes);
    return base::Ok();
  }
  Status Finish() override {
    if (closed_) return WriterClosed(key_);
    closed_ = true;
    return store_.Create(Context{}, key_, body_);
  }

 private:
  MemoryStore& store_;
  const std::string key_;
  Bytes body_;
  bool closed_ = false;
};

}  // namespace

Result<Bytes> MemoryStore::Read(const Context&, const std::string& key, uint64_t offset,
                                uint64_t size_bytes) {
  RETURN_IF_ERROR(CheckKey(key));
  return objects_.With([&](const auto& objects) -> Result<Bytes> {
    const auto found = objects.find(key);
    if (found == objects.end()) return NoObject(key);
    const Bytes& body = found->second;
    if (offset >= body.size()) return Bytes();
    return body.substr(offset, std::min<uint64_t>(size_bytes, body.size() - offset));
  });
}

Result<uint64_t> MemoryStore::Size(const Context&, const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  return objects_.With([&](const auto& objects) -> Result<uint64_t> {
    const auto found = objects.find(key);
    if (found == objects.end()) return NoObject(key);
    return found->second.size();
  });
}

Status MemoryStore::Create(const Context&, const std::string& key, BytesView body) {
  RETURN_IF_ERROR(CheckKey(key));
  return objects_.With([&](auto& objects) -> Status {
    if (!objects.try_emplace(key, body).second) return ObjectExists(key);
    return base::Ok();
  });
}

Result<std::unique_ptr<ObjectWriter>> MemoryStore::StartWriting(const Context&,
                                                                const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  return std::unique_ptr<ObjectWriter>(std::make_unique<MemoryWriter>(*this, key));
}

Status MemoryStore::Remove(const Context&, const std::string& key) {
  RETURN_IF_ERROR(CheckKey(key));
  objects_.With([&](auto& objects) { objects.erase(key); });
  return base::Ok();
}

Result<std::vector<ObjectSize>> MemoryStore::List(const Context&, const std::string& prefix) {
  return objects_.With([&](const auto& objects) -> Result<std::vector<ObjectSize>> {
    std::vector<ObjectSize> listed;
    for (auto at = objects.lower_bound(prefix); at != objects.end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      listed.push_back({at->first, at->second.size()});
    }
    return listed;
  });
}

std::string MemoryStore::Uri(const std::string& key) const {
  return "memory://" + name_ + "/" + key;
}

Result<std::string> MemoryStore::KeyOf(const std::string& uri) const {
  const std::string root = Uri("");
  if (!uri.starts_with(root) || !CheckKey(uri.substr(root.size())).ok()) {
    return ForeignUri(uri, root);
  }
  return uri.substr(root.size());
}

std::optional<std::string> MemoryStore::LocalPath(const std::string&) const {
  return std::nullopt;
}

}  // namespace storage
