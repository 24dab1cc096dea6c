#include "engine/parquet_footer_internal.h"

#include <algorithm>
#include <cstring>

#include "engine/thrift_compact_internal.h"

namespace engine::internal {
namespace {

constexpr char kMagic[] = "PAR1";
constexpr size_t kMagicBytes = 4;
constexpr size_t kEndBytes = 8;  // length and magic number
constexpr uint64_t kHeaderBytesMin = 256;
constexpr uint64_t kHeaderBytesMax = 16 << 20;

// Fields of parquet.thrift.
constexpr int16_t kSchemaOfFile = 2;
constexpr int16_t kKeyValuesOfFile = 5;
constexpr int16_t kChildrenOfElement = 5;
constexpr int16_t kIdOfElement = 9;
constexpr int16_t kTypeOfPage = 1;
constexpr int16_t kCompressedBytesOfPage = 3;
constexpr int16_t kDataPage = 5;
constexpr int16_t kDataPageV2 = 8;
constexpr int16_t kValuesOfDataPage = 1;
constexpr int64_t kIsDataPage = 0;
constexpr int64_t kIsDataPageV2 = 3;

uint32_t LittleEndian(base::BytesView bytes) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return value;
}

std::optional<base::Bytes> ElementWithId(const std::vector<ThriftField>& element, int32_t id) {
  base::Bytes value;
  AppendInteger(id, &value);
  const ThriftField with_id{kIdOfElement, ThriftType::kI32, value};
  std::vector<ThriftField> fields;
  for (const ThriftField& field : element) {
    if (field.id != kIdOfElement) fields.push_back(field);
  }
  const auto place = std::find_if(fields.begin(), fields.end(),
                                  [](const ThriftField& field) { return field.id > kIdOfElement; });
  fields.insert(place, with_id);
  base::Bytes out;
  AppendStruct(fields, &out);
  return out;
}

/// The list of schema elements: a root and its columns.
std::optional<base::Bytes> SchemaWithIds(base::BytesView schema, const std::vector<int32_t>& ids) {
  ThriftReader reader(schema);
  const auto count = reader.ListOf(ThriftType::kStruct);
  if (!count || *count != ids.size() + 1) return std::nullopt;
  base::Bytes out;
  AppendListHeader(*count, ThriftType::kStruct, &out);
  const auto root = reader.Struct();
  if (!root) return std::nullopt;
  AppendStruct(*root, &out);
  for (const int32_t id : ids) {
    const auto element = reader.Struct();
    if (!element) return std::nullopt;
    if (IntegerOf(*element, kChildrenOfElement, ThriftType::kI32).value_or(0) != 0) {
      return std::nullopt;
    }
    const auto changed = ElementWithId(*element, id);
    if (!changed) return std::nullopt;
    out += *changed;
  }
  return out;
}

struct PageHeader {
  uint64_t header_bytes = 0;
  uint64_t body_bytes = 0;
  int64_t values = 0;  // of a data page
};

std::optional<PageHeader> ReadPageHeader(base::BytesView bytes) {
  ThriftReader reader(bytes);
  const auto fields = reader.Struct();
  if (!fields) return std::nullopt;
  const auto type = IntegerOf(*fields, kTypeOfPage, ThriftType::kI32);
  const auto body = IntegerOf(*fields, kCompressedBytesOfPage, ThriftType::kI32);
  if (!type || !body || *body < 0) return std::nullopt;
  PageHeader header{bytes.size() - reader.rest().size(), static_cast<uint64_t>(*body), 0};
  if (*type != kIsDataPage && *type != kIsDataPageV2) return header;
  const ThriftField* page =
      FindField(*fields, *type == kIsDataPage ? kDataPage : kDataPageV2, ThriftType::kStruct);
  if (page == nullptr) return std::nullopt;
  const auto data = ThriftReader(page->value).Struct();
  if (!data) return std::nullopt;
  const auto values = IntegerOf(*data, kValuesOfDataPage, ThriftType::kI32);
  if (!values) return std::nullopt;
  header.values = *values;
  return header;
}

}  // namespace

base::Result<std::optional<FooterPlace>> FindFooter(RangeReader& file) {
  const std::optional<FooterPlace> nothing;
  ASSIGN_OR_RETURN(const uint64_t size, file.SizeBytes());
  if (size < kMagicBytes + kEndBytes) return nothing;
  ASSIGN_OR_RETURN(const base::Bytes end, file.ReadAt(size - kEndBytes, kEndBytes));
  if (end.size() != kEndBytes || base::BytesView(end).substr(4) != kMagic) return nothing;
  const uint64_t footer = LittleEndian(end);
  if (footer > size - kEndBytes - kMagicBytes) return nothing;
  return std::optional(FooterPlace{size - kEndBytes - footer, footer});
}

std::optional<base::Bytes> WithFieldIds(base::BytesView footer, const std::vector<int32_t>& ids) {
  const auto fields = ThriftReader(footer).Struct();
  if (!fields) return std::nullopt;
  std::optional<base::Bytes> schema;
  std::vector<ThriftField> kept;
  for (const ThriftField& field : *fields) {
    if (field.id == kKeyValuesOfFile) continue;
    kept.push_back(field);
    if (field.id != kSchemaOfFile || field.type != ThriftType::kList) continue;
    schema = SchemaWithIds(field.value, ids);
    if (!schema) return std::nullopt;
    kept.back().value = *schema;
  }
  if (!schema) return std::nullopt;
  base::Bytes out;
  AppendStruct(kept, &out);
  return out;
}

base::Bytes FooterEnd(size_t footer_bytes) {
  base::Bytes out;
  for (int shift = 0; shift < 32; shift += 8) {
    out.push_back(static_cast<char>((footer_bytes >> shift) & 0xFF));
  }
  return out + kMagic;
}

base::Result<bool> HoldsPages(RangeReader& file, const PageRange& range) {
  uint64_t at = range.offset;
  const uint64_t end = range.offset + range.size_bytes;
  int64_t values = 0;
  uint64_t window = kHeaderBytesMin;
  while (at < end) {
    const uint64_t wanted = std::min(window, end - at);
    ASSIGN_OR_RETURN(const base::Bytes bytes, file.ReadAt(at, wanted));
    const auto header = ReadPageHeader(bytes);
    if (!header) {
      // Statistics of long texts make long headers.
      if (wanted < window || window >= kHeaderBytesMax) return false;
      window *= 4;
      continue;
    }
    window = kHeaderBytesMin;
    if (header->body_bytes > end - at - header->header_bytes) return false;
    at += header->header_bytes + header->body_bytes;
    values += header->values;
  }
  return values == range.values;
}

}  // namespace engine::internal
