#include <algorithm>
#include <cstring>
#include <utility>

#include "fuzz.h"

namespace fuzz {
namespace {

constexpr size_t kInputBytesMax = 256 * 1024;
constexpr size_t kRangeBytesMax = 64;
constexpr uint64_t kDeepMax = 20'000;
constexpr int kChangesMax = 6;
constexpr uint64_t kNumbers[] = {0,
                                 1,
                                 0x7F,
                                 0x80,
                                 0xFF,
                                 0x7FFF,
                                 0x8000,
                                 0xFFFF,
                                 0x7FFFFFFF,
                                 0x80000000,
                                 0xFFFFFFFF,
                                 0x7FFFFFFFFFFFFFFF,
                                 0x8000000000000000,
                                 0xFFFFFFFFFFFFFFFF};

}  // namespace

Mutator::Mutator(uint64_t seed, const Target& target, std::vector<std::string> seeds)
    : state_(seed * 2 + 1), tokens_(target.tokens), pool_(std::move(seeds)) {
  if (pool_.empty()) pool_.emplace_back();
}

/// splitmix64: the same seed gives the same inputs on every machine.
uint64_t Mutator::Random(uint64_t below) {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  z ^= z >> 31;
  return below == 0 ? 0 : z % below;
}

std::string Mutator::Token() {
  if (tokens_.empty()) return {static_cast<char>(Random(256))};
  return tokens_[Random(tokens_.size())];
}

void Mutator::ChangeByte(std::string& text) {
  if (text.empty()) return text.push_back(static_cast<char>(Random(256)));
  char& at = text[Random(text.size())];
  if (Random(2) == 0) {
    at = static_cast<char>(at ^ (1 << Random(8)));
  } else {
    at = static_cast<char>(Random(256));
  }
}

void Mutator::ChangeRange(std::string& text) {
  const size_t from = Random(text.size() + 1);
  const size_t size = Random(std::min(kRangeBytesMax, text.size() - from) + 1);
  const std::string piece = text.substr(from, size);
  switch (Random(4)) {
    case 0:
      text.erase(from, size);
      break;
    case 1:
      text.insert(Random(text.size() + 1), piece);
      break;
    case 2:
      text.resize(from);
      break;
    default:
      for (uint64_t i = 0, times = Random(40); i < times; ++i) text.insert(from, piece);
  }
}

void Mutator::ChangeNumber(std::string& text) {
  const uint64_t number = kNumbers[Random(std::size(kNumbers))] + Random(3) - 1;
  if (Random(2) == 0) {  // as digits, in place of some
    const size_t from = text.find_first_of("0123456789", Random(text.size() + 1));
    if (from == std::string::npos) return;
    const size_t end = std::min(text.find_first_not_of("0123456789", from), text.size());
    text.replace(
        from, end - from,
        (Random(4) == 0 ? "-" : "") + std::to_string(number) + (Random(8) == 0 ? ".5e308" : ""));
    return;
  }
  const size_t width = size_t{1} << Random(4);
  char bytes[8];
  std::memcpy(bytes, &number, sizeof(bytes));
  if (Random(2) == 0) std::reverse(bytes, bytes + width);
  const size_t from = Random(text.size() + 1);
  text.replace(from, std::min(width, text.size() - from), bytes, width);
}

void Mutator::Change(std::string& text) {
  switch (Random(8)) {
    case 0:
    case 1:
      return ChangeByte(text);
    case 2:
      return ChangeRange(text);
    case 3:
      return ChangeNumber(text);
    case 4:
    case 5: {
      text.insert(Random(text.size() + 1), Token());
      return;
    }
    case 6: {  // parts of two
      const std::string& other = pool_[Random(pool_.size())];
      text.resize(Random(text.size() + 1));
      text += other.substr(Random(other.size() + 1));
      return;
    }
    default: {  // the same again and again: nesting, long rows
      if (Random(8) != 0) return ChangeByte(text);
      std::string many;
      const std::string token = Token();
      for (uint64_t i = 0, times = Random(kDeepMax); i < times; ++i) many += token;
      text.insert(Random(text.size() + 1), many);
    }
  }
}

std::string Mutator::Next() {
  std::string text = pool_[Random(pool_.size())];
  for (uint64_t i = 0, changes = 1 + Random(kChangesMax); i < changes; ++i) Change(text);
  if (text.size() > kInputBytesMax) text.resize(kInputBytesMax);
  return text;
}

}  // namespace fuzz
