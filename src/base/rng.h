// Randomness comes in through an Rng, so that tests and simulations own it.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace base {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual uint64_t Next() = 0;
};

/// The kernel's generator: for ids and nonces. Thread-safe.
class SystemRng final : public Rng {
 public:
  uint64_t Next() override;
};

/// The same numbers for the same seed. Not thread-safe.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(uint64_t seed) : engine_(seed) {}
  uint64_t Next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

/// A random (version 4) UUID as 36 characters of text.
std::string NewUuid(Rng& rng);
/// True for 8-4-4-4-12 hexadecimal digits, any case.
bool IsUuid(const std::string& text);
/// A positive 63-bit number that is never 0: snapshot ids.
int64_t NewPositiveInt64(Rng& rng);

}  // namespace base
