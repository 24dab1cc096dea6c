#include <parquet/statistics.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/parquet_file_internal.h"
#include "engine/parquet_metrics_internal.h"

namespace engine::internal {
namespace {

constexpr size_t kBoundCharactersMax = 16;

// The first characters of a text; nothing is cut inside a character.
std::string Prefix(const std::string& text, bool characters) {
  size_t at = 0;
  for (size_t n = 0; n < kBoundCharactersMax && at < text.size(); ++n) {
    ++at;
    while (characters && at < text.size() &&
           (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
      ++at;
    }
  }
  return text.substr(0, at);
}

void AppendUtf8(uint32_t code, std::string* out) {
  const auto add = [&](uint32_t bits) { out->push_back(static_cast<char>(bits)); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
  }
  add(0x80 | (code & 0x3F));
}

uint32_t LastCharacter(const std::string& text, size_t* begin) {
  *begin = text.size() - 1;
  while (*begin > 0 && (static_cast<unsigned char>(text[*begin]) & 0xC0) == 0x80) --*begin;
  const auto lead = static_cast<unsigned char>(text[*begin]);
  uint32_t code = lead;
  if (lead >= 0xF0) {
    code = lead & 0x07;
  } else if (lead >= 0xE0) {
    code = lead & 0x0F;
  } else if (lead >= 0xC0) {
    code = lead & 0x1F;
  }
  for (size_t i = *begin + 1; i < text.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  return code;
}

// The smallest text of its length above every text with this prefix; nothing if there is none.
std::optional<std::string> NextText(std::string prefix) {
  while (!prefix.empty()) {
    size_t begin = 0;
    uint32_t code = LastCharacter(prefix, &begin);
    prefix.resize(begin);
    if (code == 0x10FFFF) continue;
    ++code;
    if (code >= 0xD800 && code <= 0xDFFF) code = 0xE000;
    AppendUtf8(code, &prefix);
    return prefix;
  }
  return std::nullopt;
}

std::optional<std::string> NextBytes(std::string prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<unsigned char>(prefix.back());
    prefix.pop_back();
    if (last == 0xFF) continue;
    prefix.push_back(static_cast<char>(last + 1));
    return prefix;
  }
  return std::nullopt;
}

std::optional<columnar::Literal> CutBound(columnar::Literal bound, bool upper) {
  const bool characters = bound.type.id == columnar::TypeId::kString;
  if (!characters && bound.type.id != columnar::TypeId::kBinary) return bound;
  auto& text = std::get<std::string>(bound.value);
  std::string prefix = Prefix(text, characters);
  if (prefix.size() == text.size()) return bound;
  if (!upper) {
    text = std::move(prefix);
    return bound;
  }
  auto next = characters ? NextText(std::move(prefix)) : NextBytes(std::move(prefix));
  if (!next) return std::nullopt;
  text = *std::move(next);
  return bound;
}

}  // namespace

void MetricsOfColumn::Add(const parquet::ColumnChunkMetaData& chunk, const columnar::Type& type) {
  metrics_.value_count += chunk.num_values();
  metrics_.size_bytes += chunk.total_compressed_size();
  const auto statistics = chunk.is_stats_set() ? chunk.statistics() : nullptr;
  if (statistics == nullptr) {
    known_ = false;
    return;
  }
  metrics_.null_count += statistics->null_count();
  if (statistics->num_values() == 0) return;
  const Bounds bounds = BoundsOf(*statistics, type);
  if (!bounds.min || !bounds.max) {
    known_ = false;
    return;
  }
  if (!metrics_.lower || columnar::Compare(*bounds.min, *metrics_.lower) < 0) {
    metrics_.lower = bounds.min;
  }
  if (!metrics_.upper || columnar::Compare(*bounds.max, *metrics_.upper) > 0) {
    metrics_.upper = bounds.max;
  }
}

ColumnMetrics MetricsOfColumn::Finish() && {
  if (!known_) {
    metrics_.lower.reset();
    metrics_.upper.reset();
  }
  if (metrics_.lower) metrics_.lower = CutBound(*metrics_.lower, false);
  if (metrics_.upper) metrics_.upper = CutBound(*metrics_.upper, true);
  return std::move(metrics_);
}

int64_t StartOfChunk(const parquet::ColumnChunkMetaData& chunk) {
  if (!chunk.has_dictionary_page()) return chunk.data_page_offset();
  return std::min(chunk.dictionary_page_offset(), chunk.data_page_offset());
}

int64_t StartOfGroup(const parquet::RowGroupMetaData& group) {
  return StartOfChunk(*group.ColumnChunk(0));
}

}  // namespace engine::internal
