// A lake that stays open and answers queries, so that a query can be timed without the start of a
// process: one SQL statement per line of standard input, one JSON object per answer.
//
// usage: query_bench LAKE REF
// An answer is complete when its last batch was taken; rows are not rendered.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "columnar/arrow_abi.h"
#include "columnar/stream.h"
#include "embedded/embedded.h"

namespace {

double MillisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

base::Result<uint64_t> Answer(embedded::Embedded& lake, const base::Context& ctx,
                              const std::string& sql, const std::string& ref) {
  ASSIGN_OR_RETURN(api::QueryResult result, lake.jobs().Query(ctx, {sql, ref, "", 0}));
  uint64_t rows = 0;
  while (true) {
    ArrowArray batch{};
    ASSIGN_OR_RETURN(const bool more, result.stream.ReadNext(&batch));
    if (!more) return rows;
    rows += static_cast<uint64_t>(batch.length);
    if (batch.release != nullptr) batch.release(&batch);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: query_bench LAKE REF\n");
    return 2;
  }
  base::Context ctx;
  ctx.principal = "ada";
  embedded::Options options;
  options.lake = argv[1];
  options.user = "ada";
  options.temp_folder = std::filesystem::temp_directory_path().string();
  const auto opening = std::chrono::steady_clock::now();
  auto lake = embedded::Embedded::Open(ctx, options);
  if (!lake.ok()) {
    std::fprintf(stderr, "%s\n", lake.error().ToString().c_str());
    return 1;
  }
  std::printf("{\"opened_ms\": %.3f}\n", MillisSince(opening));
  std::fflush(stdout);
  for (std::string sql; std::getline(std::cin, sql);) {
    const auto start = std::chrono::steady_clock::now();
    const auto rows = Answer(**lake, ctx, sql, argv[2]);
    const double spent = MillisSince(start);
    if (rows.ok()) {
      std::printf("{\"ms\": %.3f, \"rows\": %llu}\n", spent,
                  static_cast<unsigned long long>(*rows));
    } else {
      std::printf("{\"error\": true}\n");
      std::fprintf(stderr, "%s\n", rows.error().ToString().c_str());
    }
    std::fflush(stdout);
  }
  return 0;
}
