#include "catalog/id_counters.h"

#include <algorithm>

#include "base/cbor.h"
#include "catalog/reasons.h"

namespace catalog {
namespace {

constexpr int64_t kVersion = 1;

int64_t Take(int64_t& last, int64_t count) {
  const int64_t first = last + 1;
  last += count;
  return first;
}

}  // namespace

IdBump BumpIds(IdCounters counters, const IdRequest& request) {
  IdGrant grant;
  for (const ColumnRequest& wanted : request.columns) {
    const auto known = counters.columns.find(wanted.column);
    if (known != counters.columns.end() && !wanted.fresh) {
      grant.columns.push_back(known->second);
      continue;
    }
    const int64_t id = Take(counters.last_column, 1);
    counters.columns[wanted.column] = id;
    grant.columns.push_back(id);
  }
  grant.first_partition_field = Take(counters.last_partition_field, request.partition_fields);
  grant.first_schema = Take(counters.last_schema, request.schemas);
  grant.first_spec = Take(counters.last_spec, request.specs);
  grant.first_sort = Take(counters.last_sort, request.sorts);
  return IdBump{std::move(counters), std::move(grant)};
}

IdCounters RaiseIds(IdCounters counters, const IdCounters& seen) {
  counters.last_column = std::max(counters.last_column, seen.last_column);
  counters.last_partition_field =
      std::max(counters.last_partition_field, seen.last_partition_field);
  counters.last_schema = std::max(counters.last_schema, seen.last_schema);
  counters.last_spec = std::max(counters.last_spec, seen.last_spec);
  counters.last_sort = std::max(counters.last_sort, seen.last_sort);
  for (const auto& [column, id] : seen.columns) {
    counters.columns.emplace(column, id);
    counters.last_column = std::max(counters.last_column, id);
  }
  return counters;
}

std::string IdsKey(const model::TableUuid& table) {
  return "ids/" + table.text();
}

base::Bytes EncodeIdCounters(const IdCounters& counters) {
  base::Cbor::Array columns;
  for (const auto& [column, id] : counters.columns) {
    columns.push_back(base::Cbor::Array{column.parent, column.name, column.type, id});
  }
  return base::EncodeCbor(base::Cbor::Map{{0, "ids"},
                                          {1, kVersion},
                                          {2, counters.last_column},
                                          {3, counters.last_partition_field},
                                          {4, counters.last_schema},
                                          {5, counters.last_spec},
                                          {6, counters.last_sort},
                                          {7, std::move(columns)}});
}

base::Result<IdCounters> DecodeIdCounters(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, "ids", kVersion));
  IdCounters counters;
  ASSIGN_OR_RETURN(counters.last_column, fields.Int(2));
  ASSIGN_OR_RETURN(counters.last_partition_field, fields.Int(3));
  ASSIGN_OR_RETURN(counters.last_schema, fields.Int(4));
  ASSIGN_OR_RETURN(counters.last_spec, fields.Int(5));
  ASSIGN_OR_RETURN(counters.last_sort, fields.Int(6));
  ASSIGN_OR_RETURN(const base::Cbor::Array* columns, fields.List(7));
  for (const base::Cbor& item : *columns) {
    const auto* parts = item.As<base::Cbor::Array>();
    const bool whole = parts != nullptr && parts->size() == 4 && (*parts)[0].As<int64_t>() &&
                       (*parts)[1].As<std::string>() && (*parts)[2].As<std::string>() &&
                       (*parts)[3].As<int64_t>();
    if (!whole) {
      return base::Error(base::Code::kCorrupt, kBadObject, "a record of ids holds a bad column");
    }
    counters.columns[ColumnName{*(*parts)[0].As<int64_t>(), *(*parts)[1].As<std::string>(),
                                *(*parts)[2].As<std::string>()}] = *(*parts)[3].As<int64_t>();
  }
  RETURN_IF_ERROR(fields.Finish());
  return counters;
}

}  // namespace catalog
