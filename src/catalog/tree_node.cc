#include "base/cbor.h"
#include "base/sha256.h"
#include "catalog/reasons.h"
#include "catalog/tree.h"

namespace catalog {
namespace {

constexpr char kKind[] = "tree";
constexpr int64_t kVersion = 1;
constexpr uint32_t kBoundaryBits = 6;
constexpr uint32_t kHashBits = 256;

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
  base::Cbor::Array keys, values, counts;
  for (const TreeEntry& entry : node.entries) {
    keys.push_back(base::Cbor::OfBytes(entry.key));
    values.push_back(base::Cbor::OfBytes(entry.value));
    if (node.level > 0) counts.emplace_back(static_cast<int64_t>(entry.count));
  }
  base::Cbor::Map map{
      {0, kKind}, {1, kVersion}, {2, node.level}, {3, std::move(keys)}, {4, std::move(values)}};
  if (node.level > 0) map[5] = std::move(counts);
  return base::EncodeCbor(map);
}

base::Result<TreeNode> DecodeTreeNode(base::BytesView bytes) {
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
      if (stored == nullptr || *stored < 1 || entry->size() != 32) return Bad("has a bad child");
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
