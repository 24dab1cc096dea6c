#include "base/cbor.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace base {
namespace {

constexpr int kDepthMax = 64;

void PutHead(Bytes& out, uint8_t major, uint64_t value) {
  const auto type = static_cast<uint8_t>(major << 5);
  const auto put = [&](uint8_t info, int size_bytes) {
    out.push_back(static_cast<char>(type | info));
    for (int i = size_bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
  };
  if (value < 24) {
    out.push_back(static_cast<char>(type | value));
  } else if (value <= 0xff) {
    put(24, 1);
  } else if (value <= 0xffff) {
    put(25, 2);
  } else if (value <= 0xffffffff) {
    put(26, 4);
  } else {
    put(27, 8);
  }
}

void Put(Bytes& out, const Cbor& value);

void PutInt(Bytes& out, int64_t value) {
  if (value >= 0) {
    PutHead(out, 0, static_cast<uint64_t>(value));
  } else {
    PutHead(out, 1, static_cast<uint64_t>(-(value + 1)));
  }
}

void PutText(Bytes& out, std::string_view text) {
  PutHead(out, 3, text.size());
  out.append(text);
}

template <class Map, class PutKey>
void PutMap(Bytes& out, const Map& map, PutKey put_key) {
  std::vector<std::pair<Bytes, const Cbor*>> entries;
  for (const auto& [key, value] : map) {
    Bytes encoded;
    put_key(encoded, key);
    entries.emplace_back(std::move(encoded), &value);
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  PutHead(out, 5, entries.size());
  for (const auto& [key, value] : entries) {
    out.append(key);
    Put(out, *value);
  }
}

void Put(Bytes& out, const Cbor& value) {
  if (value.is_null()) {
    out.push_back(static_cast<char>(0xf6));
  } else if (const auto* boolean = value.As<bool>()) {
    out.push_back(static_cast<char>(*boolean ? 0xf5 : 0xf4));
  } else if (const auto* number = value.As<int64_t>()) {
    PutInt(out, *number);
  } else if (const auto* real = value.As<double>()) {
    out.push_back(static_cast<char>(0xfb));
    const auto bits = std::bit_cast<uint64_t>(*real);
    for (int i = 7; i >= 0; --i) out.push_back(static_cast<char>(bits >> (8 * i)));
  } else if (const auto* text = value.As<std::string>()) {
    PutText(out, *text);
  } else if (const auto* bytes = value.As<Cbor::ByteString>()) {
    PutHead(out, 2, bytes->bytes.size());
    out.append(bytes->bytes);
  } else if (const auto* array = value.As<Cbor::Array>()) {
    PutHead(out, 4, array->size());
    for (const Cbor& item : *array) Put(out, item);
  } else if (const auto* map = value.As<Cbor::Map>()) {
    PutMap(out, *map, [](Bytes& o, int64_t key) { PutInt(o, key); });
  } else if (const auto* text_map = value.As<Cbor::TextMap>()) {
    PutMap(out, *text_map, [](Bytes& o, const std::string& key) { PutText(o, key); });
  }
}

class Decoder {
 public:
  explicit Decoder(BytesView bytes) : bytes_(bytes) {}

  Result<Cbor> Item(int depth) {
    if (depth > kDepthMax) return Bad("nested too deeply");
    uint8_t major = 0;
    uint8_t info = 0;
    ASSIGN_OR_RETURN(const uint64_t argument, Head(major, info));
    switch (major) {
      case 0:
        if (argument > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
          return Bad("integer too large");
        return Cbor(static_cast<int64_t>(argument));
      case 1:
        if (argument > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
          return Bad("integer too small");
        return Cbor(-static_cast<int64_t>(argument) - 1);
      case 2: {
        ASSIGN_OR_RETURN(BytesView raw, Take(argument));
        return Cbor::OfBytes(Bytes(raw));
      }
      case 3: {
        ASSIGN_OR_RETURN(BytesView raw, Take(argument));
        return Cbor(std::string(raw));
      }
      case 4:
        return List(argument, depth);
      case 5:
        return Map(argument, depth);
      case 7:
        if (info == 20 || info == 21) return Cbor(info == 21);
        if (info == 22) return Cbor();
        if (info == 27) return Cbor(std::bit_cast<double>(argument));
        return Bad("simple value not in use here");
      default:
        return Bad("tags are not in use here");
    }
  }

  bool at_end() const { return at_ == bytes_.size(); }
  Error Bad(std::string_view problem) const {
    return Error(Code::kCorrupt, "base.bad_cbor",
                 "bad CBOR at byte " + std::to_string(at_) + ": " + std::string(problem));
  }

 private:
  Result<uint64_t> Head(uint8_t& major, uint8_t& info) {
    ASSIGN_OR_RETURN(BytesView first, Take(1));
    const auto byte = static_cast<uint8_t>(first[0]);
    major = byte >> 5;
    info = byte & 31;
    if (info < 24) return static_cast<uint64_t>(info);
    if (info > 27) return Bad("indefinite length");
    const uint64_t size = 1ull << (info - 24);
    ASSIGN_OR_RETURN(BytesView raw, Take(size));
    uint64_t value = 0;
    for (const char c : raw) value = value << 8 | static_cast<uint8_t>(c);
    const bool shortest = info == 24 ? value >= 24 : value >> (8 * (size / 2)) != 0;
    if (major != 7 && !shortest) return Bad("length not in its shortest form");
    return value;
  }

  Result<BytesView> Take(uint64_t count) {
    if (count > bytes_.size() - at_) return Bad("cut short");
    const BytesView taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }

  Result<Cbor> List(uint64_t count, int depth) {
    if (count > bytes_.size() - at_) return Bad("cut short");
    Cbor::Array array;
    array.reserve(count);
    for (uint64_t i = 0; i < count; ++i) {
      ASSIGN_OR_RETURN(Cbor item, Item(depth + 1));
      array.push_back(std::move(item));
    }
    return Cbor(std::move(array));
  }

  Result<Cbor> Map(uint64_t count, int depth) {
    if (count > bytes_.size() - at_) return Bad("cut short");
    Cbor::Map map;
    Cbor::TextMap text_map;
    BytesView previous;
    for (uint64_t i = 0; i < count; ++i) {
      const size_t start = at_;
      ASSIGN_OR_RETURN(Cbor key, Item(depth + 1));
      const BytesView encoded = bytes_.substr(start, at_ - start);
      if (i > 0 && !(previous < encoded)) return Bad("keys not in order");
      previous = encoded;
      ASSIGN_OR_RETURN(Cbor value, Item(depth + 1));
      if (const auto* number = key.As<int64_t>()) {
        map.emplace(*number, std::move(value));
      } else if (const auto* text = key.As<std::string>()) {
        text_map.emplace(*text, std::move(value));
      } else {
        return Bad("a key is neither integer nor text");
      }
    }
    if (!map.empty() && !text_map.empty()) return Bad("mixed keys");
    if (!text_map.empty()) return Cbor(std::move(text_map));
    return Cbor(std::move(map));
  }

  BytesView bytes_;
  size_t at_ = 0;
};

}  // namespace

Bytes EncodeCbor(const Cbor& value) {
  Bytes out;
  Put(out, value);
  return out;
}

Result<Cbor> DecodeCbor(BytesView bytes) {
  Decoder decoder(bytes);
  ASSIGN_OR_RETURN(Cbor value, decoder.Item(0));
  if (!decoder.at_end()) return decoder.Bad("more than one item");
  return value;
}

Cbor CborTexts(const std::vector<std::string>& texts) {
  Cbor::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return Cbor(std::move(array));
}

Cbor CborTextPairs(const std::map<std::string, std::string>& pairs) {
  if (pairs.empty()) return Cbor(Cbor::Map{});
  Cbor::TextMap map;
  for (const auto& [key, value] : pairs) map.emplace(key, value);
  return Cbor(std::move(map));
}

}  // namespace base
