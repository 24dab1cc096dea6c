#include "base/crypto/rsa.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

namespace base::crypto {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free>;

Error Failed(const char* reason, const char* message) {
  ERR_clear_error();
  return Error(Code::kInvalidArgument, reason, message);
}

Error Internal() {
  ERR_clear_error();
  return Error(Code::kInternal, "base.crypto_failed", "the cryptographic library failed");
}

Bio ReadingBio(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string TextOf(BIO* bio) {
  char* start = nullptr;
  const long size = BIO_get_mem_data(bio, &start);
  return std::string(start, static_cast<size_t>(size));
}

bool UseOaep(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

const unsigned char* Unsigned(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* Unsigned(Bytes& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

Result<RsaKeyPair> MakeRsaKeyPair(uint32_t bits) {
  const Key key(EVP_RSA_gen(bits));
  const Bio private_bio(BIO_new(BIO_s_mem()));
  const Bio public_bio(BIO_new(BIO_s_mem()));
  if (!key || !private_bio || !public_bio) return Internal();
  if (PEM_write_bio_PKCS8PrivateKey(private_bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_PUBKEY(public_bio.get(), key.get()) != 1) {
    return Internal();
  }
  return RsaKeyPair{TextOf(private_bio.get()), TextOf(public_bio.get())};
}

Result<Bytes> RsaOaepEncrypt(const std::string& public_key, BytesView plaintext) {
  const Bio bio = ReadingBio(public_key);
  const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
    return Failed("base.bad_key", "this is no RSA public key in PEM");
  }
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (!context || EVP_PKEY_encrypt_init(context.get()) <= 0 || !UseOaep(context.get())) {
    return Internal();
  }
  Bytes out(static_cast<size_t>(EVP_PKEY_size(key.get())), '\0');
  size_t size = out.size();
  if (EVP_PKEY_encrypt(context.get(), Unsigned(out), &size, Unsigned(plaintext),
                       plaintext.size()) <= 0) {
    return Failed("base.too_long", "this is longer than the key can encrypt");
  }
  out.resize(size);
  return out;
}

Result<Bytes> RsaOaepDecrypt(const std::string& private_key, BytesView ciphertext) {
  const Bio bio = ReadingBio(private_key);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return Failed("base.bad_key", "this is no private key in PEM");
  const KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (!context || EVP_PKEY_decrypt_init(context.get()) <= 0 || !UseOaep(context.get())) {
    return Internal();
  }
  Bytes out(static_cast<size_t>(EVP_PKEY_size(key.get())), '\0');
  size_t size = out.size();
  if (EVP_PKEY_decrypt(context.get(), Unsigned(out), &size, Unsigned(ciphertext),
                       ciphertext.size()) <= 0) {
    return Failed("base.not_for_this_key", "this was not encrypted under the key, or is damaged");
  }
  out.resize(size);
  return out;
}

}  // namespace base::crypto
