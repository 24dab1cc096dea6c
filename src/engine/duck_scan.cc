#include <arrow/c/bridge.h>

#include "columnar/canonical.h"
#include "engine/arrow_bridge_internal.h"
#include "engine/duck_database_internal.h"
#include "engine/reasons.h"

namespace engine::internal {
namespace {

using columnar::TypeId;

struct BindState {
  std::shared_ptr<TableScan> scan;
};

struct Shared {
  BatchReader reader;
  bool at_end = false;
};

// One scan being read by DuckDB's threads: they take batches in turn.
struct ScanState {
  std::shared_ptr<TableScan> scan;
  std::vector<std::optional<size_t>> columns;  // output vector → column of the batches
  duckdb_arrow_converted_schema converted = nullptr;
  std::mutex mutex;  // tidy: held while a batch is read, so that threads take turns
  std::optional<Shared> shared;

  ~ScanState() {
    if (converted != nullptr) duckdb_destroy_arrow_converted_schema(&converted);
  }
};

struct ThreadState {
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t at = 0;
};

std::string Remember(TableScan& scan, const base::Error& error) {
  scan.failure->With([&](std::optional<base::Error>& first) {
    if (!first) first = error;
  });
  return error.message;
}

std::string TakeMessage(duckdb_error_data error) {
  std::string out;
  if (error != nullptr) {
    if (duckdb_error_data_has_error(error)) out = duckdb_error_data_message(error);
    duckdb_destroy_error_data(&error);
  }
  return out;
}

base::Error Failed(const std::string& words) {
  return {base::Code::kInternal, reason::kArrowFailed, "hand rows to the SQL engine: " + words};
}

void Bind(duckdb_bind_info info) {
  auto* environment = static_cast<ScanEnvironment*>(duckdb_bind_get_extra_info(info));
  duckdb_value value = duckdb_bind_get_parameter(info, 0);
  const int64_t number = duckdb_get_int64(value);
  duckdb_destroy_value(&value);
  auto scan = environment->scans.With([&](auto& scans) -> std::shared_ptr<TableScan> {
    const auto found = scans.find(number);
    return found == scans.end() ? nullptr : found->second;
  });
  if (scan == nullptr) return duckdb_bind_set_error(info, "no such scan");
  const columnar::Schema& schema = scan->source->schema();
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    duckdb_logical_type type = DuckType(schema.fields[i].type);
    duckdb_bind_add_result_column(info, scan->names[i].c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
  if (const auto rows = scan->source->RowsEstimate()) {
    duckdb_bind_set_cardinality(info, *rows, false);
  }
  duckdb_bind_set_bind_data(info, new BindState{scan},
                            [](void* p) { delete static_cast<BindState*>(p); });
}

// The column that is cheapest to read when DuckDB wants only to count rows.
size_t NarrowestColumn(const columnar::Schema& schema) {
  size_t best = 0;
  int best_cost = 100;
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const TypeId id = schema.fields[i].type.id;
    int cost = 2;
    if (id == TypeId::kBoolean) cost = 0;
    if (id == TypeId::kInt || id == TypeId::kDate || id == TypeId::kFloat) cost = 1;
    if (id == TypeId::kString || id == TypeId::kBinary || id == TypeId::kFixed) cost = 3;
    if (schema.fields[i].type.is_nested()) cost = 4;
    if (cost < best_cost) {
      best = i;
      best_cost = cost;
    }
  }
  return best;
}

base::Status OpenScan(const std::vector<idx_t>& wanted, ScanEnvironment& environment,
                      ScanState* state) {
  const columnar::Schema& schema = state->scan->source->schema();
  columnar::Schema projection;
  ScanRequest request;
  request.predicate = state->scan->predicate;
  const auto add = [&](size_t column) {
    request.columns.push_back(schema.fields[column].name);
    projection.fields.push_back(schema.fields[column]);
  };
  for (const idx_t column : wanted) {
    if (column >= schema.fields.size()) {  // a row number nobody reads
      state->columns.emplace_back();
      continue;
    }
    state->columns.emplace_back(request.columns.size());
    add(column);
  }
  if (request.columns.empty()) add(NarrowestColumn(schema));
  ASSIGN_OR_RETURN(columnar::Stream stream, state->scan->source->Open(state->scan->ctx, request));
  // Nulls in a required column are the source's affair, not the query's.
  for (columnar::Field& field : projection.fields) field.required = false;
  ASSIGN_OR_RETURN(BatchReader reader, BatchReader::Open(columnar::Canonical(
                                           std::move(stream), {.target = projection})));
  ArrowSchema raw{};
  RETURN_IF_ERROR(SchemaToC(*reader.schema(), &raw));
  const std::string words =
      TakeMessage(duckdb_schema_from_arrow(environment.conversions, &raw, &state->converted));
  if (raw.release != nullptr) raw.release(&raw);
  if (!words.empty()) return Failed(words);
  state->shared = Shared{std::move(reader), false};
  return base::Ok();
}

void Init(duckdb_init_info info) {
  auto* environment = static_cast<ScanEnvironment*>(duckdb_init_get_extra_info(info));
  auto state = std::make_unique<ScanState>();
  state->scan = static_cast<BindState*>(duckdb_init_get_bind_data(info))->scan;
  std::vector<idx_t> wanted;
  for (idx_t i = 0; i < duckdb_init_get_column_count(info); ++i) {
    wanted.push_back(duckdb_init_get_column_index(info, i));
  }
  const base::Status opened = OpenScan(wanted, *environment, state.get());
  if (!opened.ok()) {
    return duckdb_init_set_error(info, Remember(*state->scan, opened.error()).c_str());
  }
  duckdb_init_set_max_threads(info, static_cast<idx_t>(environment->threads));
  duckdb_init_set_init_data(info, state.release(),
                            [](void* p) { delete static_cast<ScanState*>(p); });
}

void InitThread(duckdb_init_info info) {
  duckdb_init_set_init_data(info, new ThreadState(),
                            [](void* p) { delete static_cast<ThreadState*>(p); });
}

base::Status NextBatch(ScanState& state, ThreadState* thread) {
  const std::lock_guard lock(state.mutex);
  thread->batch = nullptr;
  thread->at = 0;
  while (!state.shared->at_end) {
    if (state.scan->ctx.stop.stop_requested()) {
      return base::Error(base::Code::kCancelled, reason::kCancelled, "the query was cancelled");
    }
    ASSIGN_OR_RETURN(thread->batch, state.shared->reader.Next());
    if (thread->batch == nullptr) state.shared->at_end = true;
    if (thread->batch != nullptr && thread->batch->num_rows() > 0) return base::Ok();
  }
  thread->batch = nullptr;
  return base::Ok();
}

base::Status FillChunk(ScanState& state, ThreadState& thread, ScanEnvironment& environment,
                       duckdb_data_chunk output) {
  const int64_t rows = std::min<int64_t>(static_cast<int64_t>(duckdb_vector_size()),
                                         thread.batch->num_rows() - thread.at);
  const auto slice = thread.batch->Slice(thread.at, rows);
  thread.at += rows;
  ArrowArray raw{};
  RETURN_IF_ERROR(BatchToC(*slice, &raw));
  duckdb_data_chunk chunk = nullptr;
  const std::string words = TakeMessage(
      duckdb_data_chunk_from_arrow(environment.conversions, &raw, state.converted, &chunk));
  if (raw.release != nullptr) raw.release(&raw);
  if (!words.empty()) return Failed(words);
  for (size_t i = 0; i < state.columns.size(); ++i) {
    if (!state.columns[i]) continue;
    duckdb_vector_reference_vector(duckdb_data_chunk_get_vector(output, i),
                                   duckdb_data_chunk_get_vector(chunk, *state.columns[i]));
  }
  duckdb_data_chunk_set_size(output, static_cast<idx_t>(rows));
  duckdb_destroy_data_chunk(&chunk);
  return base::Ok();
}

void Scan(duckdb_function_info info, duckdb_data_chunk output) {
  auto* environment = static_cast<ScanEnvironment*>(duckdb_function_get_extra_info(info));
  auto& state = *static_cast<ScanState*>(duckdb_function_get_init_data(info));
  auto& thread = *static_cast<ThreadState*>(duckdb_function_get_local_init_data(info));
  base::Status status = base::Ok();
  if (thread.batch == nullptr || thread.at >= thread.batch->num_rows()) {
    status = NextBatch(state, &thread);
  }
  if (status.ok() && thread.batch == nullptr) return duckdb_data_chunk_set_size(output, 0);
  if (status.ok()) status = FillChunk(state, thread, *environment, output);
  if (!status.ok()) {
    duckdb_function_set_error(info, Remember(*state.scan, status.error()).c_str());
  }
}

duckdb_logical_type NestedType(const columnar::Type& type) {
  std::vector<duckdb_logical_type> children;
  std::vector<const char*> names;
  for (const columnar::Field& child : type.children) {
    children.push_back(DuckType(child.type));
    names.push_back(child.name.c_str());
  }
  duckdb_logical_type out = nullptr;
  if (type.id == TypeId::kList) out = duckdb_create_list_type(children[0]);
  if (type.id == TypeId::kMap) out = duckdb_create_map_type(children[0], children[1]);
  if (type.id == TypeId::kStruct) {
    out = duckdb_create_struct_type(children.data(), names.data(), children.size());
  }
  for (duckdb_logical_type& child : children) duckdb_destroy_logical_type(&child);
  return out;
}

}  // namespace

duckdb_logical_type DuckType(const columnar::Type& type) {
  switch (type.id) {
    case TypeId::kBoolean:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case TypeId::kInt:
      return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    case TypeId::kLong:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case TypeId::kFloat:
      return duckdb_create_logical_type(DUCKDB_TYPE_FLOAT);
    case TypeId::kDouble:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case TypeId::kDecimal:
      return duckdb_create_decimal_type(static_cast<uint8_t>(type.precision),
                                        static_cast<uint8_t>(type.scale));
    case TypeId::kDate:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case TypeId::kTime:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIME);
    case TypeId::kTimestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case TypeId::kTimestamptz:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    case TypeId::kString:
      return duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    case TypeId::kUuid:
      return duckdb_create_logical_type(DUCKDB_TYPE_UUID);
    case TypeId::kFixed:
    case TypeId::kBinary:
      return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return NestedType(type);
  }
  return nullptr;
}

base::Status RegisterScanFunction(duckdb_connection connection, ScanEnvironment* environment) {
  duckdb_table_function function = duckdb_create_table_function();
  duckdb_table_function_set_name(function, kScanFunction);
  duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_table_function_add_parameter(function, number);
  duckdb_destroy_logical_type(&number);
  duckdb_table_function_set_extra_info(function, environment, nullptr);
  duckdb_table_function_set_bind(function, Bind);
  duckdb_table_function_set_init(function, Init);
  duckdb_table_function_set_local_init(function, InitThread);
  duckdb_table_function_set_function(function, Scan);
  duckdb_table_function_supports_projection_pushdown(function, true);
  const duckdb_state state = duckdb_register_table_function(connection, function);
  duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess) {
    return base::Error(base::Code::kInternal, reason::kOpenFailed, "register the scan function");
  }
  return base::Ok();
}

}  // namespace engine::internal
