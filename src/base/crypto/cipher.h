// AES-256-GCM, keys from passphrases, random bytes, and a comparison that takes the same time
// whatever it compares.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/rng.h"

namespace base::crypto {

inline constexpr size_t kCipherKeyBytes = 32;
inline constexpr size_t kCipherNonceBytes = 12;

/// What is encrypted, and what it is bound to: the same texts must be given to decrypt.
struct CipherInput {
  BytesView key;    // kCipherKeyBytes
  BytesView nonce;  // kCipherNonceBytes, never twice under one key
  BytesView bound;  // not encrypted, but checked
};

/// Ciphertext, then the tag of 16 bytes.
Bytes Encrypt(const CipherInput& input, BytesView plaintext);
/// kInvalidArgument "base.not_for_this_key".
Result<Bytes> Decrypt(const CipherInput& input, BytesView ciphertext);

/// A cipher key out of a passphrase: scrypt with N = 2^15, r = 8, p = 1 (32 MiB, a tenth of a
/// second).
Result<Bytes> StretchPassphrase(std::string_view passphrase, BytesView salt);

Bytes RandomBytes(Rng& rng, size_t count);

/// The time depends on the lengths only.
bool SameInConstantTime(BytesView a, BytesView b);

}  // namespace base::crypto
