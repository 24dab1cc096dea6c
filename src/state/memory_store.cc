#include "state/memory_store.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "state/batch_rules_internal.h"

namespace state {

using base::Bytes;
using base::BytesView;
using base::Context;
using base::Result;
using base::Status;

Status MemoryStore::Apply(const Context&, const Batch& batch) {
  RETURN_IF_ERROR(CheckBatch(batch));
  return contents_.With([&](Contents& contents) -> Status {
    for (const Expectation& expected : batch.expect) {
      const auto found = contents.records.find(expected.key);
      std::optional<uint64_t> version;
      if (found != contents.records.end()) version = found->second.version;
      if (version != expected.version) return ExpectationFailed(expected.key);
    }
    for (const Object& object : batch.objects) contents.objects[object.hash] = object.bytes;
    for (const Put& put : batch.puts) {
      const auto [at, made] =
          contents.records.try_emplace(put.key, Record{{}, contents.version_floor});
      at->second.bytes = put.bytes;
      ++at->second.version;
    }
    for (const std::string& key : batch.deletes) {
      const auto found = contents.records.find(key);
      if (found == contents.records.end()) continue;
      contents.version_floor = std::max(contents.version_floor, found->second.version);
      contents.records.erase(found);
    }
    contents.counts.objects_written += batch.objects.size();
    ++contents.counts.batches_applied;
    return base::Ok();
  });
}

Result<Bytes> MemoryStore::ReadObject(const Context&, BytesView hash) {
  auto read = contents_.With([&](Contents& contents) -> Result<Bytes> {
    ++contents.counts.objects_read;
    const auto found = contents.objects.find(Bytes(hash));
    if (found == contents.objects.end()) return NoObject(hash);
    return found->second;
  });
  if (read.ok()) RETURN_IF_ERROR(CheckObject(hash, read.value()));
  return read;
}

Result<std::optional<Record>> MemoryStore::Read(const Context&, std::string_view key) {
  return contents_.With([&](Contents& contents) -> Result<std::optional<Record>> {
    ++contents.counts.records_read;
    const auto found = contents.records.find(key);
    if (found == contents.records.end()) return std::optional<Record>();
    return std::optional<Record>(found->second);
  });
}

Result<std::vector<KeyedRecord>> MemoryStore::List(const Context&, std::string_view prefix,
                                                   std::string_view after, uint32_t records_max) {
  return contents_.With([&](Contents& contents) -> Result<std::vector<KeyedRecord>> {
    std::vector<KeyedRecord> listed;
    auto at =
        after < prefix ? contents.records.lower_bound(prefix) : contents.records.upper_bound(after);
    for (; at != contents.records.end() && listed.size() < records_max; ++at) {
      if (!at->first.starts_with(prefix)) break;
      listed.push_back({at->first, at->second});
    }
    contents.counts.records_read += listed.size();
    return listed;
  });
}

StoreCounts MemoryStore::counts() const {
  return contents_.With([](const Contents& contents) { return contents.counts; });
}

}  // namespace state
