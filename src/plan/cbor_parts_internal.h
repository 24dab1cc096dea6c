// Small pieces shared by the codecs of this module: enums, lists, sizes, optional parts.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cbor.h"
#include "plan/reasons.h"

namespace plan {

inline base::Error BadValue(const std::string& what) {
  return base::Error(base::Code::kCorrupt, std::string(reasons::kBadValue),
                     what + " is outside of what it may be");
}

/// Sizes and counts; above the range of CBOR's signed integers the largest one.
inline base::Cbor SizeToCbor(uint64_t size) {
  constexpr uint64_t most = std::numeric_limits<int64_t>::max();
  return base::Cbor(static_cast<int64_t>(size < most ? size : most));
}

inline base::Result<uint64_t> ReadSize(base::CborFields& fields, int64_t key) {
  ASSIGN_OR_RETURN(const int64_t value, fields.Int(key));
  if (value < 0) return BadValue("size in field " + std::to_string(key));
  return static_cast<uint64_t>(value);
}

inline base::Result<uint32_t> ReadUint32(base::CborFields& fields, int64_t key) {
  ASSIGN_OR_RETURN(const int64_t value, fields.Int(key));
  if (value < 0 || value > std::numeric_limits<uint32_t>::max()) {
    return BadValue("number in field " + std::to_string(key));
  }
  return static_cast<uint32_t>(value);
}

inline base::Result<int32_t> ReadInt32(base::CborFields& fields, int64_t key) {
  ASSIGN_OR_RETURN(const int64_t value, fields.Int(key));
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    return BadValue("number in field " + std::to_string(key));
  }
  return static_cast<int32_t>(value);
}

/// Enumerators are stored by their position; `last` is the largest this program knows.
template <class E>
base::Cbor EnumToCbor(E value) {
  return base::Cbor(static_cast<int64_t>(value));
}

template <class E>
base::Result<E> ReadEnum(base::CborFields& fields, int64_t key, E last) {
  ASSIGN_OR_RETURN(const int64_t value, fields.Int(key));
  if (value < 0) return BadValue("kind in field " + std::to_string(key));
  if (value > static_cast<int64_t>(last)) {
    return base::Error(base::Code::kUnimplemented, "base.unknown_field",
                       "field " + std::to_string(key) + " holds kind " + std::to_string(value) +
                           ", which this program does not know: upgrade boathouse");
  }
  return static_cast<E>(value);
}

template <class T, class Encode>
base::Cbor ListToCbor(const std::vector<T>& items, Encode encode) {
  base::Cbor::Array list;
  list.reserve(items.size());
  for (const T& item : items) list.push_back(encode(item));
  return base::Cbor(std::move(list));
}

template <class T, class Decode>
base::Result<std::vector<T>> ReadList(base::CborFields& fields, int64_t key, Decode decode) {
  ASSIGN_OR_RETURN(const base::Cbor::Array* list, fields.List(key));
  std::vector<T> items;
  items.reserve(list->size());
  for (const base::Cbor& value : *list) {
    ASSIGN_OR_RETURN(T item, decode(value));
    items.push_back(std::move(item));
  }
  return items;
}

/// Absent keys read as nothing.
template <class T, class Decode>
base::Result<std::optional<T>> ReadOptional(base::CborFields& fields, int64_t key, Decode decode) {
  if (!fields.Has(key)) return std::optional<T>();
  ASSIGN_OR_RETURN(const base::Cbor* value, fields.Any(key));
  ASSIGN_OR_RETURN(T item, decode(*value));
  return std::optional<T>(std::move(item));
}

/// A map of texts may be written empty; an empty CBOR map has no key type.
template <class T, class Encode>
base::Cbor TextMapToCbor(const std::map<std::string, T>& items, Encode encode) {
  base::Cbor::TextMap map;
  for (const auto& [name, item] : items) map.emplace(name, encode(item));
  if (map.empty()) return base::Cbor(base::Cbor::Map{});
  return base::Cbor(std::move(map));
}

template <class T, class Decode>
base::Result<std::map<std::string, T>> ReadTextMap(base::CborFields& fields, int64_t key,
                                                   Decode decode) {
  ASSIGN_OR_RETURN(const base::Cbor* value, fields.Any(key));
  std::map<std::string, T> items;
  if (const auto* empty = value->As<base::Cbor::Map>(); empty != nullptr && empty->empty()) {
    return items;
  }
  const auto* map = value->As<base::Cbor::TextMap>();
  if (map == nullptr) return BadValue("map in field " + std::to_string(key));
  for (const auto& [name, entry] : *map) {
    ASSIGN_OR_RETURN(T item, decode(entry));
    items.emplace(name, std::move(item));
  }
  return items;
}

}  // namespace plan
