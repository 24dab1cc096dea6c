#include <limits>

#include "base/cbor.h"
#include "base/cbor_stream.h"
#include "base/sha256.h"
#include "catalog/reasons.h"
#include "catalog/tree.h"

namespace catalog {
namespace {

constexpr char kKind[] = "tree";
constexpr int64_t kVersion = 1;
constexpr size_t kNodeHeadBytes = 64;  // room for what is not an entry
constexpr size_t kEntryHeadBytes = 16;
constexpr uint32_t kBoundaryBits = 6;
constexpr uint32_t kHashBits = 256;
constexpr size_t kHashBytes = 32;
constexpr uint64_t kCountMax = std::numeric_limits<int64_t>::max();

base::Error Bad(std::string_view problem) {
  return base::Error(base::Code::kCorrupt, kBadObject,
                     "a tree node " + std::string(problem) + ": restore the state store");
}

const base::Bytes* BytesOf(const base::Cbor& item) {
  const auto* bytes = item.As<base::Cbor::ByteString>();
  return bytes == nullptr ? nullptr : &bytes->bytes;
}

}  // namespace

bool EndsNode(base::BytesView key, uint32_t level) {
  const uint32_t first = level * kBoundaryBits;
  if (first + kBoundaryBits > kHashBits) return false;
  const base::Bytes hash = base::Sha256(key);
  for (uint32_t bit = first; bit < first + kBoundaryBits; ++bit) {
    const auto byte = static_cast<unsigned char>(hash[bit / 8]);
    if (((byte >> (7 - bit % 8)) & 1) != 0) return false;
  }
  return true;
}

base::Bytes EncodeTreeNode(const TreeNode& node) {
  size_t bytes = kNodeHeadBytes;
  for (const TreeEntry& entry : node.entries) {
    bytes += entry.key.size() + entry.value.size() + kEntryHeadBytes;
  }
  base::Bytes out;
  out.reserve(bytes);
  base::CborWriter writer(out);
  writer.MapOf(node.level > 0 ? 6 : 5);
  writer.Uint(0);
  writer.Text(kKind);
  writer.Uint(1);
  writer.Uint(kVersion);
  writer.Uint(2);
  writer.Uint(node.level);
  writer.Uint(3);
  writer.ArrayOf(node.entries.size());
  for (const TreeEntry& entry : node.entries) writer.ByteString(entry.key);
  writer.Uint(4);
  writer.ArrayOf(node.entries.size());
  for (const TreeEntry& entry : node.entries) writer.ByteString(entry.value);
  if (node.level == 0) return out;
  writer.Uint(5);
  writer.ArrayOf(node.entries.size());
  for (const TreeEntry& entry : node.entries) writer.Uint(entry.count);
  return out;
}

namespace {

/// A node exactly as EncodeTreeNode writes it; nothing for anything else, also for what a newer
/// version may have written.
std::optional<TreeNode> DecodeAsWritten(base::BytesView bytes) {
  base::CborReader reader(bytes);
  const auto is = [&](uint64_t number) { return reader.Uint() == number; };
  const auto fields = reader.MapOf();
  if (!fields || !is(0) || reader.Text() != kKind || !is(1) || !is(kVersion) || !is(2)) return {};
  const auto level = reader.Uint();
  if (!level || *level > kHashBits || *fields != (*level > 0 ? 6 : 5) || !is(3)) return {};
  const auto count = reader.ArrayOf();
  if (!count || *count > kNodeEntriesMax) return {};
  TreeNode node{static_cast<uint32_t>(*level), std::vector<TreeEntry>(*count)};
  for (size_t i = 0; i < *count; ++i) {
    const auto key = reader.ByteString();
    if (!key || (i > 0 && *key <= node.entries[i - 1].key)) return {};
    node.entries[i].key = *key;
  }
  if (!is(4) || reader.ArrayOf() != count) return {};
  for (TreeEntry& entry : node.entries) {
    const auto value = reader.ByteString();
    if (!value || (node.level > 0 && value->size() != kHashBytes)) return {};
    entry.value = *value;
  }
  if (node.level > 0 && (!is(5) || reader.ArrayOf() != count)) return {};
  for (TreeEntry& entry : node.entries) {
    if (node.level == 0) break;
    const auto below = reader.Uint();
    if (!below || *below < 1 || *below > kCountMax) return {};
    entry.count = *below;
  }
  if (!reader.at_end()) return {};
  return node;
}

}  // namespace

base::Result<TreeNode> DecodeTreeNode(base::BytesView bytes) {
  if (auto node = DecodeAsWritten(bytes)) return *std::move(node);
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, kKind, kVersion));
  ASSIGN_OR_RETURN(const int64_t level, fields.Int(2));
  if (level < 0 || level > kHashBits) return Bad("has an impossible level");
  ASSIGN_OR_RETURN(const base::Cbor::Array* keys, fields.List(3));
  ASSIGN_OR_RETURN(const base::Cbor::Array* values, fields.List(4));
  const base::Cbor::Array none;
  const base::Cbor::Array* counts = &none;
  if (level > 0) {
    ASSIGN_OR_RETURN(counts, fields.List(5));
  }
  RETURN_IF_ERROR(fields.Finish());
  if (keys->size() != values->size() || (level > 0 && counts->size() != keys->size()) ||
      keys->size() > kNodeEntriesMax) {
    return Bad("has lists of different or impossible lengths");
  }
  TreeNode node{static_cast<uint32_t>(level), {}};
  node.entries.reserve(keys->size());
  for (size_t i = 0; i < keys->size(); ++i) {
    const base::Bytes* key = BytesOf((*keys)[i]);
    const base::Bytes* entry = BytesOf((*values)[i]);
    if (key == nullptr || entry == nullptr) return Bad("holds an entry that is not bytes");
    if (i > 0 && *key <= node.entries.back().key) return Bad("is not in order");
    uint64_t count = 1;
    if (level > 0) {
      const int64_t* stored = (*counts)[i].As<int64_t>();
      if (stored == nullptr || *stored < 1 || entry->size() != kHashBytes)
        return Bad("has a bad child");
      count = static_cast<uint64_t>(*stored);
    }
    node.entries.push_back(TreeEntry{*key, *entry, count});
  }
  return node;
}

