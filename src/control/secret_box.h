// Encryption at rest: what is sealed here can be opened only with the key beside the lake, or the
// passphrase.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/rng.h"

namespace control {

/// Where the key comes from: the passphrase when there is one, else the file.
struct SecretBoxOptions {
  std::string key_file;  // made with mode 0600 when first needed; anyone else's reading is refused
  std::string passphrase;  // stretched with scrypt
};

/// Thread-safe. The key is read or made with the first use; a lake without secrets has none.
class SecretBox {
 public:
  SecretBox(SecretBoxOptions options, base::Rng& rng) : options_(std::move(options)), rng_(rng) {}

  /// `what` names the place it is stored at: moved elsewhere, it does not open.
  base::Result<base::Bytes> Seal(const std::string& what, base::BytesView plaintext);
  /// kFailedPrecondition "secrets.no_key" (the file is gone), "secrets.wrong_key" (it does not
  /// open), "secrets.key_is_open" (others may read the file).
  base::Result<base::Bytes> Open(const std::string& what, base::BytesView sealed);

 private:
  base::Result<base::Bytes> FileKey(bool make);
  base::Result<base::Bytes> PassphraseKey(const base::Bytes& salt);

  const SecretBoxOptions options_;
  base::Rng& rng_;
  struct Known {
    base::Bytes file_key;
    base::Bytes salt;
    base::Bytes passphrase_key;
  };
  base::Guarded<Known> known_;
};

}  // namespace control
