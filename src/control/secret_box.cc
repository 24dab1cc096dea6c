#include "control/secret_box.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/cbor.h"
#include "base/crypto/cipher.h"
#include "base/file.h"
#include "control/reasons.h"

namespace control {
namespace {

using base::Bytes;
using base::BytesView;

constexpr char kKind[] = "sealed";
constexpr int64_t kVersion = 1;
constexpr char kByFile[] = "file";
constexpr char kByPassphrase[] = "passphrase";
constexpr size_t kSaltBytes = 16;
constexpr char kFileHeader[] = "boathouse secret key, version 1\n";

base::Error Failed(const char* reason, std::string message) {
  return base::Error(base::Code::kFailedPrecondition, reason, std::move(message));
}

base::Error WrongKey() {
  return Failed(kWrongSecretKey,
                "the secret key or passphrase is not the one this lake's secrets were encrypted "
                "under: bring back the old one");
}

/// Only its owner can read it from the first moment on; an existing file stays as it is.
base::Status WriteNewFile(const std::string& path, const Bytes& key) {
  const std::string beside = path + ".new-" + std::to_string(::getpid());
  const std::string text = kFileHeader + base::ToHex(key) + "\n";
  {
    ::unlink(beside.c_str());
    const base::Fd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd.valid()) return base::IoError("create", beside, errno);
    if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
        ::fsync(fd.get()) != 0) {
      return base::IoError("write", beside, errno);
    }
  }
  const int linked = ::link(beside.c_str(), path.c_str());
  const int why = errno;
  ::unlink(beside.c_str());
  if (linked != 0 && why != EEXIST) return base::IoError("create", path, why);
  return base::SyncFolder(std::filesystem::path(path).parent_path().string());
}

base::Status CheckMode(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return base::IoError("stat", path, errno);
  if ((status.st_mode & 077) == 0) return base::Ok();
  return Failed(kSecretKeyIsOpen,
                "the secret key in \"" + path + "\" can be read by others: chmod 600 it")
      .Set("file", path);
}

base::Result<Bytes> ReadKeyFile(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, base::ReadFile(path));
  RETURN_IF_ERROR(CheckMode(path));
  while (text.ends_with('\n')) text.pop_back();
  if (!text.starts_with(kFileHeader)) {
    return Failed(kWrongSecretKey, "\"" + path + "\" is no secret key of a lake");
  }
  auto key = base::FromHex(BytesView(text).substr(sizeof(kFileHeader) - 1));
  if (!key.ok() || key->size() != base::crypto::kCipherKeyBytes) {
    return Failed(kWrongSecretKey, "\"" + path + "\" is damaged: bring back a copy");
  }
  return key;
}

}  // namespace

base::Result<Bytes> SecretBox::FileKey(bool make) {
  Bytes known = known_.With([](const Known& all) { return all.file_key; });
  if (!known.empty()) return known;
  auto key = ReadKeyFile(options_.key_file);
  if (!key.ok() && key.error().code == base::Code::kNotFound) {
    if (!make) {
      return Failed(kNoSecretKey, "the secret key \"" + options_.key_file +
                                      "\" is not there, and without it no secret of this lake can "
                                      "be read: bring it back")
          .Set("file", options_.key_file);
    }
    RETURN_IF_ERROR(WriteNewFile(options_.key_file,
                                 base::crypto::RandomBytes(rng_, base::crypto::kCipherKeyBytes)));
    key = ReadKeyFile(options_.key_file);
  }
  if (key.ok()) known_.With([&](Known& all) { all.file_key = *key; });
  return key;
}

base::Result<Bytes> SecretBox::PassphraseKey(const Bytes& salt) {
  Bytes known = known_.With(
      [&](const Known& all) { return all.salt == salt ? all.passphrase_key : Bytes(); });
  if (!known.empty()) return known;
  ASSIGN_OR_RETURN(Bytes key, base::crypto::StretchPassphrase(options_.passphrase, salt));
  known_.With([&](Known& all) {
    all.salt = salt;
    all.passphrase_key = key;
  });
  return key;
}

base::Result<Bytes> SecretBox::Seal(const std::string& what, BytesView plaintext) {
  const bool by_passphrase = !options_.passphrase.empty();
  Bytes salt;
  Bytes key;
  if (by_passphrase) {
    salt = known_.With([](const Known& all) { return all.salt; });
    if (salt.empty()) salt = base::crypto::RandomBytes(rng_, kSaltBytes);
    ASSIGN_OR_RETURN(key, PassphraseKey(salt));
  } else {
    ASSIGN_OR_RETURN(key, FileKey(true));
  }
  const Bytes nonce = base::crypto::RandomBytes(rng_, base::crypto::kCipherNonceBytes);
  base::Cbor::Map map{
      {0, kKind},
      {1, kVersion},
      {2, by_passphrase ? kByPassphrase : kByFile},
      {4, base::Cbor::OfBytes(nonce)},
      {5, base::Cbor::OfBytes(base::crypto::Encrypt({key, nonce, what}, plaintext))}};
  if (by_passphrase) map.emplace(3, base::Cbor::OfBytes(salt));
  return base::EncodeCbor(std::move(map));
}

base::Result<Bytes> SecretBox::Open(const std::string& what, BytesView sealed) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(sealed));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, kKind, kVersion));
  ASSIGN_OR_RETURN(const std::string how, fields.Text(2));
  ASSIGN_OR_RETURN(const Bytes salt, fields.BytesOr(3, ""));
  ASSIGN_OR_RETURN(const Bytes nonce, fields.ByteString(4));
  ASSIGN_OR_RETURN(const Bytes ciphertext, fields.ByteString(5));
  RETURN_IF_ERROR(fields.Finish());
  if (nonce.size() != base::crypto::kCipherNonceBytes) return WrongKey();
  Bytes key;
  if (how == kByPassphrase) {
    if (options_.passphrase.empty()) {
      return Failed(kNoSecretKey,
                    "this lake's secrets were encrypted under a passphrase: give it in "
                    "BOATHOUSE_SECRET_PASSPHRASE");
    }
    ASSIGN_OR_RETURN(key, PassphraseKey(salt));
  } else {
    ASSIGN_OR_RETURN(key, FileKey(false));
  }
  auto plaintext = base::crypto::Decrypt({key, nonce, what}, ciphertext);
  if (!plaintext.ok()) return WrongKey();
  return plaintext;
}

}  // namespace control
