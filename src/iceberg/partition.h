// Partition specs and transforms: how a row's partition follows from its columns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "columnar/literal.h"
#include "columnar/type.h"

namespace iceberg {

struct Transform {
  enum class Kind { kIdentity, kBucket, kTruncate, kYear, kMonth, kDay, kHour, kVoid };
  Kind kind = Kind::kIdentity;
  int32_t argument = 0;  // buckets, or the width of truncate

  /// As metadata writes it: "identity", "bucket[16]".
  std::string ToString() const;
  bool operator==(const Transform&) const = default;
};

/// Reads what metadata writes; any case. kUnimplemented "iceberg.unsupported" for another name.
base::Result<Transform> ParseTransform(std::string_view text);

inline constexpr int32_t kFirstPartitionFieldId = 1000;

struct PartitionField {
  int32_t id = columnar::kNoFieldId;  // from kFirstPartitionFieldId; kNoFieldId until assigned
  int32_t source_id = columnar::kNoFieldId;
  std::string name;  // "ts_year"
  Transform transform;
  bool operator==(const PartitionField&) const = default;
};

struct PartitionSpec {
  int32_t id = 0;
  std::vector<PartitionField> fields;  // none = unpartitioned
  bool operator==(const PartitionSpec&) const = default;
};

/// One value per field of the spec; nothing = null.
using PartitionValues = std::vector<std::optional<columnar::Literal>>;

/// User text, each item one field or a comma-separated list: "region", "year(ts)",
/// "bucket(16, id)", "truncate(4, name)" ("bucket(id, 16)" too). Transform names in any case,
/// column names exactly as in `schema`. Field ids are left kNoFieldId. kInvalidArgument
/// "iceberg.bad_partition", "iceberg.unknown_column" (with the nearest name).
base::Result<PartitionSpec> ParsePartitionSpec(const std::vector<std::string>& texts,
                                               const columnar::Schema& schema);

/// The fields as a user would write them: "year(ts)", "bucket(16, id)".
std::vector<std::string> PartitionTexts(const PartitionSpec& spec, const columnar::Schema& schema);

/// The type of a transform's values; kInvalidArgument "iceberg.bad_partition" when it does not
/// apply to `source`. date for day, int for bucket, year, month, hour, the source's for the rest.
base::Result<columnar::Type> ResultType(const Transform& transform, const columnar::Type& source);

/// The types of a spec's values. A field whose source column is not in `schema` is
/// "iceberg.unknown_column".
base::Result<std::vector<columnar::Type>> PartitionTypes(const PartitionSpec& spec,
                                                         const columnar::Schema& schema);

/// The transform of one value; null stays null. `value` has a type ResultType accepts.
std::optional<columnar::Literal> ApplyTransform(const Transform& transform,
                                                const std::optional<columnar::Literal>& value);

/// The transform of a whole column whose Literal form is int64 (int, long, date, time, timestamps),
/// any transform but void. `out` is as long as `values`; no allocation.
void ApplyToLongs(const Transform& transform, columnar::TypeId source,
                  std::span<const int64_t> values, std::span<int64_t> out);
/// bucket of a string, uuid, fixed or binary value.
int32_t BucketOfBytes(std::string_view value, int32_t buckets);
/// truncate of a string: its first `width` characters, a view into `value`.
std::string_view TruncateText(std::string_view value, int32_t width);
/// Murmur3, x86, 32 bits, seed 0: the specification's hash.
int32_t Murmur3(std::string_view bytes);

/// A value as people and paths write it: "2013-01", "EU", "null".
std::string PartitionText(const Transform& transform,
                          const std::optional<columnar::Literal>& value);
/// "ts_year=2013/region=EU", percent-encoded; "" for an unpartitioned spec.
std::string PartitionPath(const PartitionSpec& spec, const PartitionValues& values);

/// For plan::WriteTarget::partition_spec. kCorrupt "base.bad_cbor".
base::Bytes EncodePartitionSpec(const PartitionSpec& spec);
base::Result<PartitionSpec> DecodePartitionSpec(base::BytesView bytes);

}  // namespace iceberg
