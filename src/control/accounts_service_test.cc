#include "control/accounts_service.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/crypto/base64.h"
#include "base/crypto/rsa.h"
#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/sim_clock.h"
#include "base/testing/temporary_folder.h"
#include "control/accounts_cbor.h"
#include "control/credentials_service.h"
#include "control/reasons.h"
#include "state/memory_store.h"

namespace control {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

constexpr uint32_t kKeyBits = 2048;  // 4096 take seconds to make
constexpr char kProject[] = "5c2c1d2e-0000-4000-8000-000000000001";

class AccountsTest : public ::testing::Test {
 protected:
  api::Account Make(const std::string& name, api::Role role = api::Role::kMember) {
    api::Account account;
    account.username = name;
    account.role = role;
    auto made = accounts_.Create(ctx_, account);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? *made : account;
  }
  std::string Key(const std::string& user, std::optional<base::Instant> expires = {}) {
    auto key = accounts_.CreateKey(ctx_, user, "a label", expires);
    EXPECT_THAT(key, IsOk());
    return key.ok() ? key->secret : "";
  }
  /// Everything the store holds, as one text.
  std::string Stored() {
    std::string all;
    const auto records = memory_.List(ctx_, "", "", 1000);
    for (const state::KeyedRecord& each : *records) {
      all += each.key + each.record.bytes;
    }
    return all;
  }

