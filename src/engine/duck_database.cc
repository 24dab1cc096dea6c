#include "engine/duck_database_internal.h"

#include <filesystem>

#include "engine/reasons.h"
#include "engine/sql_tokens_internal.h"

namespace engine {
namespace {

base::Error OpenFailed(const std::string& what) {
  return base::Error(base::Code::kInternal, reason::kOpenFailed, "open the SQL engine: " + what);
}

base::Status Execute(duckdb_connection connection, const std::string& sql) {
  duckdb_result result;
  const duckdb_state state = duckdb_query(connection, sql.c_str(), &result);
  base::Status out = base::Ok();
  if (state != DuckDBSuccess) {
    const char* text = duckdb_result_error(&result);
    out = OpenFailed(sql + ": " + (text == nullptr ? "" : text));
  }
  duckdb_destroy_result(&result);
  return out;
}

}  // namespace

SqlEngine::Database::~Database() {
  if (environment_.conversions != nullptr) duckdb_disconnect(&environment_.conversions);
  if (database_ != nullptr) duckdb_close(&database_);
}

int64_t SqlEngine::Database::NextNumber() {
  return numbers_.With([](int64_t& last) { return ++last; });
}

base::Result<duckdb_connection> SqlEngine::Database::Connect() {
  const std::lock_guard lock(opening_);
  if (database_ == nullptr) RETURN_IF_ERROR(Open());
  duckdb_connection connection = nullptr;
  if (duckdb_connect(database_, &connection) != DuckDBSuccess) return OpenFailed("connect");
  return connection;
}

base::Status SqlEngine::Database::Open() {
  duckdb_config config = nullptr;
  if (duckdb_create_config(&config) != DuckDBSuccess) return OpenFailed("make a configuration");
  duckdb_set_config(config, "threads", std::to_string(options_.threads).c_str());
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  duckdb_set_config(config, "autoload_known_extensions", "false");
  char* words = nullptr;
  const duckdb_state state = duckdb_open_ext(nullptr, &database_, config, &words);
  duckdb_destroy_config(&config);
  if (state != DuckDBSuccess) {
    base::Error error = OpenFailed(words == nullptr ? "" : words);
    duckdb_free(words);
    database_ = nullptr;
    return error;
  }
  duckdb_connection connection = nullptr;
  base::Status status = base::Ok();
  if (duckdb_connect(database_, &connection) != DuckDBSuccess) {
    status = OpenFailed("connect");
  } else {
    status = Configure(connection);
    environment_.conversions = connection;
  }
  if (!status.ok()) {
    if (environment_.conversions != nullptr) duckdb_disconnect(&environment_.conversions);
    duckdb_close(&database_);
    database_ = nullptr;
  }
  return status;
}

base::Status SqlEngine::Database::Configure(duckdb_connection connection) {
  environment_.threads = options_.threads;
  RETURN_IF_ERROR(internal::RegisterScanFunction(connection, &environment_));
  std::vector<std::string> statements = {
      "SET GLOBAL memory_limit = '" + std::to_string(options_.memory_bytes_max) + "B'",
      "SET GLOBAL TimeZone = 'UTC'",
      "SET GLOBAL errors_as_json = true",
      // Functions of the other dialect our users write.
      "CREATE MACRO approx_distinct(x) AS approx_count_distinct(x)",
      "CREATE MACRO arrow_typeof(x) AS typeof(x)",
      "CREATE MACRO btrim(x) AS trim(x)",
      "CREATE MACRO nvl(x, y) AS coalesce(x, y)",
      "CREATE MACRO to_timestamp_seconds(x) AS make_timestamp(x * 1000000)",
      "CREATE MACRO to_timestamp_millis(x) AS make_timestamp(x * 1000)",
      "CREATE MACRO to_timestamp_micros(x) AS make_timestamp(x)",
      "CREATE MACRO date_bin(w, x) AS time_bucket(w, x)",
  };
  if (options_.temp_folder.empty()) {
    statements.emplace_back("SET GLOBAL temp_directory = ''");
  } else {
    statements.push_back("SET GLOBAL temp_directory = " +
                         internal::QuoteText(options_.temp_folder));
  }
  if (!options_.readable_folders.empty()) {
    std::string list;
    for (const std::string& folder : options_.readable_folders) {
      list += (list.empty() ? "" : ", ") + internal::QuoteText(folder);
    }
    statements.push_back("SET GLOBAL allowed_directories = [" + list + "]");
  }
  statements.emplace_back("SET GLOBAL enable_external_access = false");
  statements.emplace_back("SET GLOBAL lock_configuration = true");
  for (const std::string& sql : statements) RETURN_IF_ERROR(Execute(connection, sql));
  return base::Ok();
}

}  // namespace engine
