#include "server/flight/result_shelf.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "columnar/arrow_abi.h"
#include "columnar/producer.h"
#include "server/reasons.h"

namespace server {
namespace {

/// Batches of one integer column whose values nobody looks at.
void FillBatch(int64_t rows, ArrowArray* out) {
  struct Owned {
    std::vector<int64_t> values;
    const void* buffers[2];
    ArrowArray child;
    ArrowArray* children[1];
    const void* none[1];
  };
  auto* owned = new Owned();
  owned->values.assign(static_cast<size_t>(rows), 7);
  owned->buffers[0] = nullptr;
  owned->buffers[1] = owned->values.data();
  owned->child = ArrowArray{rows,    0,       0,
                            2,       0,       owned->buffers,
                            nullptr, nullptr, [](ArrowArray* array) { array->release = nullptr; },
                            nullptr};
  owned->children[0] = &owned->child;
  owned->none[0] = nullptr;
  *out = ArrowArray{rows,
                    0,
                    0,
                    1,
                    1,
                    owned->none,
                    owned->children,
                    nullptr,
                    [](ArrowArray* array) {
                      delete static_cast<Owned*>(array->private_data);
                      array->release = nullptr;
                    },
                    owned};
}

/// Queries whose rows come in as many batches as the SQL says; "bad" fails at once, "late" with its
/// first rows, "slow" waits for its stop.
class FakeJobs final : public api::Jobs {
 public:
  base::Result<api::QueryResult> Query(const base::Context& ctx,
                                       const api::QueryRequest& request) override {
    if (request.sql == "bad") return base::Error(base::Code::kUserCode, "fake.bad", "no");
    while (request.sql == "slow" && !ctx.stop.stop_requested()) std::this_thread::yield();
    api::QueryResult result;
    result.job = request.job;
    columnar::Field field;
    field.name = "n";
    field.type = columnar::Type{};
    result.schema.fields.push_back(field);
    const bool late = request.sql == "late";
    const int batches = late ? 1 : std::atoi(request.sql.c_str());
    result.stream = columnar::MakeStream(
        result.schema, [this, late, left = batches](ArrowArray* out) mutable -> base::Result<bool> {
          if (late) return base::Error(base::Code::kUserCode, "fake.late", "no");
          if (left-- == 0) return false;
          ++batches_made;
          FillBatch(100'000, out);
          return true;
        });
    return result;
  }
  base::Result<model::JobId> Submit(const base::Context&, const api::JobRequest&) override {
    return None();
  }
  base::Result<api::JobRecord> Follow(const base::Context&, const model::JobId&, uint64_t,
                                      const std::function<void(const api::JobEvent&)>&) override {
    return None();
  }
  base::Result<api::JobRecord> Cancel(const base::Context&, const model::JobId&) override {
    return None();
  }
  base::Result<api::JobRecord> Get(const base::Context&, const model::JobId&) override {
    return None();
  }
  base::Result<std::vector<api::JobRecord>> List(const base::Context&,
                                                 const api::JobFilter&) override {
    return None();
  }
  base::Result<api::ProjectSnapshot> GetSnapshot(const base::Context&,
                                                 const model::JobId&) override {
    return None();
  }
  base::Result<api::PlanReport> Plan(const base::Context&, const api::PlanRequest&) override {
    return None();
  }

  std::atomic<int> batches_made = 0;

 private:
  static base::Error None() { return {base::Code::kUnimplemented, "fake.none", "not here"}; }
};

class TestClock final : public base::Clock {
 public:
  base::Instant Now() const override { return base::FromMicros(now); }
  std::atomic<int64_t> now = 1'000'000;
};

base::Context As(const std::string& user) {
  base::Context ctx;
  ctx.principal = user;
  return ctx;
}

struct House {
  api::QueryRequest Sql(const std::string& sql) {
    api::QueryRequest request;
    request.sql = sql;
    return request;
  }
  FakeJobs jobs;
  TestClock clock;
  base::SystemRng rng;
  ResultShelf shelf{jobs, clock, rng, {3, std::chrono::seconds(30), std::chrono::minutes(10)}};
};

TEST(ResultShelf, HandsOutRowsOnceToWhoHasTheToken) {
  House house;
  const auto job = house.shelf.Start(As("ada"), house.Sql("5"));
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(house.shelf.OwnerOf(*job), "ada");
  const auto token = house.shelf.AwaitToken(base::Context{}, *job);
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(house.jobs.batches_made, 1) << "only the first rows are read before somebody asks";
  EXPECT_EQ(house.shelf.Take("guess", job->text()).error().reason, kNoResult);
  EXPECT_EQ(house.shelf.Take(*token, "other").error().reason, kNoResult);
  auto rows = house.shelf.Take(*token, job->text());
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ(columnar::CountRows(std::move(rows).value()).value(), 500'000u);
  EXPECT_EQ(house.shelf.Take(*token, job->text()).error().reason, kNoResult);
  house.shelf.Drop(*token);
  EXPECT_FALSE(house.shelf.OwnerOf(*job).has_value());
}

TEST(ResultShelf, ReadsNoFurtherThanTheCallerWants) {
  House house;
  const auto job = house.shelf.Start(As("ada"), house.Sql("1000"));
  const auto token = house.shelf.AwaitToken(base::Context{}, *job);
  const auto look = [](columnar::Stream&) { return base::Ok(); };
  ASSERT_TRUE(house.shelf.Describe(*token, 150'000, look).ok());
  auto rows = house.shelf.Take(*token, job->text());
  EXPECT_EQ(columnar::CountRows(std::move(rows).value()).value(), 150'000u);
  EXPECT_LE(house.jobs.batches_made, 3);
}

TEST(ResultShelf, TellsMistakesWhenTheQueryIsGivenIn) {
  House house;
  EXPECT_EQ(house.shelf.Start(As("ada"), house.Sql("bad")).error().reason, "fake.bad");
  EXPECT_EQ(house.shelf.Start(As("ada"), house.Sql("late")).error().reason, "fake.late");
  EXPECT_EQ(house.shelf.size(), 0u);
}

TEST(ResultShelf, RefusesMoreThanItHasPlacesFor) {
  House house;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(house.shelf.Start(As("ada"), house.Sql("2")).ok());
  EXPECT_EQ(house.shelf.Start(As("ada"), house.Sql("2")).error().reason, kBusy);
  EXPECT_EQ(house.shelf.Running().size(), 3u);
  house.clock.now += 11 * 60'000'000ll;  // nobody came
  EXPECT_TRUE(house.shelf.Start(As("ada"), house.Sql("2")).ok());
  EXPECT_EQ(house.shelf.size(), 1u);
}

TEST(ResultShelf, StopsWhatIsCancelled) {
  FakeJobs jobs;
  TestClock clock;
  base::SystemRng rng;
  ResultShelf shelf(jobs, clock, rng, {3, std::chrono::milliseconds(1), std::chrono::minutes(10)});
  api::QueryRequest slow;
  slow.sql = "slow";
  const auto job = shelf.Start(As("ada"), slow);
  ASSERT_TRUE(job.ok());
  EXPECT_TRUE(shelf.Cancel(*job));
  (void)shelf.AwaitToken(base::Context{}, *job);
  EXPECT_FALSE(shelf.Cancel(model::JobId("unknown")));
}

}  // namespace
}  // namespace server
