// What every ObjectStore answers alike: one list of facts, run on each implementation and on the
// wrappers.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "storage/counting_store.h"
#include "storage/local_store.h"
#include "storage/memory_store.h"
#include "storage/reasons.h"
#include "storage/s3_store.h"
#include "storage/testing/seaweed.h"
#include "storage/testing/unreliable_store.h"

namespace storage {
namespace {

using base::Bytes;
using base::Code;
using base::testing::IsError;
using base::testing::IsOk;

/// A store with what it stands on.
struct Stack {
  std::unique_ptr<ObjectStore> bottom;
  std::unique_ptr<ObjectStore> top;
  ObjectStore& store() { return top != nullptr ? *top : *bottom; }
};

struct Backend {
  std::string name;
  std::function<Stack(const std::string& folder)> open;
};

class StorageConformance : public ::testing::TestWithParam<Backend> {
 protected:
  StorageConformance() : stack_(GetParam().open(folder_.path())), store_(stack_.store()) {}

  std::vector<std::string> Keys(const std::string& prefix) {
    std::vector<std::string> keys;
    const auto listed = store_.List(ctx_, prefix);
    for (const ObjectSize& object : listed.value()) keys.push_back(object.key);
    return keys;
  }

  base::testing::TemporaryFolder folder_;
  Stack stack_;
  ObjectStore& store_;
  base::Context ctx_;
};

TEST_P(StorageConformance, ReadsBackWhatWasCreated) {
  const Bytes body("a\0b\nc", 5);
  ASSERT_THAT(store_.Create(ctx_, "tables/t/data/x.parquet", body), IsOk());
  EXPECT_EQ(ReadAll(ctx_, store_, "tables/t/data/x.parquet").value(), body);
  EXPECT_EQ(store_.Size(ctx_, "tables/t/data/x.parquet").value(), 5u);
}

TEST_P(StorageConformance, ReadsRanges) {
  ASSERT_THAT(store_.Create(ctx_, "x", "0123456789"), IsOk());
  EXPECT_EQ(store_.Read(ctx_, "x", 0, 3).value(), "012");
  EXPECT_EQ(store_.Read(ctx_, "x", 4, 1).value(), "4");
  EXPECT_EQ(store_.Read(ctx_, "x", 8, 100).value(), "89");
  EXPECT_EQ(store_.Read(ctx_, "x", 10, 1).value(), "");
  EXPECT_EQ(store_.Read(ctx_, "x", ~0ull, ~0ull).value(), "");
  EXPECT_EQ(store_.Read(ctx_, "x", 2, 0).value(), "");
}

TEST_P(StorageConformance, HoldsAnEmptyObject) {
  ASSERT_THAT(store_.Create(ctx_, "empty", ""), IsOk());
  EXPECT_EQ(ReadAll(ctx_, store_, "empty").value(), "");
  EXPECT_EQ(store_.Size(ctx_, "empty").value(), 0u);
}

TEST_P(StorageConformance, SaysWhichObjectIsMissing) {
  ASSERT_THAT(store_.Create(ctx_, "folder/x", "1"), IsOk());
  for (const char* key : {"none", "folder", "folder/none", "folder/x/y"}) {
    EXPECT_THAT(store_.Read(ctx_, key, 0, 1), IsError(Code::kNotFound, reasons::kNoObject)) << key;
    EXPECT_THAT(store_.Size(ctx_, key), IsError(Code::kNotFound, reasons::kNoObject)) << key;
  }
}

TEST_P(StorageConformance, NeverOverwrites) {
  ASSERT_THAT(store_.Create(ctx_, "x", "first"), IsOk());
  EXPECT_THAT(store_.Create(ctx_, "x", "second"),
              IsError(Code::kAlreadyExists, reasons::kObjectExists));
  auto writer = store_.StartWriting(ctx_, "x").value();
  ASSERT_THAT(writer->Append("third"), IsOk());
  EXPECT_THAT(writer->Finish(), IsError(Code::kAlreadyExists, reasons::kObjectExists));
  EXPECT_EQ(ReadAll(ctx_, store_, "x").value(), "first");
  EXPECT_EQ(Keys(""), std::vector<std::string>{"x"});
}

// At stake: two writers that chose one name must not both believe they own it.
TEST_P(StorageConformance, OneOfManyCreatorsWins) {
  std::atomic<int> winners = 0;
  std::atomic<int> losers = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const auto created = store_.Create(ctx_, "a/b/contested", std::string(1000, '0' + i));
        if (created.ok()) {
          ++winners;
        } else if (created.error().reason == reasons::kObjectExists) {
          ++losers;
        } else {
          ADD_FAILURE() << created.error().ToString();
        }
      });
    }
  }
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(losers, 7);
  const Bytes body = ReadAll(ctx_, store_, "a/b/contested").value();
  EXPECT_EQ(body, std::string(1000, body[0]));
}

