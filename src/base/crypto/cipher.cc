#include "base/crypto/cipher.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/check.h"

namespace base::crypto {
namespace {

constexpr size_t kTagBytes = 16;
constexpr uint64_t kScryptMemoryMax = 64ull << 20;

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* Unsigned(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* Unsigned(Bytes& bytes, size_t at = 0) {
  return reinterpret_cast<unsigned char*>(bytes.data()) + at;
}

Error NotForThisKey() {
  ERR_clear_error();
  return Error(Code::kInvalidArgument, "base.not_for_this_key",
               "this was not encrypted under the key, or is damaged");
}

}  // namespace

Bytes Encrypt(const CipherInput& input, BytesView plaintext) {
  CHECK(input.key.size() == kCipherKeyBytes && input.nonce.size() == kCipherNonceBytes);
  const CipherContext context(EVP_CIPHER_CTX_new());
  Bytes out(plaintext.size() + kTagBytes, '\0');
  int size = 0;
  CHECK(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Unsigned(input.key),
                           Unsigned(input.nonce)) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), nullptr, &size, Unsigned(input.bound),
                          static_cast<int>(input.bound.size())) == 1);
  CHECK(EVP_EncryptUpdate(context.get(), Unsigned(out), &size, Unsigned(plaintext),
                          static_cast<int>(plaintext.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(context.get(), Unsigned(out, plaintext.size()), &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            Unsigned(out, plaintext.size())) == 1);
  return out;
}

Result<Bytes> Decrypt(const CipherInput& input, BytesView ciphertext) {
  CHECK(input.key.size() == kCipherKeyBytes && input.nonce.size() == kCipherNonceBytes);
  if (ciphertext.size() < kTagBytes) return NotForThisKey();
  const CipherContext context(EVP_CIPHER_CTX_new());
  const BytesView body = ciphertext.substr(0, ciphertext.size() - kTagBytes);
  Bytes tag(ciphertext.substr(body.size()));
  Bytes out(body.size() + kTagBytes, '\0');  // room for the library's last block
  int size = 0;
  CHECK(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Unsigned(input.key),
                           Unsigned(input.nonce)) == 1);
  CHECK(EVP_DecryptUpdate(context.get(), nullptr, &size, Unsigned(input.bound),
                          static_cast<int>(input.bound.size())) == 1);
  CHECK(EVP_DecryptUpdate(context.get(), Unsigned(out), &size, Unsigned(body),
                          static_cast<int>(body.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, Unsigned(tag)) == 1);
  if (EVP_DecryptFinal_ex(context.get(), Unsigned(out, body.size()), &size) != 1) {
    return NotForThisKey();
  }
  out.resize(body.size());
  return out;
}

Result<Bytes> StretchPassphrase(std::string_view passphrase, BytesView salt) {
  Bytes key(kCipherKeyBytes, '\0');
  if (EVP_PBE_scrypt(passphrase.data(), passphrase.size(), Unsigned(salt), salt.size(), 1u << 15, 8,
                     1, kScryptMemoryMax, Unsigned(key), key.size()) != 1) {
    ERR_clear_error();
    return Error(Code::kInternal, "base.crypto_failed", "the cryptographic library failed");
  }
  return key;
}

Bytes RandomBytes(Rng& rng, size_t count) {
  Bytes bytes(count, '\0');
  for (size_t at = 0; at < count; at += sizeof(uint64_t)) {
    const uint64_t number = rng.Next();
    std::memcpy(bytes.data() + at, &number, std::min(sizeof(number), count - at));
  }
  return bytes;
}

bool SameInConstantTime(BytesView a, BytesView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace base::crypto