  base::testing::TemporaryFolder folder_;
  base::Context ctx_;
  base::testing::SimClock clock_;
  base::SeededRng rng_{1};
  state::MemoryStore memory_;
  SecretBox box_{{folder_.path() + "/key", ""}, rng_};
  AccountsService accounts_{memory_, box_, clock_, rng_, kKeyBits};
};

TEST_F(AccountsTest, AKeyOpensAndItsSecretIsNowhere) {
  Make("ada");
  const std::string token = Key("ada");
  EXPECT_TRUE(token.starts_with("bh_"));
  EXPECT_EQ(accounts_.Authenticate(ctx_, token)->username, "ada");
  EXPECT_EQ(Stored().find(token.substr(20)), std::string::npos);
  EXPECT_EQ(accounts_.ListKeys(ctx_, "ada")->at(0).label, "a label");
}

// Whoever tries keys must not learn which exist: one error for all, to the letter.
TEST_F(AccountsTest, EveryKeyThatDoesNotOpenGivesTheSameError) {
  Make("root", api::Role::kAdmin);
  api::Account bob = Make("bob");
  const std::string expiring = Key("root", clock_.Now() + std::chrono::hours(1));
  const std::string revoked = Key("root");
  const std::string good = Key("root");
  const std::string of_inactive = Key("bob");
  EXPECT_THAT(accounts_.Authenticate(ctx_, expiring), IsOk());
  EXPECT_THAT(accounts_.Authenticate(ctx_, of_inactive), IsOk());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_THAT(accounts_.RevokeKey(ctx_, revoked.substr(3, 16)), IsOk());
  bob.active = false;
  EXPECT_THAT(accounts_.Update(ctx_, bob), IsOk());
  std::string other = good;
  other.back() = other.back() == '0' ? '1' : '0';
  std::string unknown = good;
  unknown[3] = unknown[3] == '0' ? '1' : '0';
  for (const std::string& token :
       {std::string(), std::string("invalid"), expiring, revoked, of_inactive, other, unknown,
        good + "0", good.substr(1), "bh_" + std::string(16, '/') + good.substr(19),
        std::string(100'000, 'a')}) {
    const auto answer = accounts_.Authenticate(ctx_, token);
    ASSERT_THAT(answer, IsError(Code::kUnauthenticated, kBadKey)) << token.substr(0, 90);
    EXPECT_EQ(answer.error().message, accounts_.Authenticate(ctx_, "x").error().message);
    EXPECT_TRUE(answer.error().context.empty());
  }
  EXPECT_THAT(accounts_.Authenticate(ctx_, good), IsOk());
}

TEST_F(AccountsTest, UsersAreOnceAndNamedPlainly) {
  Make("ada");
  EXPECT_THAT(accounts_.Create(ctx_, {.username = "ada"}),
              IsError(Code::kAlreadyExists, kUserExists));
  for (const char* name : {"", "a.b", "main", "Ada", "a/b", "-a", "a b", "../x"}) {
    EXPECT_THAT(accounts_.Create(ctx_, {.username = name}),
                IsError(Code::kInvalidArgument, kBadAccount))
        << name;
    EXPECT_THAT(accounts_.Get(ctx_, name), IsError(Code::kNotFound, kNoUser)) << name;
  }
  for (const char* zone : {"", "a@b", "etl."}) {
    EXPECT_THAT(accounts_.Create(ctx_, {.username = "bob", .write_zones = {zone}}),
                IsError(Code::kInvalidArgument, kBadAccount))
        << zone;
  }
  EXPECT_THAT(accounts_.CreateKey(ctx_, "nobody", "", {}), IsError(Code::kNotFound, kNoUser));
  EXPECT_THAT(accounts_.CreateKey(ctx_, "ada", "", clock_.Now()),
              IsError(Code::kInvalidArgument, kBadAccount));
  EXPECT_THAT(accounts_.RevokeKey(ctx_, "no such id"), IsError(Code::kNotFound, kNoKey));
  EXPECT_EQ(accounts_.List(ctx_)->size(), 1u);
}

TEST_F(AccountsTest, OneAdminAlwaysRemains) {
  api::Account ada = Make("ada", api::Role::kAdmin);
  const auto last = IsError(Code::kFailedPrecondition, kLastAdmin);
  api::Account less = ada;
  less.role = api::Role::kMember;
  EXPECT_THAT(accounts_.Update(ctx_, less), last);
  api::Account gone = ada;
  gone.active = false;
  EXPECT_THAT(accounts_.Update(ctx_, gone), last);
  api::Account bob = Make("bob", api::Role::kAdmin);
  EXPECT_THAT(accounts_.Update(ctx_, less), IsOk());
  bob.role = api::Role::kReader;
  EXPECT_THAT(accounts_.Update(ctx_, bob), last);
  EXPECT_EQ(accounts_.Get(ctx_, "ada")->id, ada.id);
}

TEST_F(AccountsTest, InitialisingTwiceChangesNothing) {
  const InitialAccounts wanted{"Ada & Sons", "ada", "first"};
  const auto first = accounts_.Initialise(ctx_, wanted);
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->key.has_value());
  EXPECT_EQ(first->organization.slug, "ada-sons");
  EXPECT_EQ(accounts_.Authenticate(ctx_, first->key->secret)->role, api::Role::kAdmin);
  const auto second = accounts_.Initialise(ctx_, {"Other", "bob", "first"});
  ASSERT_THAT(second, IsOk());
  EXPECT_FALSE(second->key.has_value());
  EXPECT_EQ(second->organization.secret_public_key, first->organization.secret_public_key);
  EXPECT_EQ(second->users, std::vector<std::string>{"ada"});
}

TEST_F(AccountsTest, SecretsOpenForTheirProjectAloneAndTheirKeyIsEncryptedAtRest) {
  const auto own = accounts_.GetOrganization(ctx_);
  ASSERT_THAT(own, IsOk());
  const auto sealed = [&](const std::string& plain) {
    return base::crypto::ToBase64(*base::crypto::RsaOaepEncrypt(own->secret_public_key, plain));
  };
  const std::string good = sealed(std::string(kProject) + "=hunter2=x");
  EXPECT_EQ(*accounts_.OpenSecret(ctx_, kProject, good, own->secret_key_name), "hunter2=x");
  EXPECT_THAT(
      accounts_.OpenSecret(ctx_, "6" + std::string(kProject).substr(1), good, own->secret_key_name),
      IsError(Code::kInvalidArgument, kOtherProject));
  EXPECT_THAT(accounts_.OpenSecret(ctx_, kProject, sealed("hunter2"), own->secret_key_name),
              IsError(Code::kInvalidArgument, kOtherProject));
  EXPECT_THAT(accounts_.OpenSecret(ctx_, kProject, good, "awskms:///other"),
              IsError(Code::kInvalidArgument, kOtherKey));
  for (const std::string& bad :
       {std::string("no base64"), std::string(), good.substr(4), "AAAA" + good.substr(4)}) {
    EXPECT_THAT(accounts_.OpenSecret(ctx_, kProject, bad, own->secret_key_name),
                IsError(Code::kInvalidArgument, kBadSecret));
  }
  EXPECT_EQ(Stored().find("PRIVATE KEY"), std::string::npos);
  struct stat status{};
  ASSERT_EQ(::stat((folder_.path() + "/key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  // Another process with the same file, then one without it.
  SecretBox again({folder_.path() + "/key", ""}, rng_);
  AccountsService other(memory_, again, clock_, rng_);
  EXPECT_EQ(*other.OpenSecret(ctx_, kProject, good, own->secret_key_name), "hunter2=x");
  SecretBox lost({folder_.path() + "/none", ""}, rng_);
  AccountsService without(memory_, lost, clock_, rng_);
  EXPECT_THAT(without.OpenSecret(ctx_, kProject, good, own->secret_key_name),
              IsError(Code::kFailedPrecondition, kNoSecretKey));
}

TEST_F(AccountsTest, SecretsOfFormerKeysCanStillBeRead) {
  const auto before = accounts_.GetOrganization(ctx_);
  ASSERT_THAT(before, IsOk());
  const auto sealed = [&](const api::Organization& own) {
    return base::crypto::ToBase64(
        *base::crypto::RsaOaepEncrypt(own.secret_public_key, std::string(kProject) + "=x"));
  };
  const std::string old = sealed(*before);
  for (int i = 0; i < 2; ++i) {
    const auto now = accounts_.RotateSecretKey(ctx_);
    ASSERT_THAT(now, IsOk());
    EXPECT_EQ(now->id, before->id);
    EXPECT_NE(now->secret_key_name, before->secret_key_name);
    EXPECT_NE(now->secret_public_key, before->secret_public_key);
    EXPECT_EQ(accounts_.GetOrganization(ctx_)->secret_key_name, now->secret_key_name);
    EXPECT_EQ(*accounts_.OpenSecret(ctx_, kProject, sealed(*now), now->secret_key_name), "x");
    EXPECT_EQ(*accounts_.OpenSecret(ctx_, kProject, old, before->secret_key_name), "x");
    EXPECT_THAT(accounts_.OpenSecret(ctx_, kProject, old, now->secret_key_name),
                IsError(Code::kInvalidArgument, kBadSecret));
  }
}

TEST_F(AccountsTest, BoxesOpenWithTheirKeyAtTheirPlaceOnly) {
  const base::Bytes sealed = *box_.Seal("here", "plain text");
  EXPECT_EQ(sealed.find("plain"), std::string::npos);
  EXPECT_EQ(*box_.Open("here", sealed), "plain text");
  EXPECT_THAT(box_.Open("there", sealed), IsError(Code::kFailedPrecondition, kWrongSecretKey));
  SecretBox by_words({"", "correct horse"}, rng_);
  const base::Bytes worded = *by_words.Seal("here", "plain text");
  EXPECT_EQ(*SecretBox({"", "correct horse"}, rng_).Open("here", worded), "plain text");
  EXPECT_THAT(SecretBox({"", "battery"}, rng_).Open("here", worded),
              IsError(Code::kFailedPrecondition, kWrongSecretKey));
  EXPECT_THAT(box_.Open("here", worded), IsError(Code::kFailedPrecondition, kNoSecretKey));
  ASSERT_EQ(::chmod((folder_.path() + "/key").c_str(), 0640), 0);
  EXPECT_THAT(SecretBox({folder_.path() + "/key", ""}, rng_).Open("here", sealed),
              IsError(Code::kFailedPrecondition, kSecretKeyIsOpen));
}

TEST_F(AccountsTest, CredentialsAreStoredSealedAndFoundByTheLongestPrefix) {
  CredentialsService credentials(memory_, box_, clock_);
  const api::ObjectCredential wide{"http://s3:1", "eu", "AK1", "topsecret1", "", "s3://lab"};
  const api::ObjectCredential deep{"", "", "AK2", "topsecret2", "token2", "s3://lab/in/"};
  ASSERT_THAT(credentials.Set(ctx_, "wide", wide), IsOk());
  ASSERT_THAT(credentials.Set(ctx_, "deep", deep), IsOk());
  EXPECT_EQ(Stored().find("topsecret"), std::string::npos);
  EXPECT_EQ(Stored().find("token2"), std::string::npos);
  EXPECT_EQ(credentials.Get(ctx_, "wide")->secret_key, "topsecret1");
  EXPECT_EQ((*credentials.Find(ctx_, "s3://lab/in/a.csv"))->session_token, "token2");
  EXPECT_EQ((*credentials.Find(ctx_, "s3://lab/out"))->access_key, "AK1");
  EXPECT_FALSE(credentials.Find(ctx_, "s3://laboratory/x")->has_value());
  EXPECT_EQ(credentials.List(ctx_)->size(), 2u);
  EXPECT_THAT(credentials.Set(ctx_, "a/b", wide), IsError(Code::kInvalidArgument, kBadCredential));
  EXPECT_THAT(credentials.Remove(ctx_, "wide"), IsOk());
  EXPECT_THAT(credentials.Get(ctx_, "wide"), IsError(Code::kNotFound, kNoCredential));
  EXPECT_THAT(credentials.Remove(ctx_, "wide"), IsError(Code::kNotFound, kNoCredential));
}

/// Bytes of version 1 as hexadecimal digits, one record a line: read forever.
TEST(AccountRecords, GoldenBytesOfVersionOne) {
  const base::Instant at = base::FromMicros(1'700'000'000'000'000);
  OrganizationRecord organization{{"id-1", "Ada & Sons", "ada-sons", "key-1", "PEM"}, "sealed", at};
  UserRecord user{{"id-2", "ada", "Ada", "L", api::Role::kAdmin, {"main", "etl"}, false}, at};
  KeyRecord key{{"0011223344556677", "ada", "laptop", at, at, at}, "salt", "hash"};
  CredentialRecord credential{{"lab", "http://s3", "eu", "AK", "s3://lab/", at}, "sealed"};
  std::string lines;
  for (const base::Bytes& bytes :
       {EncodeOrganization(organization), EncodeUser(user), EncodeKey(key),
        EncodeCredential(credential), EncodeCredentialSecrets({"secret", "token"})}) {
    lines += base::ToHex(bytes) + "\n";
  }
  const auto golden =
      base::ReadFile(std::string(BOATHOUSE_SOURCE_DIR) + "/tests/golden/control/accounts_v1.hex");
  ASSERT_THAT(golden, IsOk());
  EXPECT_EQ(*golden, lines);
  EXPECT_EQ(DecodeUser(EncodeUser(user))->account.write_zones, user.account.write_zones);
  EXPECT_EQ(DecodeKey(EncodeKey(key))->entry.revoked, at);
  EXPECT_EQ(EncodeOrganization(*DecodeOrganization(EncodeOrganization(organization))),
            EncodeOrganization(organization));
  EXPECT_EQ(EncodeCredential(*DecodeCredential(EncodeCredential(credential))),
            EncodeCredential(credential));
  EXPECT_FALSE(DecodeUser(EncodeKey(key)).ok());
  EXPECT_FALSE(DecodeKey("").ok());
}

}  // namespace
}  // namespace control
