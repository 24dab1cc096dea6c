// RSA key pairs, and OAEP with SHA-256 under them (MGF1 with SHA-256, empty label).
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace base::crypto {

struct RsaKeyPair {
  std::string private_key;  // PEM, PKCS#8
  std::string public_key;   // PEM, SubjectPublicKeyInfo
};

/// Takes a second or so for 4096 bits.
Result<RsaKeyPair> MakeRsaKeyPair(uint32_t bits);

/// kInvalidArgument "base.bad_key" for a text that is no public key, "base.too_long" for more than
/// fits (446 bytes under a key of 4096 bits).
Result<Bytes> RsaOaepEncrypt(const std::string& public_key, BytesView plaintext);
/// kInvalidArgument "base.not_for_this_key": made for another key, or damaged; one error for all.
Result<Bytes> RsaOaepDecrypt(const std::string& private_key, BytesView ciphertext);

}  // namespace base::crypto
