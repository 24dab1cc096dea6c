#include <set>
#include <string>
#include <string_view>

#include "base/sha256.h"
#include "state/batch_rules_internal.h"
#include "state/reasons.h"

namespace state {
namespace {

using base::Code;
using base::Error;
using base::Status;

constexpr std::string_view kRefPrefix = "ref/";

Status CheckKey(const std::string& key) {
  if (key.empty()) return Error(Code::kInternal, reasons::kBadBatch, "a batch has an empty key");
  if (key.size() > kKeyBytesMax) {
    return Error(Code::kInvalidArgument, reasons::kTooLarge,
                 "a key of " + std::to_string(key.size()) + " bytes is longer than " +
                     std::to_string(kKeyBytesMax) + ", use shorter names");
  }
  return base::Ok();
}

Status CheckSize(const std::string& what, uint64_t size_bytes) {
  if (size_bytes <= kObjectBytesMax) return base::Ok();
  return Error(Code::kInvalidArgument, reasons::kTooLarge,
               what + " of " + std::to_string(size_bytes) + " bytes is larger than " +
                   std::to_string(kObjectBytesMax) + ", keep it in the object store instead");
}

Status CheckChangedKeys(const Batch& batch) {
  std::set<std::string_view> seen;
  size_t refs_put = 0;
  const auto change_once = [&seen](const std::string& key) -> Status {
    RETURN_IF_ERROR(CheckKey(key));
    if (seen.insert(key).second) return base::Ok();
    return Error(Code::kInternal, reasons::kBadBatch,
                 "a batch changes the key \"" + key + "\" twice")
        .Set("key", key);
  };
  for (const Put& put : batch.puts) {
    RETURN_IF_ERROR(change_once(put.key));
    RETURN_IF_ERROR(CheckSize("the record \"" + put.key + "\"", put.bytes.size()));
    if (put.key.starts_with(kRefPrefix)) ++refs_put;
  }
  for (const std::string& key : batch.deletes) RETURN_IF_ERROR(change_once(key));
  for (const Expectation& expected : batch.expect) RETURN_IF_ERROR(CheckKey(expected.key));
  if (refs_put > 1 && !batch.allow_many_refs) {
    return Error(Code::kInternal, reasons::kManyRefs,
                 "a batch moves " + std::to_string(refs_put) +
                     " refs, but a write moves exactly one unless it is a rename");
  }
  return base::Ok();
}

}  // namespace

Status CheckBatch(const Batch& batch) {
  RETURN_IF_ERROR(CheckChangedKeys(batch));
  for (const Object& object : batch.objects) {
    RETURN_IF_ERROR(CheckSize("an object", object.bytes.size()));
    if (base::Sha256(object.bytes) != object.hash) {
      return Error(Code::kInternal, reasons::kWrongHash,
                   "a batch brings an object under the hash " + base::ToHex(object.hash) +
                       ", which is not that of its bytes")
          .Set("hash", base::ToHex(object.hash));
    }
  }
  return base::Ok();
}

Error ExpectationFailed(const std::string& key) {
  return Error(Code::kConflict, reasons::kExpectationFailed,
               "the record \"" + key + "\" changed meanwhile, read it again and retry")
      .Set("key", key);
}

Error NoObject(base::BytesView hash) {
  return Error(Code::kNotFound, reasons::kNoObject, "no object " + base::ToHex(hash))
      .Set("hash", base::ToHex(hash));
}

Status CheckObject(base::BytesView hash, base::BytesView bytes) {
  if (base::Sha256(bytes) == hash) return base::Ok();
  return Error(Code::kCorrupt, reasons::kBadObject,
               "the stored bytes of the object " + base::ToHex(hash) +
                   " do not have this hash: the disk or another program changed them, restore "
                   "state.db from a backup")
      .Set("hash", base::ToHex(hash));
}

std::string EndOfPrefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) {
    end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  }
  return end;
}

}  // namespace state
