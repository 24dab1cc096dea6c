// SHA-256 of bytes in memory or fed piece by piece.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"

namespace base {

/// 32 raw bytes.
Bytes Sha256(BytesView bytes);
/// 64 lower-case hexadecimal digits.
std::string Sha256Hex(BytesView bytes);

/// Feed with Update, end with Finish once. Not thread-safe.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  void Update(BytesView bytes);
  Bytes Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace base
