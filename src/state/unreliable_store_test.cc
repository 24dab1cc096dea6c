#include "state/testing/unreliable_store.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "state/memory_store.h"

namespace state::testing {
namespace {

using base::Code;
using base::testing::IsOk;

TEST(UnreliableStore, FailsExactlyTheNthCallOfAnyKind) {
  const base::Context ctx;
  for (uint64_t n = 1; n <= 5; ++n) {
    MemoryStore inner;
    UnreliableStore store(inner, n, FailureTime::kBeforeEffect);
    const bool failed[] = {
        !store.Apply(ctx, {.puts = {{"a", "1"}}}).ok(),
        !store.Read(ctx, "a").ok(),
        !store.List(ctx, "", "", 1).ok(),
        store.ReadObject(ctx, base::Sha256("x")).error().code == Code::kUnavailable,
    };
    for (uint64_t call = 1; call <= 4; ++call) EXPECT_EQ(failed[call - 1], call == n) << n;
    EXPECT_EQ(store.calls(), 4u);
  }
}

TEST(UnreliableStore, AfterItsEffectTheOutcomeIsUnknownAndThere) {
  const base::Context ctx;
  MemoryStore inner;
  UnreliableStore store(inner, 2, FailureTime::kAfterEffect);
  ASSERT_THAT(store.Apply(ctx, {.puts = {{"a", "1"}}}), IsOk());
  const auto unknown = store.Apply(ctx, {.puts = {{"b", "1"}}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, Code::kOutcomeUnknown);
  EXPECT_TRUE(inner.Read(ctx, "b").value().has_value());
  EXPECT_THAT(store.Apply(ctx, {.puts = {{"c", "1"}}}), IsOk());
}

TEST(UnreliableStore, BeforeItsEffectNothingIsThere) {
  const base::Context ctx;
  MemoryStore inner;
  UnreliableStore store(inner, 1, FailureTime::kBeforeEffect);
  const auto failed = store.Apply(ctx, {.puts = {{"a", "1"}}});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  EXPECT_FALSE(inner.Read(ctx, "a").value().has_value());
}

}  // namespace
}  // namespace state::testing