base::Result<std::shared_ptr<const TreeNode>> NodeSpace::Read(const base::Bytes& hash) {
  if (const auto added = added_.find(hash); added != added_.end()) return added->second.node;
  if (const auto known = read_.find(hash); known != read_.end()) return known->second;
  ASSIGN_OR_RETURN(const base::Bytes bytes, store_.ReadObject(ctx_, hash));
  ++nodes_read_;
  ASSIGN_OR_RETURN(TreeNode node, DecodeTreeNode(bytes));
  auto shared = std::make_shared<const TreeNode>(std::move(node));
  read_.emplace(hash, shared);
  return shared;
}

base::Bytes NodeSpace::Add(TreeNode node) {
  base::Bytes bytes = EncodeTreeNode(node);
  base::Bytes hash = base::Sha256(bytes);
  if (!read_.contains(hash)) {
    added_.emplace(hash,
                   Added{std::make_shared<const TreeNode>(std::move(node)), std::move(bytes)});
  }
  return hash;
}

base::Result<std::vector<state::Object>> NodeSpace::ObjectsFor(const base::Bytes& root) {
  std::vector<state::Object> objects;
  RETURN_IF_ERROR(Collect(root, objects));
  return objects;
}

base::Status NodeSpace::Collect(const base::Bytes& hash, std::vector<state::Object>& objects) {
  const auto added = added_.find(hash);
  if (added == added_.end()) return base::Ok();  // stored, and so is everything below
  objects.push_back(state::Object{hash, added->second.bytes});
  if (added->second.node->level == 0) return base::Ok();
  for (const TreeEntry& child : added->second.node->entries) {
    RETURN_IF_ERROR(Collect(child.value, objects));
  }
  return base::Ok();
}

}  // namespace catalog
