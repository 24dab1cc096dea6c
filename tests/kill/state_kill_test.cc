// Kills processes that change one state store and checks from outside that nothing acknowledged is
// lost and nothing is half done.
//
// Eight processes of two threads each increment a counter, move money between accounts and write
// pairs, every time together with a record of the operation, and report each acknowledged one on a
// pipe. They die at random moments and at the failpoints around a commit, one by one and all at
// once, and are replaced. In the end the oracle reads the store:
// every reported operation is there with its object; the counter equals the recorded increments;
// no money was made or lost; both halves of a pair agree; no thread has a gap or more than one
// operation that was applied and not reported; SQLite finds no damage.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "base/testing/matchers.h"
#include "base/testing/temporary_folder.h"
#include "state/reasons.h"
#include "state/sqlite_store.h"

namespace {

using base::Bytes;
using base::testing::IsOk;
using state::Batch;
using state::SqliteStore;
using state::StateStore;
using Steady = std::chrono::steady_clock;

constexpr int kChildren = 8;
constexpr int kThreads = 2;
constexpr int kAccounts = 10;
constexpr int kPairs = 5;
constexpr int kMoneyPerAccount = 1000;
constexpr int kFailed = 3;  // how a child exits that met an error it should not meet
const base::SystemClock kClock;

/// What a thread says on the pipe once an operation is acknowledged; one atomic write.
struct Report {
  uint32_t life = 0;  // of which process, from 0
  uint32_t thread = 0;
  uint32_t operation = 0;  // of this thread, from 0
  uint32_t micros = 0;     // how long the last attempt took
};

std::string Number(uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "%08llu", static_cast<unsigned long long>(number));
  return text;
}
std::string OperationKey(const Report& report) {
  return "op/" + Number(report.life) + "/" + std::to_string(report.thread) + "/" +
         Number(report.operation);
}
Bytes ObjectOf(const std::string& operation_key) {
  return "object of " + operation_key;
}
std::string AccountKey(uint64_t account) {
  return "account/" + std::to_string(account);
}

// ---- the children --------------------------------------------------------------------------

[[noreturn]] void FailChild(const base::Error& error) {
  std::fprintf(stderr, "child: %s: %s\n", error.reason.c_str(), error.message.c_str());
  ::_exit(kFailed);
}

/// Reads a number record and expects it unchanged in `batch`.
int64_t ReadForUpdate(StateStore& store, Batch& batch, const std::string& key) {
  const auto record = store.Read({}, key);
  if (!record.ok()) FailChild(record.error());
  if (!record.value().has_value()) FailChild({base::Code::kNotFound, "test.no_record", key});
  batch.expect.push_back({key, record.value()->version});
  return std::stoll(record.value()->bytes);
}

/// One operation of a random kind on what is stored now.
Batch MakeOperation(StateStore& store, base::Rng& rng, const std::string& operation_key) {
  Batch batch;
  const Bytes object = ObjectOf(operation_key);
  batch.objects.push_back({base::Sha256(object), object});
  batch.expect.push_back({operation_key, std::nullopt});
  switch (rng.Next() % 3) {
    case 0: {
      const int64_t count = ReadForUpdate(store, batch, "counter");
      batch.puts.push_back({"counter", std::to_string(count + 1)});
      batch.puts.push_back({operation_key, "increment"});
      break;
    }
    case 1: {
      const uint64_t from = rng.Next() % kAccounts;
      const uint64_t to = (from + 1 + rng.Next() % (kAccounts - 1)) % kAccounts;
      const auto amount = static_cast<int64_t>(rng.Next() % 100);
      const int64_t from_money = ReadForUpdate(store, batch, AccountKey(from));
      const int64_t to_money = ReadForUpdate(store, batch, AccountKey(to));
      batch.puts.push_back({AccountKey(from), std::to_string(from_money - amount)});
      batch.puts.push_back({AccountKey(to), std::to_string(to_money + amount)});
      batch.puts.push_back({operation_key, "transfer"});
      break;
    }
    default: {
      const std::string pair = std::to_string(rng.Next() % kPairs);
      batch.puts.push_back({"pair/left/" + pair, operation_key});
      batch.puts.push_back({"pair/right/" + pair, operation_key});
      batch.puts.push_back({operation_key, "pair"});
      break;
    }
  }
  return batch;
}

void RunThread(SqliteStore& store, uint32_t life, uint32_t thread) {
  base::SystemRng rng;
  for (uint32_t operation = 0;; ++operation) {
    Report report{.life = life, .thread = thread, .operation = operation};
    while (true) {
      const Batch batch = MakeOperation(store, rng, OperationKey(report));
      const auto start = Steady::now();
      const auto applied = store.Apply({}, batch);
      const auto took =
          std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start);
      report.micros = static_cast<uint32_t>(took.count());
      if (applied.ok()) break;
      if (applied.error().reason != state::reasons::kExpectationFailed) {
        FailChild(applied.error());
      }
    }
    if (::write(STDOUT_FILENO, &report, sizeof report) != sizeof report) ::_exit(kFailed);
  }
}

