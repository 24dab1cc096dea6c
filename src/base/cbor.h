// Deterministic CBOR (RFC 8949 §4.2.1): the one codec of everything we store or hand to a worker as
// bytes.
//
// A stored object is a map with integer keys in ascending order. Keys >= 0 are critical: a reader
// that does not know one must refuse (kUnimplemented). Keys < 0 may be ignored. Key 0 is the kind
// (text), key 1 the version (uint).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace base {

/// One CBOR item as a value. Integers are int64 (uint64 above that range is refused); no floats but
/// 64-bit, no tags, no indefinite lengths, no duplicate keys: what Encode cannot write Decode does
/// not read.
class Cbor {
 public:
  using Array = std::vector<Cbor>;
  using Map = std::map<int64_t, Cbor>;
  using TextMap = std::map<std::string, Cbor>;
  struct ByteString {
    Bytes bytes;
    bool operator==(const ByteString&) const = default;
  };

  Cbor() : value_(std::monostate{}) {}
  Cbor(bool value) : value_(value) {}                            // NOLINT: implicit by design
  Cbor(int64_t value) : value_(value) {}                         // NOLINT
  Cbor(int value) : value_(static_cast<int64_t>(value)) {}       // NOLINT
  Cbor(uint32_t value) : value_(static_cast<int64_t>(value)) {}  // NOLINT
  Cbor(double value) : value_(value) {}                          // NOLINT
  Cbor(std::string value) : value_(std::move(value)) {}          // NOLINT
  Cbor(std::string_view value) : value_(std::string(value)) {}   // NOLINT
  Cbor(const char* value) : value_(std::string(value)) {}        // NOLINT
  Cbor(ByteString value) : value_(std::move(value)) {}           // NOLINT
  Cbor(Array value) : value_(std::move(value)) {}                // NOLINT
  Cbor(Map value) : value_(std::move(value)) {}                  // NOLINT
  Cbor(TextMap value) : value_(std::move(value)) {}              // NOLINT
  static Cbor OfBytes(Bytes bytes) { return Cbor(ByteString{std::move(bytes)}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }
  bool operator==(const Cbor&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, ByteString, Array, Map, TextMap>
      value_;
};

/// The one encoding of a value: shortest lengths, keys in order of their encoded bytes.
Bytes EncodeCbor(const Cbor& value);
/// kCorrupt "base.bad_cbor" unless `bytes` is exactly one item in the encoding above. An empty map
/// reads as Map.
Result<Cbor> DecodeCbor(BytesView bytes);

/// Reads the fields of one map; typed getters fail with kCorrupt "base.bad_cbor" naming the object
/// and the key. Finish() refuses critical keys nobody asked for. The map is borrowed for the
/// reader's life.
class CborFields {
 public:
  /// `what` names the object in errors. Fails unless `value` is a map with integer keys.
  static Result<CborFields> Of(const Cbor& value, std::string what);
  /// The same, and checks key 0 == kind and key 1 <= version_max (kUnimplemented
  /// "base.newer_version").
  static Result<CborFields> OfObject(const Cbor& value, std::string kind, int64_t version_max);

  bool Has(int64_t key);
  Result<int64_t> Int(int64_t key);
  Result<bool> Bool(int64_t key);
  Result<double> Double(int64_t key);
  Result<std::string> Text(int64_t key);
  Result<Bytes> ByteString(int64_t key);
  Result<const Cbor::Array*> List(int64_t key);
  Result<const Cbor*> Any(int64_t key);
  // The same with a value for an absent key.
  Result<int64_t> IntOr(int64_t key, int64_t absent);
  Result<bool> BoolOr(int64_t key, bool absent);
  Result<std::string> TextOr(int64_t key, std::string absent);
  Result<Bytes> BytesOr(int64_t key, Bytes absent);
  /// Text lists and text-to-text maps; absent = empty.
  Result<std::vector<std::string>> Texts(int64_t key);
  Result<std::map<std::string, std::string>> TextPairs(int64_t key);
  /// kUnimplemented "base.unknown_field" when a key >= 0 was never asked for: written by a newer
  /// program.
  Status Finish() const;

 private:
  CborFields(const Cbor::Map& map, std::string what) : map_(&map), what_(std::move(what)) {}
  Error Bad(int64_t key, std::string_view problem) const;
  const Cbor* Find(int64_t key);
  const Cbor::Map* map_;
  std::string what_;
  std::map<int64_t, bool> asked_;
};

/// Lists and maps of text, for encoding.
Cbor CborTexts(const std::vector<std::string>& texts);
Cbor CborTextPairs(const std::map<std::string, std::string>& pairs);

}  // namespace base
