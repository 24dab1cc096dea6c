// What every StateStore answers alike: one list of facts, run on each implementation.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/rng.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "state/memory_store.h"
#include "state/reasons.h"
#include "state/sqlite_store.h"

namespace state {
namespace {

using base::Bytes;
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

struct Backend {
  std::string name;
  std::function<std::unique_ptr<StateStore>(const std::string& folder)> open;
};

Object ObjectOf(const Bytes& bytes) {
  return {base::Sha256(bytes), bytes};
}

class StateConformance : public ::testing::TestWithParam<Backend> {
 protected:
  StateConformance() : store_(GetParam().open(folder_.path())) {}

  base::Status Put(const std::string& key, const Bytes& bytes) {
    return store_->Apply(ctx_, {.puts = {{key, bytes}}});
  }
  uint64_t VersionOf(const std::string& key) { return store_->Read(ctx_, key).value()->version; }
  std::vector<std::string> Keys(const std::string& prefix, const std::string& after = "",
                                uint32_t records_max = 1000) {
    std::vector<std::string> keys;
    const auto listed = store_->List(ctx_, prefix, after, records_max);
    for (const KeyedRecord& keyed : listed.value()) {
      keys.push_back(keyed.key);
    }
    return keys;
  }

  base::testing::TemporaryFolder folder_;
  base::Context ctx_;
  std::unique_ptr<StateStore> store_;
};

TEST_P(StateConformance, ReadsWhatWasPut) {
  ASSERT_THAT(Put("job/1", "queued"), IsOk());
  EXPECT_EQ(store_->Read(ctx_, "job/1").value()->bytes, "queued");
  EXPECT_FALSE(store_->Read(ctx_, "job/2").value().has_value());
}

TEST_P(StateConformance, KeepsEveryByte) {
  Bytes all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  ASSERT_THAT(store_->Apply(ctx_, {.objects = {ObjectOf(all)}, .puts = {{all, all}}}), IsOk());
  EXPECT_EQ(store_->Read(ctx_, all).value()->bytes, all);
  EXPECT_EQ(store_->ReadObject(ctx_, base::Sha256(all)).value(), all);
}

TEST_P(StateConformance, AnEmptyRecordIsNotAnAbsentOne) {
  ASSERT_THAT(store_->Apply(ctx_, {.objects = {ObjectOf("")}, .puts = {{"pin/1", ""}}}), IsOk());
  ASSERT_TRUE(store_->Read(ctx_, "pin/1").value().has_value());
  EXPECT_EQ(store_->Read(ctx_, "pin/1").value()->bytes, "");
  EXPECT_EQ(store_->ReadObject(ctx_, base::Sha256("")).value(), "");
}

TEST_P(StateConformance, APutRaisesTheVersionByOne) {
  ASSERT_THAT(Put("job/1", "a"), IsOk());
  const uint64_t first = VersionOf("job/1");
  ASSERT_THAT(Put("job/1", "b"), IsOk());
  EXPECT_EQ(VersionOf("job/1"), first + 1);
  ASSERT_THAT(Put("job/1", "b"), IsOk());
  EXPECT_EQ(VersionOf("job/1"), first + 2);
}

// At stake: a writer that read the first incarnation of a branch must not move the second.
TEST_P(StateConformance, AVersionIsNeverReused) {
  for (int i = 0; i < 5; ++i) ASSERT_THAT(Put("ref/x", "old"), IsOk());
  const uint64_t old = VersionOf("ref/x");
  ASSERT_THAT(store_->Apply(ctx_, {.deletes = {"ref/x"}}), IsOk());
  ASSERT_THAT(Put("ref/x", "new"), IsOk());
  EXPECT_GT(VersionOf("ref/x"), old);
  EXPECT_THAT(store_->Apply(ctx_, {.expect = {{"ref/x", old}}, .puts = {{"ref/x", "stale"}}}),
              IsError(Code::kConflict, reasons::kExpectationFailed));
}

TEST_P(StateConformance, AnExpectedVersionLetsTheBatchThrough) {
  ASSERT_THAT(Put("ref/main", "a"), IsOk());
  const uint64_t version = VersionOf("ref/main");
  EXPECT_THAT(store_->Apply(ctx_, {.expect = {{"ref/main", version}, {"ref/none", std::nullopt}},
                                   .puts = {{"ref/main", "b"}}}),
              IsOk());
  EXPECT_EQ(store_->Read(ctx_, "ref/main").value()->bytes, "b");
}

TEST_P(StateConformance, AFailedExpectationNamesItsKey) {
  ASSERT_THAT(Put("ref/a", "1"), IsOk());
  const auto present = store_->Apply(ctx_, {.expect = {{"ref/a", std::nullopt}}});
  ASSERT_THAT(present, IsError(Code::kConflict, reasons::kExpectationFailed));
  EXPECT_EQ(present.error().context.at("key"), "ref/a");
  const auto absent = store_->Apply(ctx_, {.expect = {{"ref/b", 1}, {"ref/a", std::nullopt}}});
  ASSERT_THAT(absent, IsError(Code::kConflict, reasons::kExpectationFailed));
  EXPECT_EQ(absent.error().context.at("key"), "ref/b");
}

TEST_P(StateConformance, AFailedExpectationLeavesNothing) {
  ASSERT_THAT(Put("job/1", "a"), IsOk());
  EXPECT_THAT(store_->Apply(ctx_, {.objects = {ObjectOf("x")},
                                   .expect = {{"job/1", 99}},
                                   .puts = {{"job/2", "b"}},
                                   .deletes = {"job/1"}}),
              IsError(Code::kConflict, reasons::kExpectationFailed));
  EXPECT_EQ(Keys("job/"), std::vector<std::string>{"job/1"});
  EXPECT_THAT(store_->ReadObject(ctx_, base::Sha256("x")),
              IsError(Code::kNotFound, reasons::kNoObject));
}

TEST_P(StateConformance, DeletingAnAbsentKeyIsFine) {
  EXPECT_THAT(store_->Apply(ctx_, {.deletes = {"job/none"}}), IsOk());
}

TEST_P(StateConformance, AnObjectMayComeTwice) {
  const Batch batch{.objects = {ObjectOf("same"), ObjectOf("same")}};
  ASSERT_THAT(store_->Apply(ctx_, batch), IsOk());
  ASSERT_THAT(store_->Apply(ctx_, batch), IsOk());
  EXPECT_EQ(store_->ReadObject(ctx_, base::Sha256("same")).value(), "same");
}

TEST_P(StateConformance, RefusesAnObjectUnderAnotherHash) {
  EXPECT_THAT(store_->Apply(ctx_, {.objects = {{base::Sha256("a"), "b"}}}),
              IsError(Code::kInternal, reasons::kWrongHash));
  EXPECT_THAT(store_->Apply(ctx_, {.objects = {{"short", "b"}}}),
              IsError(Code::kInternal, reasons::kWrongHash));
}

// Promise P2: a write moves exactly one ref.
TEST_P(StateConformance, RefusesToMoveTwoRefs) {
  Batch batch{.puts = {{"ref/a", "1"}, {"ref/b", "1"}, {"job/1", "1"}}};
  EXPECT_THAT(store_->Apply(ctx_, batch), IsError(Code::kInternal, reasons::kManyRefs));
  EXPECT_TRUE(Keys("").empty());
  batch.allow_many_refs = true;
  EXPECT_THAT(store_->Apply(ctx_, batch), IsOk());
  EXPECT_THAT(store_->Apply(ctx_, {.puts = {{"ref/c", "1"}}, .deletes = {"ref/a", "ref/b"}}),
              IsOk());
}

TEST_P(StateConformance, RefusesAKeyChangedTwice) {
  EXPECT_THAT(store_->Apply(ctx_, {.puts = {{"job/1", "a"}, {"job/1", "b"}}}),
              IsError(Code::kInternal, reasons::kBadBatch));
  EXPECT_THAT(store_->Apply(ctx_, {.puts = {{"job/1", "a"}}, .deletes = {"job/1"}}),
              IsError(Code::kInternal, reasons::kBadBatch));
  EXPECT_THAT(Put("", "a"), IsError(Code::kInternal, reasons::kBadBatch));
}

TEST_P(StateConformance, RefusesWhatIsTooLarge) {
  EXPECT_THAT(Put(std::string(kKeyBytesMax, 'k'), "longest"), IsOk());
  EXPECT_THAT(Put(std::string(kKeyBytesMax + 1, 'k'), "x"),
              IsError(Code::kInvalidArgument, reasons::kTooLarge));
  EXPECT_THAT(Put("job/1", Bytes(kObjectBytesMax + 1, 'x')),
              IsError(Code::kInvalidArgument, reasons::kTooLarge));
}

TEST_P(StateConformance, ListsByPrefixInByteOrder) {
  const std::vector<std::string> sorted = {"a/",      "a/A",         "a/B",    "a/a",       "a/a/b",
                                           "a/a\x01", "a/b\xc3\xa9", "a/\xff", "a/\xff\xff"};
  for (auto at = sorted.rbegin(); at != sorted.rend(); ++at) ASSERT_THAT(Put(*at, "x"), IsOk());
  for (const char* other : {"a", "a.", "a0", "b/a", "\xff"}) ASSERT_THAT(Put(other, "x"), IsOk());
  std::vector<std::string> expected = sorted;
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Keys("a/"), expected);
  EXPECT_EQ(Keys("a/\xff"), (std::vector<std::string>{"a/\xff", "a/\xff\xff"}));
  EXPECT_EQ(Keys("\xff"), std::vector<std::string>{"\xff"});
  EXPECT_EQ(Keys("").size(), sorted.size() + 5);
  EXPECT_TRUE(Keys("none/").empty());
}

TEST_P(StateConformance, PagesWithoutGapOrRepeat) {
  Batch batch;
  for (int i = 0; i < 1000; ++i) batch.puts.push_back({"job/" + std::to_string(i), "x"});
  batch.puts.push_back({"jog", "x"});
  ASSERT_THAT(store_->Apply(ctx_, batch), IsOk());
  std::vector<std::string> paged;
  while (true) {
    const auto page = Keys("job/", paged.empty() ? "" : paged.back(), 7);
    EXPECT_LE(page.size(), 7u);
    if (page.empty()) break;
    paged.insert(paged.end(), page.begin(), page.end());
  }
  EXPECT_EQ(paged, Keys("job/", "", 100'000));
  EXPECT_EQ(paged.size(), 1000u);
  EXPECT_TRUE(Keys("job/", "", 0).empty());
  EXPECT_TRUE(Keys("job/", "job0").empty());
}

TEST_P(StateConformance, HoldsManyObjects) {
  constexpr int kObjects = 20'000;
  Batch batch;
  for (int i = 0; i < kObjects; ++i) batch.objects.push_back(ObjectOf(std::to_string(i)));
  ASSERT_THAT(store_->Apply(ctx_, batch), IsOk());
  for (int i = 0; i < kObjects; i += 997) {
    EXPECT_EQ(store_->ReadObject(ctx_, base::Sha256(std::to_string(i))).value(), std::to_string(i));
  }
}

// At stake: no increment is lost when threads race with compare-and-set on one key.
TEST_P(StateConformance, ThreadsLoseNoIncrement) {
  constexpr int kThreads = 8;
  constexpr int kIncrements = 25;
  ASSERT_THAT(Put("counter", "0"), IsOk());
  const auto increment = [this](int thread) {
    for (int done = 0; done < kIncrements;) {
      const Record record = *store_->Read(ctx_, "counter").value();
      const auto applied = store_->Apply(
          ctx_, {.expect = {{"counter", record.version}},
                 .puts = {{"counter", std::to_string(std::stoi(record.bytes) + 1)},
                          {"done/" + std::to_string(thread) + "/" + std::to_string(done), ""}}});
      if (applied.ok()) {
        ++done;
      } else {
        ASSERT_THAT(applied, IsError(Code::kConflict, reasons::kExpectationFailed));
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(increment, i);
  }
  EXPECT_EQ(store_->Read(ctx_, "counter").value()->bytes, std::to_string(kThreads * kIncrements));
  EXPECT_EQ(Keys("done/").size(), static_cast<size_t>(kThreads * kIncrements));
}

TEST_P(StateConformance, CountsWhatItDoes) {
  ASSERT_THAT(store_->Apply(ctx_, {.objects = {ObjectOf("x")}, .puts = {{"job/1", "a"}}}), IsOk());
  (void)store_->ReadObject(ctx_, base::Sha256("x"));
  (void)store_->Read(ctx_, "job/1");
  (void)store_->List(ctx_, "job/", "", 10);
  const StoreCounts counts = store_->counts();
  EXPECT_EQ(counts.objects_written, 1u);
  EXPECT_EQ(counts.objects_read, 1u);
  EXPECT_EQ(counts.records_read, 2u);
  EXPECT_EQ(counts.batches_applied, 1u);
}

const base::SystemClock kClock;

std::unique_ptr<StateStore> OpenSqlite(const std::string& folder) {
  return SqliteStore::Open(kClock, {.path = folder + "/state.db"}).value();
}
std::unique_ptr<StateStore> OpenMemory(const std::string&) {
  return std::make_unique<MemoryStore>();
}

INSTANTIATE_TEST_SUITE_P(All, StateConformance,
                         ::testing::Values(Backend{"Memory", OpenMemory},
                                           Backend{"Sqlite", OpenSqlite}),
                         [](const auto& backend) { return backend.param.name; });

// The two must agree on any history, errors and versions included: one random stream of batches
// goes to both and every answer is compared.
TEST(StateStores, AgreeOnRandomHistories) {
  const uint64_t seed = base::SystemRng().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  base::SeededRng rng(seed);
  const base::testing::TemporaryFolder folder;
  const base::Context ctx;
  MemoryStore memory;
  const auto sqlite = OpenSqlite(folder.path());
  const auto random_key = [&] {
    constexpr const char* kFolders[] = {"ref/", "job/", "idem/"};
    return kFolders[rng.Next() % 3] + std::to_string(rng.Next() % 6);
  };
  for (int step = 0; step < 1500; ++step) {
    Batch batch;
    for (uint64_t n = rng.Next() % 3; n > 0; --n) {
      Object object = ObjectOf(std::to_string(rng.Next() % 50));
      if (rng.Next() % 40 == 0) object.hash[0] = static_cast<char>(object.hash[0] ^ 1);
      batch.objects.push_back(object);
    }
    for (uint64_t n = rng.Next() % 3; n > 0; --n) {
      const std::string key = random_key();
      const auto record = memory.Read(ctx, key).value();
      Expectation expected{.key = key, .version = std::nullopt};
      if (record.has_value()) expected.version = record->version + (rng.Next() % 8 == 0 ? 1 : 0);
      batch.expect.push_back(expected);
    }
    for (uint64_t n = rng.Next() % 3; n > 0; --n) {
      batch.puts.push_back({random_key(), std::to_string(step)});
    }
    for (uint64_t n = rng.Next() % 2; n > 0; --n) batch.deletes.push_back(random_key());
    const auto in_memory = memory.Apply(ctx, batch);
    const auto in_sqlite = sqlite->Apply(ctx, batch);
    ASSERT_EQ(in_memory.ok(), in_sqlite.ok()) << step;
    if (!in_memory.ok()) {
      ASSERT_EQ(in_memory.error().reason, in_sqlite.error().reason) << step;
      ASSERT_EQ(in_memory.error().context, in_sqlite.error().context) << step;
    }
    const std::string prefix = rng.Next() % 4 == 0 ? "" : random_key().substr(0, 4);
    const std::string after = random_key();
    const auto left = memory.List(ctx, prefix, after, 9).value();
    const auto right = sqlite->List(ctx, prefix, after, 9).value();
    ASSERT_EQ(left.size(), right.size()) << step;
    for (size_t i = 0; i < left.size(); ++i) {
      ASSERT_EQ(left[i].key, right[i].key) << step;
      ASSERT_EQ(left[i].record.bytes, right[i].record.bytes) << step;
      ASSERT_EQ(left[i].record.version, right[i].record.version) << step;
    }
    const Bytes hash = base::Sha256(std::to_string(rng.Next() % 50));
    ASSERT_EQ(memory.ReadObject(ctx, hash).ok(), sqlite->ReadObject(ctx, hash).ok()) << step;
  }
}

}  // namespace
}  // namespace state