int RunChild(const std::string& path, uint32_t life) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto store = SqliteStore::Open(kClock, {.path = path, .create = false});
  if (!store.ok()) FailChild(store.error());
  std::vector<std::jthread> threads;
  for (uint32_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&store, life, thread] { RunThread(**store, life, thread); });
  }
  threads.clear();
  return 0;
}

// ---- the one who kills ---------------------------------------------------------------------

class Killer {
 public:
  Killer(std::string path, uint64_t seed) : path_(std::move(path)), rng_(seed) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read_end_ = base::Fd(ends[0]);
    write_end_ = base::Fd(ends[1]);
  }

  void Run(std::chrono::seconds time) {
    const auto end = Steady::now() + time;
    while (children_.size() < kChildren) Start();
    auto next_kill = Steady::now();
    while (Steady::now() < end && unexpected_ == 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          std::max(next_kill - Steady::now(), Steady::duration::zero()));
      Collect(static_cast<int>(left.count()) + 1);
      if (Steady::now() < next_kill) continue;
      next_kill = Steady::now() + std::chrono::milliseconds(20 + rng_.Next() % 100);
      if (rng_.Next() % 12 == 0) {
        KillAll();
      } else {
        Kill(
            std::next(children_.begin(), static_cast<long>(rng_.Next() % children_.size()))->first);
      }
      Reap(/*wait=*/false);
      while (children_.size() < kChildren) Start();
    }
    KillAll();
    write_end_ = base::Fd();
    while (Collect(-1)) {
    }
  }

  const std::vector<Report>& reports() const { return reports_; }
  uint32_t lives() const { return lives_; }
  int unexpected() const { return unexpected_; }
  int at_failpoints() const { return at_failpoints_; }

 private:
  void Start() {
    constexpr std::array<const char*, 3> kPlaces = {"state.before_begin", "state.before_commit",
                                                    "state.after_commit"};
    std::string failpoint = "none";
    if (rng_.Next() % 2 == 0) {
      failpoint = std::string(kPlaces[rng_.Next() % kPlaces.size()]) + ":" +
                  std::to_string(1 + rng_.Next() % 60);
    }
    const std::string life = std::to_string(lives_++);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(write_end_.get(), STDOUT_FILENO);
      ::setenv("BOATHOUSE_FAILPOINT", failpoint.c_str(), 1);
      ::execl("/proc/self/exe", "state_kill_test", "--child", path_.c_str(), life.c_str(),
              static_cast<char*>(nullptr));
      ::_exit(kFailed);
    }
    children_[child] = false;
  }

  void Kill(pid_t child) {
    children_[child] = true;
    ::kill(child, SIGKILL);
  }

  void KillAll() {
    for (const auto& [child, killed] : children_) Kill(child);
    Reap(/*wait=*/true);
  }

  void Reap(bool wait) {
    for (auto at = children_.begin(); at != children_.end();) {
      int status = 0;
      if (::waitpid(at->first, &status, wait || at->second ? 0 : WNOHANG) != at->first) {
        ++at;
        continue;
      }
      if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) ++unexpected_;
      if (!at->second) ++at_failpoints_;
      at = children_.erase(at);
    }
  }

  /// Takes what is reported within the time; false at the end of the pipe.
  bool Collect(int milliseconds) {
    pollfd waited{.fd = read_end_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waited, 1, milliseconds) <= 0) return true;
    std::array<Report, 256> some;
    const ssize_t got = ::read(read_end_.get(), some.data(), sizeof some);
    if (got <= 0) return got < 0 && errno == EINTR;
    // Writes of one report are atomic and reads are multiples of it, so none is ever split.
    EXPECT_EQ(static_cast<size_t>(got) % sizeof(Report), 0u);
    reports_.insert(reports_.end(), some.begin(),
                    some.begin() + got / static_cast<ssize_t>(sizeof(Report)));
    return true;
  }

  const std::string path_;
  base::SeededRng rng_;
  base::Fd read_end_;
  base::Fd write_end_;
  std::map<pid_t, bool> children_;  // and whether we killed it
  std::vector<Report> reports_;
  uint32_t lives_ = 0;
  int unexpected_ = 0;
  int at_failpoints_ = 0;
};

// ---- the oracle ----------------------------------------------------------------------------

std::map<std::string, Bytes> ReadAllRecords(StateStore& store, const std::string& prefix) {
  std::map<std::string, Bytes> records;
  std::string after;
  while (true) {
    const auto page = store.List({}, prefix, after, 1000);
    EXPECT_THAT(page, IsOk());
    if (!page.ok() || page->empty()) return records;
    for (const auto& keyed : page.value()) records[keyed.key] = keyed.record.bytes;
    after = page->back().key;
  }
}

