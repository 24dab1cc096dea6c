// The Avro object container format, as much of it as Iceberg uses: a writer of records under a
// given schema text (so field ids survive), and a bounds-checked reader of any writer's schema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace iceberg::avro {

struct SchemaField;

/// A parsed writer's schema. A union is `optional` with at most one other branch: Iceberg has no
/// others.
struct Schema {
  enum class Kind {
    kNull,
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kBytes,
    kString,
    kFixed,
    kEnum,
    kRecord,
    kArray,
    kMap,
  };
  Kind kind = Kind::kNull;
  bool optional = false;      // a union with null
  bool null_first = true;     // which branch null is
  bool union_single = false;  // a union of this one branch alone
  int64_t size = 0;           // fixed: bytes; enum: symbols
  int32_t precision = 0;      // logical type decimal
  int32_t scale = 0;
  bool adjust_to_utc = false;
  std::string logical_type;
  std::vector<SchemaField> fields;  // record
  std::vector<Schema> items;        // array, map: one
};

struct SchemaField {
  std::string name;
  std::optional<int32_t> id;  // "field-id"
  Schema schema;
};

/// A decoded value: records as their fields in the schema's order, arrays as items, maps as keys
/// and values in turn; strings, bytes and fixed as bytes; int and long as int64.
struct Value {
  std::variant<std::monostate, bool, int64_t, double, std::string, std::vector<Value>> is;

  bool null() const { return std::holds_alternative<std::monostate>(is); }
  template <class T>
  const T* As() const {
    return std::get_if<T>(&is);
  }
};

struct File {
  Schema schema;
  std::map<std::string, std::string> metadata;
  std::vector<Value> records;
};

inline constexpr uint64_t kBlockBytesMax = 64ull << 20;  // after decompression
inline constexpr int kSchemaDepthMax = 32;
inline constexpr int kSchemaNodesMax = 10'000;

/// Codecs null, deflate, zstandard. kCorrupt "iceberg.bad_avro" for anything that does not fit its
/// schema, "iceberg.unsupported" for another codec, a union of several types or a recursive schema.
base::Result<File> ReadFile(base::BytesView bytes);

/// The schema text of a container's header.
base::Result<Schema> ParseSchema(std::string_view json);

/// Appends values in Avro's binary form.
class Encoder {
 public:
  void Long(int64_t value);
  void Boolean(bool value) { bytes_.push_back(value ? '\1' : '\0'); }
  void Float(float value);
  void Double(double value);
  void Bytes(std::string_view value);
  void Fixed(std::string_view value) { bytes_.append(value); }
  /// The branch of a union ["null", x].
  void Branch(bool present) { Long(present ? 1 : 0); }
  void OptionalLong(const std::optional<int64_t>& value);
  void OptionalBytes(const std::optional<std::string>& value);
  const base::Bytes& bytes() const { return bytes_; }
  void Clear() { bytes_.clear(); }

 private:
  base::Bytes bytes_;
};

/// Builds a container file in memory, deflated. The sync marker follows from the header, so equal
/// content gives equal bytes.
class FileWriter {
 public:
  FileWriter(const std::string& schema_json, const std::map<std::string, std::string>& metadata);
  void Append(const Encoder& record);
  base::Bytes Finish() &&;

 private:
  void FlushBlock();
  base::Bytes file_;
  base::Bytes block_;
  base::Bytes sync_;
  int64_t block_records_ = 0;
};

}  // namespace iceberg::avro
