#include "base/rng.h"

#include <sys/random.h>

#include <cctype>
#include <cstdio>

#include "base/check.h"

namespace base {

uint64_t SystemRng::Next() {
  uint64_t value = 0;
  CHECK(getrandom(&value, sizeof(value), 0) == sizeof(value));
  return value;
}

std::string NewUuid(Rng& rng) {
  const uint64_t high = (rng.Next() & ~0xf000ull) | 0x4000ull;
  const uint64_t low = (rng.Next() & ~(3ull << 62)) | (2ull << 62);
  char text[37];
  std::snprintf(text, sizeof(text), "%08llx-%04llx-%04llx-%04llx-%012llx",
                static_cast<unsigned long long>(high >> 32),
                static_cast<unsigned long long>((high >> 16) & 0xffff),
                static_cast<unsigned long long>(high & 0xffff),
                static_cast<unsigned long long>(low >> 48),
                static_cast<unsigned long long>(low & 0xffffffffffffull));
  return text;
}

bool IsUuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
      return false;
  }
  return true;
}

int64_t NewPositiveInt64(Rng& rng) {
  while (true) {
    const auto value = static_cast<int64_t>(rng.Next() >> 1);
    if (value != 0) return value;
  }
}

}  // namespace base