void CheckReports(StateStore& store, const std::vector<Report>& reports,
                  const std::map<std::string, Bytes>& operations) {
  std::map<std::string, uint64_t> reported;  // by thread of a life
  for (const Report& report : reports) {
    const std::string key = OperationKey(report);
    ASSERT_TRUE(operations.contains(key)) << "acknowledged and lost: " << key;
    ++reported[key.substr(0, key.rfind('/'))];
  }
  std::map<std::string, uint64_t> applied;
  for (const auto& [key, kind] : operations) {
    const std::string thread = key.substr(0, key.rfind('/'));
    ASSERT_EQ(key, thread + "/" + Number(applied[thread])) << "a gap";
    ++applied[thread];
    const Bytes object = ObjectOf(key);
    const auto read = store.ReadObject({}, base::Sha256(object));
    ASSERT_THAT(read, IsOk()) << key;
    ASSERT_EQ(read.value(), object);
  }
  for (const auto& [thread, count] : applied) {
    ASSERT_LE(reported[thread], count) << thread;
    ASSERT_LE(count, reported[thread] + 1) << thread << " applied what it never waited for";
  }
}

void CheckInvariants(StateStore& store, const std::map<std::string, Bytes>& operations) {
  const auto increments =
      std::count_if(operations.begin(), operations.end(),
                    [](const auto& operation) { return operation.second == "increment"; });
  EXPECT_EQ(store.Read({}, "counter").value()->bytes, std::to_string(increments));
  int64_t money = 0;
  for (const auto& [key, amount] : ReadAllRecords(store, "account/")) money += std::stoll(amount);
  EXPECT_EQ(money, int64_t{kAccounts} * kMoneyPerAccount);
  const auto left = ReadAllRecords(store, "pair/left/");
  const auto right = ReadAllRecords(store, "pair/right/");
  EXPECT_EQ(left.size(), right.size());
  for (const auto& [key, writer] : left) {
    const std::string other = "pair/right/" + key.substr(std::string("pair/left/").size());
    ASSERT_TRUE(right.contains(other));
    EXPECT_EQ(right.at(other), writer) << key;
    EXPECT_EQ(operations.at(writer), "pair");
  }
}

void PrintTimes(const Killer& killer, size_t operations, std::chrono::seconds time) {
  std::vector<uint32_t> micros;
  for (const Report& report : killer.reports()) micros.push_back(report.micros);
  std::sort(micros.begin(), micros.end());
  const auto at = [&](double part) {
    return micros[static_cast<size_t>(part * static_cast<double>(micros.size() - 1))];
  };
  std::printf(
      "%zu operations in %lld s by %u processes (%d died at a failpoint), %zu reported; "
      "a batch took %u us (p50), %u us (p99), %u us (max)\n",
      operations, static_cast<long long>(time.count()), killer.lives(), killer.at_failpoints(),
      micros.size(), at(0.5), at(0.99), micros.back());
}

/// How long to kill; set by "--seconds N".
std::chrono::seconds& TheTime() {
  static std::chrono::seconds time{8};
  return time;
}

TEST(StateKill, LosesNothingAcknowledgedAndDoesNothingByHalves) {
  const std::chrono::seconds time = TheTime();
  const uint64_t seed = base::SystemRng().Next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const base::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/state.db";
  {
    const auto store = SqliteStore::Open(kClock, {.path = path}).value();
    Batch batch{.puts = {{"counter", "0"}}};
    for (uint64_t i = 0; i < kAccounts; ++i) {
      batch.puts.push_back({AccountKey(i), std::to_string(kMoneyPerAccount)});
    }
    ASSERT_THAT(store->Apply({}, batch), IsOk());
  }
  Killer killer(path, seed);
  killer.Run(time);
  EXPECT_EQ(killer.unexpected(), 0) << "a child met an error or died by itself";
  EXPECT_GT(killer.at_failpoints(), 0);
  EXPECT_GT(killer.lives(), static_cast<uint32_t>(kChildren));

  auto store = SqliteStore::Open(kClock, {.path = path, .create = false});
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT((*store)->Verify({}), IsOk());
  const auto operations = ReadAllRecords(**store, "op/");
  ASSERT_FALSE(killer.reports().empty());
  CheckReports(**store, killer.reports(), operations);
  CheckInvariants(**store, operations);
  PrintTimes(killer, operations.size(), time);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--child") {
    return RunChild(argv[2], static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10)));
  }
  ::testing::InitGoogleTest(&argc, argv);
  if (argc == 3 && std::string(argv[1]) == "--seconds") {
    TheTime() = std::chrono::seconds(std::atoi(argv[2]));
  }
  return RUN_ALL_TESTS();
}
