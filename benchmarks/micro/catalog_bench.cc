// What a branch and a commit cost in lakes of different sizes, with fsync, on the disk of `folder`.
//
// usage: catalog_bench FOLDER OPERATIONS TABLES...
// One JSON object per line: times in microseconds, and the nodes and records that one operation
// reads and writes, which say more than the times do: they must not grow with the lake. After each
// operation one raw write and fdatasync of a page is timed beside it, because the disk is shared
// and its speed is not ours.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/rng.h"
#include "catalog/catalog.h"
#include "state/sqlite_store.h"

namespace {

constexpr int kTablesPerCommit = 50'000;  // while a lake is filled
constexpr size_t kPageBytes = 4096;
constexpr char kBranch[] = "work";

using Micros = double;

Micros Timed(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

Micros Percentile(std::vector<Micros> times, double share) {
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

model::TableName TableAt(int number) {
  return {{{"bauplan"}}, "table_" + std::to_string(number)};
}

catalog::TableState NewState(base::Rng& rng) {
  catalog::TableState state;
  state.content_id = base::NewUuid(rng);
  state.table_uuid = model::TableUuid(base::NewUuid(rng));
  state.metadata_location = "file:///lake/tables/" + state.content_id + "/metadata/00001.json";
  state.snapshot_id = base::NewPositiveInt64(rng);
  return state;
}

/// What one operation read and wrote, and how long it and a bare fdatasync took.
class Series {
 public:
  Series(state::StateStore& store, std::string folder)
      : store_(store),
        probe_(open((folder + "/probe").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644)) {}

  void Add(const std::function<void()>& operation) {
    const state::StoreCounts before = store_.counts();
    times_.push_back(Timed(operation));
    const state::StoreCounts after = store_.counts();
    objects_read_ += after.objects_read - before.objects_read;
    objects_written_ += after.objects_written - before.objects_written;
    records_read_ += after.records_read - before.records_read;
    syncs_.push_back(Timed([&] {
      const std::string page(kPageBytes, 'x');
      CHECK(pwrite(probe_.get(), page.data(), page.size(), at_) ==
            static_cast<ssize_t>(page.size()));
      CHECK(fdatasync(probe_.get()) == 0);
    }));
    at_ += kPageBytes;
  }

  void Print(int tables, const char* operation) const {
    const double count = static_cast<double>(times_.size());
    std::printf(
        "{\"tables\": %d, \"operation\": \"%s\", \"count\": %zu, \"p50\": %.1f, \"p95\": %.1f, "
        "\"fdatasync_p50\": %.1f, \"fdatasync_p95\": %.1f, \"nodes_read\": %.2f, "
        "\"nodes_written\": %.2f, \"records_read\": %.2f}\n",
        tables, operation, times_.size(), Percentile(times_, 0.5), Percentile(times_, 0.95),
        Percentile(syncs_, 0.5), Percentile(syncs_, 0.95),
        static_cast<double>(objects_read_) / count, static_cast<double>(objects_written_) / count,
        static_cast<double>(records_read_) / count);
    std::fflush(stdout);
  }

 private:
  state::StateStore& store_;
  base::Fd probe_;
  off_t at_ = 0;
  std::vector<Micros> times_;
  std::vector<Micros> syncs_;
  uint64_t objects_read_ = 0;
  uint64_t objects_written_ = 0;
  uint64_t records_read_ = 0;
};

class Bench {
 public:
  Bench(std::string folder, int tables, std::string branch = kBranch)
      : folder_(std::move(folder)),
        branch_(std::move(branch)),
        tables_(tables),
        store_(Open()),
        catalog_(*store_, clock_, rng_) {
    ctx_.principal = "ada";
  }

  void Fill() {
    CHECK(catalog_.Init(ctx_).ok());
    CHECK(catalog_.CreateBranch(ctx_, kBranch, "main").ok());
    FillBranch();
  }

  /// Tables for `branch_` of a lake that exists.
  void FillBranch() {
    const Micros spent = Timed([&] {
      for (int at = 0; at < tables_; at += kTablesPerCommit) {
        Commit(at, std::min(tables_, at + kTablesPerCommit));
      }
    });
    Commit(0, 1);  // a head of ordinary size: a commit names each of its changes
    std::printf("{\"tables\": %d, \"operation\": \"fill\", \"seconds\": %.2f}\n", tables_,
                spent / 1e6);
  }

  void BranchCreate(int operations) {
    Series series(*store_, folder_);
    for (int i = 0; i < operations; ++i) {
      const std::string name = "ada.branch_" + std::to_string(i);
      series.Add([&] { CHECK(catalog_.CreateBranch(ctx_, name, kBranch).ok()); });
    }
    series.Print(tables_, "branch create");
  }

  void CommitOne(int operations) {
    Series series(*store_, folder_);
    for (int i = 0; i < operations; ++i) {
      const int table = static_cast<int>(rng_.Next() % static_cast<uint64_t>(tables_));
      series.Add([&] { Commit(table, table + 1); });
    }
    series.Print(tables_, "commit of one table");
  }

 private:
  std::unique_ptr<state::SqliteStore> Open() {
    state::SqliteOptions options;
    options.path = folder_ + "/state.db";
    auto store = state::SqliteStore::Open(clock_, options);
    CHECK(store.ok());
    return std::move(store).value();
  }

  void Commit(int first, int last) {
    catalog::CommitRequest request;
    request.branch = branch_;
    request.note.message = "put tables";
    for (int i = first; i < last; ++i) {
      request.changes.push_back(catalog::PutTable{
          TableAt(i), NewState(rng_), catalog::Presence::kAny, catalog::Intent::kReplace, {}});
    }
    const auto done = catalog_.CommitChanges(ctx_, request);
    if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().ToString().c_str());
    CHECK(done.ok());
  }

  const std::string folder_;
  const std::string branch_;
  const int tables_;
  base::SystemClock clock_;
  base::SeededRng rng_{7};
  base::Context ctx_;
  std::unique_ptr<state::SqliteStore> store_;
  catalog::Catalog catalog_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: catalog_bench FOLDER OPERATIONS TABLES... | --fill LAKE TABLES\n");
    return 2;
  }
  if (std::string(argv[1]) == "--fill") {  // main of a lake that exists, for other benchmarks
    Bench(argv[2], std::atoi(argv[3]), "main").FillBranch();
    return 0;
  }
  const int operations = std::atoi(argv[2]);
  for (int i = 3; i < argc; ++i) {
    const std::string folder = std::string(argv[1]) + "/catalog-" + argv[i];
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    {
      Bench bench(folder, std::atoi(argv[i]));
      bench.Fill();
      bench.BranchCreate(operations);
      bench.CommitOne(operations);
    }
    std::filesystem::remove_all(folder);
  }
  return 0;
}
