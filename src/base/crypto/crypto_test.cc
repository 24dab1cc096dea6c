#include <gtest/gtest.h>

#include "base/crypto/base64.h"
#include "base/crypto/cipher.h"
#include "base/crypto/rsa.h"
#include "base/testing/matchers.h"

namespace base::crypto {
namespace {

using base::testing::IsError;

TEST(Base64, FollowsRfc4648AndTakesNothingElse) {
  for (const auto& [plain, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"},
                                                        {"\xff\xfe\xfd", "//79"}}) {
    EXPECT_EQ(ToBase64(plain), text);
    EXPECT_EQ(*FromBase64(text), plain);
  }
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm9v\n", "Zm_v", "====", "Z===", "=Zg="}) {
    EXPECT_THAT(FromBase64(bad), IsError(Code::kInvalidArgument, "base.bad_base64")) << bad;
  }
}

TEST(Cipher, OpensOnlyWithTheSameKeyNonceAndBinding) {
  const Bytes key(32, 'k');
  const Bytes nonce(12, 'n');
  const Bytes sealed = Encrypt({key, nonce, "place"}, "the plain text");
  EXPECT_EQ(sealed.find("plain"), std::string::npos);
  EXPECT_EQ(*Decrypt({key, nonce, "place"}, sealed), "the plain text");
  EXPECT_EQ(*Decrypt({key, nonce, "place"}, Encrypt({key, nonce, "place"}, "")), "");
  const auto closed = IsError(Code::kInvalidArgument, "base.not_for_this_key");
  EXPECT_THAT(Decrypt({Bytes(32, 'K'), nonce, "place"}, sealed), closed);
  EXPECT_THAT(Decrypt({key, Bytes(12, 'N'), "place"}, sealed), closed);
  EXPECT_THAT(Decrypt({key, nonce, "other"}, sealed), closed);
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_THAT(Decrypt({key, nonce, "place"}, changed), closed);
    EXPECT_THAT(Decrypt({key, nonce, "place"}, sealed.substr(0, i)), closed);
  }
}

// Test case 13 and 14 of the GCM submission: key and nonce of zeros.
TEST(Cipher, IsAes256Gcm) {
  const Bytes zeros(32, '\0');
  const BytesView nonce = BytesView(zeros).substr(0, 12);
  EXPECT_EQ(ToHex(Encrypt({zeros, nonce, ""}, "")), "530f8afbc74536b9a963b4f1c4cb738b");
  EXPECT_EQ(ToHex(Encrypt({zeros, nonce, ""}, BytesView(zeros).substr(0, 16))),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST(Cipher, PassphrasesGiveKeysBySalt) {
  const Bytes key = *StretchPassphrase("correct horse", "salt");
  EXPECT_EQ(key.size(), kCipherKeyBytes);
  EXPECT_EQ(*StretchPassphrase("correct horse", "salt"), key);
  EXPECT_NE(*StretchPassphrase("correct horse", "pepper"), key);
  EXPECT_NE(*StretchPassphrase("wrong horse", "salt"), key);
}

TEST(Rsa, OaepGoesThereAndBackAndNowhereElse) {
  const RsaKeyPair keys = *MakeRsaKeyPair(2048);
  EXPECT_TRUE(keys.public_key.starts_with("-----BEGIN PUBLIC KEY-----"));
  const Bytes sealed = *RsaOaepEncrypt(keys.public_key, "p=v");
  EXPECT_EQ(sealed.size(), 256u);
  EXPECT_EQ(*RsaOaepDecrypt(keys.private_key, sealed), "p=v");
  EXPECT_NE(*RsaOaepEncrypt(keys.public_key, "p=v"), sealed);
  const auto closed = IsError(Code::kInvalidArgument, "base.not_for_this_key");
  EXPECT_THAT(RsaOaepDecrypt(keys.private_key, sealed.substr(1)), closed);
  EXPECT_THAT(RsaOaepDecrypt(keys.private_key, ""), closed);
  EXPECT_THAT(RsaOaepDecrypt(MakeRsaKeyPair(2048)->private_key, sealed), closed);
  EXPECT_EQ(RsaOaepEncrypt(keys.public_key, Bytes(190, 'x')).ok(), true);
  EXPECT_THAT(RsaOaepEncrypt(keys.public_key, Bytes(191, 'x')),
              IsError(Code::kInvalidArgument, "base.too_long"));
  EXPECT_THAT(RsaOaepEncrypt("no key", "x"), IsError(Code::kInvalidArgument, "base.bad_key"));
}

}  // namespace
}  // namespace base::crypto
