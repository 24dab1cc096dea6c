// Users, keys and credentials, as an admin administers them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "place.h"

namespace ports {
namespace {

using base::Code;
using base::testing::IsError;
using base::testing::IsOk;
using ::testing::ElementsAre;

template <class Place>
class AccountPortsTest : public ::testing::Test {
 protected:
  Place place_;
  Ports ports_ = place_.ports();
  base::Context ctx_;
};

using Places = ::testing::Types<InProcess, OverNetwork>;
TYPED_TEST_SUITE(AccountPortsTest, Places);

TYPED_TEST(AccountPortsTest, UsersAreMadeAndChanged) {
  api::Accounts& accounts = this->ports_.accounts;
  api::Account bob;
  bob.username = "bob";
  bob.first_name = "Bob";
  bob.role = api::Role::kReader;
  bob.write_zones = {"etl"};
  const auto made = accounts.Create(this->ctx_, bob);
  ASSERT_THAT(made, IsOk());
  EXPECT_FALSE(made->id.empty());
  EXPECT_THAT(accounts.Create(this->ctx_, bob),
              IsError(Code::kAlreadyExists, "accounts.user_exists"));
  api::Account changed = *accounts.Get(this->ctx_, "bob");
  EXPECT_THAT(changed.write_zones, ElementsAre("etl"));
  changed.active = false;
  changed.role = api::Role::kMember;
  ASSERT_THAT(accounts.Update(this->ctx_, changed), IsOk());
  const auto all = accounts.List(this->ctx_);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_FALSE((*all)[1].active);
  EXPECT_EQ((*all)[1].role, api::Role::kMember);
  EXPECT_EQ(accounts.GetOrganization(this->ctx_)->name, "Ports");
}

TYPED_TEST(AccountPortsTest, AKeyIsShownOnceAndListedUntilItIsRevoked) {
  api::Accounts& accounts = this->ports_.accounts;
  const base::Instant expires = base::FromMicros(4'102'444'800'000'000);
  const auto key = accounts.CreateKey(this->ctx_, "ada", "laptop", expires);
  ASSERT_THAT(key, IsOk());
  EXPECT_FALSE(key->secret.empty());
  const auto listed = [&]() -> std::optional<api::KeyEntry> {
    const auto keys = accounts.ListKeys(this->ctx_, "ada");
    EXPECT_THAT(keys, IsOk());
    for (const api::KeyEntry& entry : *keys) {
      if (entry.id == key->entry.id) return entry;
    }
    return {};
  };
  const auto entry = listed();
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->label, "laptop");
  EXPECT_EQ(entry->expires, expires);
  EXPECT_FALSE(entry->revoked.has_value());
  ASSERT_THAT(accounts.RevokeKey(this->ctx_, key->entry.id), IsOk());
  const auto revoked = listed();
  EXPECT_TRUE(!revoked || revoked->revoked.has_value());
  EXPECT_THAT(accounts.RevokeKey(this->ctx_, "none"), IsError(Code::kNotFound, "accounts.no_key"));
}

TYPED_TEST(AccountPortsTest, CredentialsAreListedWithoutTheirSecrets) {
  api::Credentials& credentials = this->ports_.credentials;
  const api::ObjectCredential credential{"http://127.0.0.1:1", "nowhere", "id", "secret", "",
                                         "s3://bucket/"};
  ASSERT_THAT(credentials.Set(this->ctx_, "store", credential), IsOk());
  const auto listed = credentials.List(this->ctx_);
  ASSERT_THAT(listed, IsOk());
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().name, "store");
  EXPECT_EQ(listed->front().access_key, "id");
  EXPECT_EQ(listed->front().prefix, "s3://bucket/");
  ASSERT_THAT(credentials.Remove(this->ctx_, "store"), IsOk());
  EXPECT_THAT(credentials.Remove(this->ctx_, "store"),
              IsError(Code::kNotFound, "credentials.none"));
}

}  // namespace
}  // namespace ports