TEST_P(StorageConformance, AWriterIsInvisibleUntilItFinishes) {
  auto writer = store_.StartWriting(ctx_, "f/x").value();
  Bytes expected;
  for (int i = 0; i < 100; ++i) {
    const Bytes piece(static_cast<size_t>(i) * 211, static_cast<char>('a' + i % 26));
    ASSERT_THAT(writer->Append(piece), IsOk());
    expected += piece;
  }
  EXPECT_TRUE(Keys("").empty());
  EXPECT_THAT(store_.Size(ctx_, "f/x"), IsError(Code::kNotFound, reasons::kNoObject));
  ASSERT_THAT(writer->Finish(), IsOk());
  EXPECT_EQ(ReadAll(ctx_, store_, "f/x").value(), expected);
}

TEST_P(StorageConformance, ADroppedWriterLeavesNothing) {
  {
    auto writer = store_.StartWriting(ctx_, "f/x").value();
    ASSERT_THAT(writer->Append(Bytes(1 << 20, 'x')), IsOk());
  }
  EXPECT_TRUE(Keys("").empty());
  EXPECT_THAT(store_.Create(ctx_, "f/x", "later"), IsOk());
}

TEST_P(StorageConformance, AFinishedWriterTakesNoMore) {
  auto writer = store_.StartWriting(ctx_, "x").value();
  ASSERT_THAT(writer->Finish(), IsOk());
  EXPECT_THAT(writer->Append("x"), IsError(Code::kFailedPrecondition, reasons::kWriterClosed));
  EXPECT_THAT(writer->Finish(), IsError(Code::kFailedPrecondition, reasons::kWriterClosed));
}

TEST_P(StorageConformance, ListsByPrefixInOrderWithSizes) {
  for (const char* key : {"b/2", "a/1", "b/1/x", "b/10", "b.1", "bb"}) {
    ASSERT_THAT(store_.Create(ctx_, key, key), IsOk());
  }
  EXPECT_EQ(Keys(""), (std::vector<std::string>{"a/1", "b.1", "b/1/x", "b/10", "b/2", "bb"}));
  EXPECT_EQ(Keys("b/"), (std::vector<std::string>{"b/1/x", "b/10", "b/2"}));
  EXPECT_EQ(Keys("b/1"), (std::vector<std::string>{"b/1/x", "b/10"}));
  EXPECT_EQ(Keys("b/1/x"), std::vector<std::string>{"b/1/x"});
  EXPECT_TRUE(Keys("none/").empty());
  EXPECT_EQ(store_.List(ctx_, "b/10").value()[0].size_bytes, 4u);
}

TEST_P(StorageConformance, RemovesAndForgets) {
  ASSERT_THAT(store_.Create(ctx_, "f/x", "1"), IsOk());
  EXPECT_THAT(store_.Remove(ctx_, "f/x"), IsOk());
  EXPECT_THAT(store_.Remove(ctx_, "f/x"), IsOk());
  EXPECT_THAT(store_.Remove(ctx_, "f"), IsOk());
  EXPECT_TRUE(Keys("").empty());
  EXPECT_THAT(store_.Size(ctx_, "f/x"), IsError(Code::kNotFound, reasons::kNoObject));
}

TEST_P(StorageConformance, RefusesKeysThatAreNoPlainPath) {
  for (const char* key : {"", "/x", "x/", "a//b", "../x", "a/../b", "a/./b", ".", "a\nb", "a?b",
                          "a#b", "a\\b", "f/.tmp-x"}) {
    EXPECT_THAT(store_.Create(ctx_, key, "x"), IsError(Code::kInvalidArgument, reasons::kBadKey))
        << key;
    EXPECT_THAT(store_.Read(ctx_, key, 0, 1), IsError(Code::kInvalidArgument, reasons::kBadKey));
    EXPECT_THAT(store_.Remove(ctx_, key), IsError(Code::kInvalidArgument, reasons::kBadKey));
  }
}

TEST_P(StorageConformance, AUriLeadsBackToItsKey) {
  for (const char* key : {"x", "tables/t/data/day=2020-01-01/a b%20\xc3\xa9.parquet"}) {
    EXPECT_EQ(store_.KeyOf(store_.Uri(key)).value(), key);
  }
  for (const std::string& uri : {std::string("s3://bucket/x"), std::string("file:///elsewhere/x"),
                                 store_.Uri(""), store_.Uri("a/../../x"), std::string()}) {
    EXPECT_THAT(store_.KeyOf(uri), IsError(Code::kInvalidArgument, reasons::kForeignUri)) << uri;
  }
}

Stack OpenLocal(const std::string& folder) {
  return {.bottom = LocalStore::Open(folder + "/lake").value()};
}
Stack OpenMemory(const std::string&) {
  return {.bottom = std::make_unique<MemoryStore>()};
}
Stack OpenCounting(const std::string& folder) {
  Stack stack = OpenLocal(folder);
  stack.top = std::make_unique<CountingStore>(*stack.bottom);
  return stack;
}
Stack OpenUnreliable(const std::string& folder) {
  Stack stack = OpenLocal(folder);
  stack.top = std::make_unique<testing::UnreliableStore>(*stack.bottom, 0);
  return stack;
}

