// Asks the engine the same twice: once it may read plain files itself, once it must not. For the
// tests that compare both with other software.
//
// usage: read_both_ways LAKE_FOLDER    each line of standard input: METADATA <tab> OUT <tab> SQL
// Writes OUT.direct and OUT.reference (Arrow IPC files) for the table "t" of METADATA and prints
// one line per way: "direct 3" (rows), or "direct error REASON".
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "columnar/ipc.h"
#include "engine/sql_engine.h"
#include "iceberg/table_metadata.h"
#include "runtime/executor/table_scan.h"
#include "storage/local_store.h"

namespace {

base::Result<uint64_t> Ask(storage::ObjectStore& lake, engine::SqlEngine& engine,
                           const std::string& metadata, const std::string& sql,
                           const std::string& out) {
  const base::Context ctx;
  ASSIGN_OR_RETURN(const iceberg::TableMetadata table,
                   iceberg::LoadTableMetadata(ctx, lake, metadata));
  const plan::ScanSpec spec{"t", metadata, table.current_snapshot_id, table.current_schema_id};
  engine::Query query{sql, {}, 0};
  ASSIGN_OR_RETURN(query.tables["t"], runtime::TableScan::Open(ctx, lake, spec, {}));
  ASSIGN_OR_RETURN(columnar::Stream rows, engine.Run(ctx, query));
  std::ofstream file(out, std::ios::binary);
  return columnar::WriteIpc(std::move(rows), columnar::IpcFormat::kFile,
                            [&](std::string_view piece) -> base::Status {
                              file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
                              return base::Ok();
                            });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: read_both_ways LAKE_FOLDER\n", stderr);
    return 2;
  }
  auto lake = storage::LocalStore::Open(argv[1]);
  if (!lake.ok()) {
    std::fprintf(stderr, "%s\n", lake.error().ToString().c_str());
    return 1;
  }
  engine::SqlEngineOptions options;
  options.readable_folders = {argv[1]};
  engine::SqlEngine direct(options);
  options.reads_plain_files = false;
  engine::SqlEngine reference(options);
  for (std::string line; std::getline(std::cin, line);) {
    const size_t first = line.find('\t');
    const size_t second = line.find('\t', first + 1);
    if (second == std::string::npos) return 2;
    const std::string out = line.substr(first + 1, second - first - 1);
    for (auto [name, engine] : {std::pair{"direct", &direct}, {"reference", &reference}}) {
      const auto rows =
          Ask(**lake, *engine, line.substr(0, first), line.substr(second + 1), out + "." + name);
      const std::string answer = rows.ok() ? std::to_string(*rows) : "error " + rows.error().reason;
      std::printf("%s %s\n", name, answer.c_str());
    }
  }
  return 0;
}
