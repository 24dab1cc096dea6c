#include "runtime/exchange/exchange.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "base/testing/matchers.h"
#include "columnar/segment.h"

namespace runtime {
namespace {

using base::testing::IsError;
using base::testing::IsOk;

columnar::SharedTable TableOf(const std::string& bytes) {
  auto builder = columnar::SegmentBuilder::Create("test", 1 << 20).value();
  EXPECT_THAT(builder.Append(bytes), IsOk());
  columnar::TableDescriptor descriptor;
  descriptor.segments = 1;
  return {std::make_shared<const columnar::TableDescriptor>(descriptor),
          {std::move(builder).Seal().value()}};
}

class ExchangeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "exchange-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const model::RunId run_{"run"};
  const model::TaskId first_{"first"};
  const model::TaskId second_{"second"};
  std::string folder_;
};

TEST_F(ExchangeTest, KeepsAnOutputUntilItsLastConsumerIsDone) {
  Exchange exchange({1 << 20, folder_});
  ASSERT_THAT(exchange.Publish(run_, first_, TableOf("abc"), 2), IsOk());
  exchange.Done(first_);
  const auto table = exchange.Find(first_);
  ASSERT_THAT(table, IsOk());
  exchange.Done(first_);
  EXPECT_THAT(exchange.Find(first_), IsError(base::Code::kNotFound, "runtime.no_such_output"));
  EXPECT_EQ(exchange.bytes_in_memory(), 0u);
  EXPECT_EQ(table->segments[0]->bytes(), "abc");  // whoever holds it may still read it
}

TEST_F(ExchangeTest, MovesTheLeastRecentlyUsedToDisk) {
  Exchange exchange({10, folder_});
  ASSERT_THAT(exchange.Publish(run_, first_, TableOf("12345678"), 1), IsOk());
  const auto published = exchange.Publish(run_, second_, TableOf("abcdefgh"), 1);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->bytes_spilled, 8u);
  EXPECT_EQ(exchange.bytes_in_memory(), 8u);
  EXPECT_EQ(exchange.Find(first_)->segments[0]->bytes(), "12345678");
  EXPECT_EQ(exchange.Find(second_)->segments[0]->bytes(), "abcdefgh");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));  // unlinked: nothing is left after a crash
}

TEST_F(ExchangeTest, SaysWhenItCannotMoveToDisk) {
  Exchange exchange({1, folder_ + "/missing"});
  EXPECT_THAT(exchange.Publish(run_, first_, TableOf("12345678"), 1),
              IsError(base::Code::kResourceExhausted, "runtime.spill_failed"));
}

TEST_F(ExchangeTest, DropsARunAndNothingElse) {
  Exchange exchange({1 << 20, folder_});
  ASSERT_THAT(exchange.Publish(run_, first_, TableOf("abc"), 0), IsOk());
  ASSERT_THAT(exchange.Publish(model::RunId("other"), second_, TableOf("defg"), 0), IsOk());
  exchange.Done(first_);  // outputs without announced consumers stay
  EXPECT_THAT(exchange.Find(first_), IsOk());
  exchange.DropRun(run_);
  EXPECT_FALSE(exchange.Find(first_).ok());
  EXPECT_EQ(exchange.bytes_in_memory(), 4u);
}

TEST_F(ExchangeTest, ASecondAttemptReplacesTheFirst) {
  Exchange exchange({1 << 20, folder_});
  ASSERT_THAT(exchange.Publish(run_, first_, TableOf("abc"), 1), IsOk());
  ASSERT_THAT(exchange.Publish(run_, first_, TableOf("defgh"), 1), IsOk());
  EXPECT_EQ(exchange.Find(first_)->segments[0]->bytes(), "defgh");
  EXPECT_EQ(exchange.bytes_in_memory(), 5u);
}

}  // namespace
}  // namespace runtime