/// One server for all tests of the process; each has a prefix of its own.
const testing::Seaweed* Server() {
  static const std::unique_ptr<testing::Seaweed> server =
      testing::Seaweed::Start(BOATHOUSE_DEPS_DIR "/peers/bin/weed");
  return server.get();
}
Stack OpenS3(const std::string& folder) {
  static base::SystemClock clock;
  static base::SystemRng rng;
  const std::string name = folder.substr(folder.rfind('/') + 1);
  return {.bottom = S3Store::Open("s3://lake/" + name, Server()->options(), clock, rng).value()};
}
std::vector<Backend> Backends() {
  std::vector<Backend> all = {{"Local", OpenLocal},
                              {"Memory", OpenMemory},
                              {"Counting", OpenCounting},
                              {"Unreliable", OpenUnreliable}};
  if (Server() != nullptr) all.push_back({"S3", OpenS3});
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, StorageConformance, ::testing::ValuesIn(Backends()),
                         [](const auto& backend) { return backend.param.name; });

TEST(CountingStore, CountsReadsPerKeyAndWrites) {
  MemoryStore inner;
  CountingStore store(inner);
  const base::Context ctx;
  ASSERT_THAT(store.Create(ctx, "a", "0123456789"), IsOk());
  auto writer = store.StartWriting(ctx, "b").value();
  ASSERT_THAT(writer->Append("xyz"), IsOk());
  EXPECT_EQ(store.counts().objects_written, 1u);
  ASSERT_THAT(writer->Finish(), IsOk());
  (void)store.Read(ctx, "a", 8, 100);
  (void)store.Read(ctx, "a", 0, 4);
  (void)store.Read(ctx, "none", 0, 4);
  const TransferCounts counts = store.counts();
  EXPECT_EQ(counts.objects_written, 2u);
  EXPECT_EQ(counts.bytes_written, 13u);
  EXPECT_EQ(counts.objects_read, 1u);
  EXPECT_EQ(counts.reads, 2u);
  EXPECT_EQ(counts.bytes_read, 6u);
  EXPECT_EQ(store.reads_by_key().at("a").ranges, (std::vector<ByteRange>{{8, 100}, {0, 4}}));
  EXPECT_FALSE(store.reads_by_key().contains("none"));
  store.Reset();
  EXPECT_EQ(store.counts().reads, 0u);
}

TEST(CountingStore, ForgetsRangesBeyondItsLimitButKeepsTheSums) {
  MemoryStore inner;
  CountingStore store(inner, {.ranges_per_key_max = 2});
  const base::Context ctx;
  ASSERT_THAT(store.Create(ctx, "a", "0123"), IsOk());
  for (int i = 0; i < 3; ++i) (void)store.Read(ctx, "a", 0, 1);
  EXPECT_EQ(store.reads_by_key().at("a").ranges.size(), 2u);
  EXPECT_EQ(store.reads_by_key().at("a").reads, 3u);
}

TEST(CountingStore, ShowsLocalPathsOnlyWhenAsked) {
  const base::testing::TemporaryFolder folder;
  const auto inner = LocalStore::Open(folder.path()).value();
  EXPECT_FALSE(CountingStore(*inner).LocalPath("x").has_value());
  EXPECT_EQ(CountingStore(*inner, {.local_paths = true}).LocalPath("x"), folder.path() + "/x");
}

// Every call of a write can fail; either the object is there whole, and the error says it may be,
// or it is not there at all.
TEST(UnreliableStore, AFailedWriteIsWholeOrAbsent) {
  const base::Context ctx;
  bool saw_unknown = false;
  bool saw_nothing = false;
  for (uint64_t n = 1;; ++n) {
    MemoryStore inner;
    testing::UnreliableStore store(inner, n);
    const auto write = [&]() -> base::Status {
      ASSIGN_OR_RETURN(const auto writer, store.StartWriting(ctx, "x"));
      RETURN_IF_ERROR(writer->Append("ab"));
      RETURN_IF_ERROR(writer->Append("cd"));
      RETURN_IF_ERROR(writer->Finish());
      return store.Create(ctx, "y", "efgh");
    };
    const base::Status written = write();
    if (store.calls() < n) {
      EXPECT_THAT(written, IsOk());
      break;
    }
    ASSERT_FALSE(written.ok());
    const bool unknown = written.error().code == Code::kOutcomeUnknown;
    const size_t whole = inner.List(ctx, "").value().size();
    EXPECT_EQ(whole, (n == 5 ? 1u : 0u) + (unknown ? 1u : 0u)) << n;
    (unknown ? saw_unknown : saw_nothing) = true;
  }
  EXPECT_TRUE(saw_unknown);
  EXPECT_TRUE(saw_nothing);
}

}  // namespace
}  // namespace storage
