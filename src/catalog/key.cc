#include "catalog/key.h"

#include "catalog/reasons.h"

namespace catalog {
namespace {

constexpr char kLevelEnd = '\x01';
constexpr char kTableMark = '\x02';

}  // namespace

base::Bytes KeyOf(const model::Namespace& ns) {
  base::Bytes key;
  for (const std::string& level : ns.levels) {
    key += level;
    key += kLevelEnd;
  }
  return key;
}

base::Bytes TablesPrefix(const model::Namespace& ns) {
  return KeyOf(ns) + kTableMark;
}

base::Bytes KeyOf(const model::TableName& table) {
  return TablesPrefix(table.ns) + table.name;
}

bool IsTableKey(base::BytesView key) {
  return key.find(kTableMark) != base::BytesView::npos;
}

base::Bytes ParentKey(base::BytesView key) {
  const size_t mark = key.find(kTableMark);
  if (mark != base::BytesView::npos) return base::Bytes(key.substr(0, mark));
  if (key.size() < 2) return {};
  const size_t end = key.rfind(kLevelEnd, key.size() - 2);
  return end == base::BytesView::npos ? base::Bytes() : base::Bytes(key.substr(0, end + 1));
}

base::Result<KeyName> NameOfKey(base::BytesView key) {
  const auto bad = [&] {
    return base::Error(base::Code::kCorrupt, kBadObject, "a tree key is not a table or namespace")
        .Set("key", base::ToHex(key));
  };
  model::Namespace ns;
  size_t at = 0;
  while (at < key.size() && key[at] != kTableMark) {
    const size_t end = key.find(kLevelEnd, at);
    if (end == base::BytesView::npos || end == at) return bad();
    ns.levels.emplace_back(key.substr(at, end - at));
    at = end + 1;
  }
  if (ns.levels.empty()) return bad();
  if (at == key.size()) return KeyName(std::move(ns));
  if (at + 1 == key.size()) return bad();
  return KeyName(model::TableName{std::move(ns), std::string(key.substr(at + 1))});
}

std::string KeyText(base::BytesView key) {
  base::Result<KeyName> name = NameOfKey(key);
  if (!name.ok()) return base::ToHex(key);
  return std::visit([](const auto& part) { return part.ToString(); }, *name);
}

}  // namespace catalog
