#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/check.h"

namespace base {

struct Sha256Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Bytes Sha256(BytesView bytes) {
  // Found once: SHA256() looks the algorithm up anew each time, which for a short text costs more
  // than the hash.
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, kAlgorithm, nullptr) == 1);
  return Bytes(reinterpret_cast<const char*>(digest), sizeof(digest));
}

std::string Sha256Hex(BytesView bytes) {
  return ToHex(Sha256(bytes));
}

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  CHECK(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1);
}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::Update(BytesView bytes) {
  CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Bytes Sha256Hasher::Finish() {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  CHECK(EVP_DigestFinal_ex(state_->context, digest, nullptr) == 1);
  return Bytes(reinterpret_cast<const char*>(digest), sizeof(digest));
}

}  // namespace base
