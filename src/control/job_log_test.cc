#include "control/job_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "base/file.h"
#include "base/testing/matchers.h"
#include "base/testing/sim_clock.h"
#include "base/testing/temporary_folder.h"

namespace control {
namespace {

using base::testing::IsOk;

using Texts = std::vector<std::string>;

class JobLogTest : public ::testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/events"; }
  std::unique_ptr<JobLog> Create() {
    auto log = JobLog::Create(Path(), clock_);
    EXPECT_THAT(log, IsOk());
    return std::move(log).value();
  }
  static std::string TextOf(const api::JobEvent& event) {
    return std::get<api::Notice>(event.body).text;
  }
  std::vector<std::string> Stored() const {
    const auto events = ReadJobLog(Path());
    EXPECT_THAT(events, IsOk());
    std::vector<std::string> texts;
    for (const api::JobEvent& event : *events) texts.push_back(TextOf(event));
    return texts;
  }

  base::testing::TemporaryFolder folder_;
  base::testing::SimClock clock_;
};

TEST_F(JobLogTest, KeepsEventsInOrder) {
  const auto log = Create();
  for (const char* text : {"one", "two", "three"}) log->Append(api::Notice{false, text});
  EXPECT_EQ(Stored(), (Texts{"one", "two", "three"}));
  EXPECT_EQ(ReadJobLog(Path())->at(2).sequence, 2u);
}

TEST_F(JobLogTest, ATruncatedTailHidesTheLastEventAlone) {
  const auto log = Create();
  log->Append(api::Notice{false, "one"});
  const auto one = std::filesystem::file_size(Path());
  log->Append(api::Notice{false, "two"});
  const base::Bytes whole = *base::ReadFile(Path());
  for (size_t size = 0; size < whole.size(); ++size) {
    ASSERT_THAT(base::WriteFile(Path(), base::BytesView(whole).substr(0, size)), IsOk());
    EXPECT_EQ(Stored(), size < one ? Texts{} : Texts{"one"}) << size;
  }
}

TEST_F(JobLogTest, ADamagedEntryEndsTheLog) {
  const auto log = Create();
  log->Append(api::Notice{false, "one"});
  const auto one = std::filesystem::file_size(Path());
  log->Append(api::Notice{false, "two"});
  const base::Bytes whole = *base::ReadFile(Path());
  for (size_t at = one; at < whole.size(); ++at) {
    base::Bytes damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    ASSERT_THAT(base::WriteFile(Path(), damaged), IsOk());
    EXPECT_EQ(Stored(), Texts{"one"}) << at;
  }
}

TEST_F(JobLogTest, FollowersHearEachEventOnceUntilTheEnd) {
  const auto log = Create();
  log->Append(api::Notice{false, "one"});
  Texts heard;
  std::jthread follower([&] {
    EXPECT_THAT(log->Follow(base::Context{}, 0,
                            [&](const api::JobEvent& event) { heard.push_back(TextOf(event)); }),
                IsOk());
  });
  log->Append(api::Notice{false, "two"});
  log->Append(api::Notice{false, "three"});
  log->Close();
  follower.join();
  EXPECT_EQ(heard, (Texts{"one", "two", "three"}));
  heard.clear();
  EXPECT_THAT(log->Follow(base::Context{}, 2,
                          [&](const api::JobEvent& event) { heard.push_back(TextOf(event)); }),
              IsOk());
  EXPECT_EQ(heard, Texts{"three"});
}

TEST_F(JobLogTest, WhatThereIsByNowIsToldToWhoWaitsNoLonger) {
  const auto log = Create();
  log->Append(api::Notice{false, "one"});
  base::Context ctx;
  ctx.deadline = base::Instant::min();
  Texts heard;
  const base::Status followed =
      log->Follow(ctx, 0, [&](const api::JobEvent& event) { heard.push_back(TextOf(event)); });
  EXPECT_EQ(followed.error().code, base::Code::kDeadlineExceeded);
  EXPECT_EQ(heard, Texts{"one"});
}

TEST_F(JobLogTest, AFollowerThatIsStoppedLeaves) {
  const auto log = Create();
  std::stop_source stop;
  stop.request_stop();
  base::Context ctx;
  ctx.stop = stop.get_token();
  EXPECT_FALSE(log->Follow(ctx, 0, [](const api::JobEvent&) {}).ok());
}

}  // namespace
}  // namespace control
