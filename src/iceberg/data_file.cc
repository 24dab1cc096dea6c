#include "iceberg/data_file.h"

#include <utility>

namespace iceberg {
namespace {

using columnar::Literal;
using columnar::TypeId;

base::Bytes EncodeCharacter(uint32_t character) {
  base::Bytes out;
  const auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    push(character);
  } else if (character < 0x800) {
    push(0xc0 | (character >> 6));
    push(0x80 | (character & 0x3f));
  } else if (character < 0x10000) {
    push(0xe0 | (character >> 12));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  } else {
    push(0xf0 | (character >> 18));
    push(0x80 | ((character >> 12) & 0x3f));
    push(0x80 | ((character >> 6) & 0x3f));
    push(0x80 | (character & 0x3f));
  }
  return out;
}

/// Takes the last character off `text`; nothing when it is not UTF-8.
std::optional<uint32_t> PopCharacter(base::Bytes& text) {
  size_t start = text.size();
  while (start > 0 && (static_cast<uint8_t>(text[start - 1]) & 0xc0) == 0x80) --start;
  if (start == 0) return std::nullopt;
  --start;
  const auto lead = static_cast<uint8_t>(text[start]);
  const size_t length = text.size() - start;
  const size_t expected = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead >= 0xf8 || (lead >= 0x80 && lead < 0xc0) || length != expected) return std::nullopt;
  constexpr uint32_t kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  uint32_t character = lead & kLeadBits[length];
  for (size_t i = start + 1; i < text.size(); ++i) {
    character = (character << 6) | (static_cast<uint8_t>(text[i]) & 0x3f);
  }
  text.resize(start);
  return character;
}

/// The smallest text of no more characters that is greater than everything starting with `prefix`.
std::optional<base::Bytes> NextText(base::Bytes prefix) {
  while (!prefix.empty()) {
    const auto character = PopCharacter(prefix);
    if (!character) return std::nullopt;
    uint32_t next = *character + 1;
    if (next >= 0xd800 && next < 0xe000) next = 0xe000;
    if (next <= 0x10ffff) return prefix + EncodeCharacter(next);
  }
  return std::nullopt;
}

std::optional<base::Bytes> NextBytes(base::Bytes prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<uint8_t>(prefix.back());
    prefix.pop_back();
    if (last != 0xff) return prefix + static_cast<char>(last + 1);
  }
  return std::nullopt;
}

bool Shortened(TypeId type) {
  return type == TypeId::kString || type == TypeId::kBinary;
}

base::Bytes Prefix(const Literal& literal) {
  const std::string& text = std::get<std::string>(literal.value);
  if (literal.type.id == TypeId::kString) {
    return base::Bytes(TruncateText(text, kBoundCharactersMax));
  }
  return text.substr(0, kBoundCharactersMax);
}

base::Bytes LowerBound(const Literal& min) {
  return Shortened(min.type.id) ? Prefix(min) : columnar::EncodeSingleValue(min);
}

std::optional<base::Bytes> UpperBound(const Literal& max) {
  if (!Shortened(max.type.id)) return columnar::EncodeSingleValue(max);
  base::Bytes prefix = Prefix(max);
  if (prefix.size() == std::get<std::string>(max.value).size()) return prefix;
  return max.type.id == TypeId::kString ? NextText(std::move(prefix))
                                        : NextBytes(std::move(prefix));
}

}  // namespace

DataFile MakeDataFile(const WrittenFile& written, int32_t spec_id, PartitionValues partition) {
  DataFile file;
  file.path = written.path;
  file.spec_id = spec_id;
  file.partition = std::move(partition);
  file.record_count = written.record_count;
  file.file_size_bytes = written.file_size_bytes;
  file.split_offsets = written.split_offsets;
  file.sort_order_id = 0;
  for (const auto& [id, column] : written.columns) {
    file.column_sizes[id] = column.size_bytes;
    file.value_counts[id] = column.value_count;
    if (column.null_count) file.null_value_counts[id] = *column.null_count;
    if (column.nan_count) file.nan_value_counts[id] = *column.nan_count;
    if (column.min) file.lower_bounds[id] = LowerBound(*column.min);
    if (column.max) {
      if (auto upper = UpperBound(*column.max)) file.upper_bounds[id] = *std::move(upper);
    }
  }
  return file;
}

}  // namespace iceberg
