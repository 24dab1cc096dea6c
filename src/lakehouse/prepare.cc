#include <algorithm>
#include <utility>

#include "catalog/errors.h"
#include "catalog/id_counters.h"
#include "catalog/reasons.h"
#include "iceberg/field_ids.h"
#include "lakehouse/lakehouse.h"
#include "lakehouse/reasons.h"

// Ids are given out here, before a row is written: from the table's own counters, which all
// branches share.

namespace lakehouse {
namespace {

constexpr int kAttemptsMax = 64;

bool KnowsColumn(const std::vector<columnar::Schema>& schemas, int64_t id) {
  return std::any_of(schemas.begin(), schemas.end(), [&](const columnar::Schema& schema) {
    return schema.FindById(static_cast<int32_t>(id)) != nullptr;
  });
}

/// Schema and spec ids: an equal one of this lineage keeps its id, another gets the next of the
/// counter.
void AssignSchemaId(const TableAtRef* base, catalog::IdCounters& counters,
                    columnar::Schema& schema) {
  if (base != nullptr) {
    for (const columnar::Schema& known : base->metadata->schemas) {
      columnar::Schema renumbered = schema;
      renumbered.id = known.id;
      if (renumbered == known) {
        schema = known;
        return;
      }
    }
  }
  catalog::IdBump bump = catalog::BumpIds(std::move(counters), {.schemas = 1});
  counters = std::move(bump.counters);
  schema.id = static_cast<int32_t>(bump.grant.first_schema);
}

void AssignSpecId(const TableAtRef* base, catalog::IdCounters& counters,
                  iceberg::PartitionSpec& spec) {
  if (base != nullptr) {
    for (const iceberg::PartitionSpec& known : base->metadata->specs) {
      if (iceberg::SameFields(known, spec)) {
        spec = known;
        return;
      }
    }
  }
  catalog::IdBump bump = catalog::BumpIds(std::move(counters), {.specs = 1});
  counters = std::move(bump.counters);
  spec.id = static_cast<int32_t>(bump.grant.first_spec);
}

base::Result<columnar::Schema> AssignColumns(const TableAtRef* base, catalog::IdCounters& counters,
                                             const columnar::Schema& named) {
  const auto intern = [&](int32_t parent, const std::string& name,
                          const std::string& type) -> base::Result<int32_t> {
    catalog::ColumnRequest request{{parent, name, type}, false};
    if (base != nullptr) {
      // A column this lineage once had and dropped comes back as another column (formats.md §4).
      const auto known = counters.columns.find(request.column);
      // So does one whose id an engine let another name have.
      if (known != counters.columns.end() && KnowsColumn(base->metadata->schemas, known->second)) {
        const columnar::Field* now = base->schema().FindById(static_cast<int32_t>(known->second));
        request.fresh = now == nullptr || now->name != name;
      }
    }
    catalog::IdBump bump = catalog::BumpIds(std::move(counters), {.columns = {request}});
    counters = std::move(bump.counters);
    return static_cast<int32_t>(bump.grant.columns.at(0));
  };
  return iceberg::AssignColumnIds(named, base == nullptr ? nullptr : &base->schema(), intern);
}

/// A spec that names its columns by position in `named` becomes one that names them by id.
base::Result<iceberg::PartitionSpec> AssignPartition(const TableAtRef* base,
                                                     catalog::IdCounters& counters,
                                                     iceberg::PartitionSpec spec) {
  const std::vector<iceberg::PartitionSpec> previous =
      base == nullptr ? std::vector<iceberg::PartitionSpec>() : base->metadata->specs;
  return iceberg::AssignPartitionFieldIds(
      std::move(spec), previous, [&](int32_t, const std::string&) -> base::Result<int32_t> {
        catalog::IdBump bump = catalog::BumpIds(std::move(counters), {.partition_fields = 1});
        counters = std::move(bump.counters);
        return static_cast<int32_t>(bump.grant.first_partition_field);
      });
}

bool KeepsSchema(WriteMode mode) {
  return mode == WriteMode::kAppend || mode == WriteMode::kOverwrite;
}

}  // namespace

base::Result<PreparedWrite> Lakehouse::Prepare(const base::Context& ctx,
                                               const model::CommitId& commit,
                                               const WriteIntent& intent) {
  PreparedWrite prepared;
  prepared.table = intent.table;
  prepared.mode = intent.mode;
  prepared.external = intent.external;
  prepared.credential = intent.credential;
  if (!intent.external) {
    ASSIGN_OR_RETURN(prepared.base, Find(ctx, commit, intent.table));
  }
  if (prepared.base) RETURN_IF_ERROR(CheckWritable(intent.table, prepared.base->state));
  if (prepared.base && intent.mode == WriteMode::kCreate) {
    return catalog::TableExists(intent.table, commit);
  }
  prepared.uuid =
      prepared.base ? prepared.base->state.table_uuid : model::TableUuid(base::NewUuid(rng_));
  prepared.location = objects_.Uri(iceberg::TableFolderKey(prepared.uuid.text()));
  if (prepared.base && KeepsSchema(intent.mode)) {
    prepared.schema = prepared.base->schema();
    prepared.spec = prepared.base->spec();
    prepared.last_column_id = prepared.base->metadata->last_column_id;
    prepared.last_partition_field_id = prepared.base->metadata->last_partition_id;
    if (!intent.partitioned_by.empty()) {
      ASSIGN_OR_RETURN(const iceberg::PartitionSpec asked,
                       iceberg::ParsePartitionSpec(intent.partitioned_by, prepared.schema));
      if (!iceberg::SameFields(asked, prepared.spec)) {
        return base::Error(base::Code::kUserCode, kPartitionMismatch,
                           "table \"" + intent.table.ToString() +
                               "\" is partitioned otherwise than its model says: change the model, "
                               "or use REPLACE once")
            .Set("table", intent.table.ToString());
      }
    }
    return prepared;
  }
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const TableAtRef* base = prepared.base ? &*prepared.base : nullptr;
    ASSIGN_OR_RETURN(catalog::Catalog::IdsRead ids, catalog_.ReadIds(ctx, prepared.uuid));
    catalog::IdCounters counters = ids.counters;
    ASSIGN_OR_RETURN(prepared.schema, AssignColumns(base, counters, intent.schema));
    ASSIGN_OR_RETURN(iceberg::PartitionSpec named,
                     iceberg::ParsePartitionSpec(intent.partitioned_by, prepared.schema));
    ASSIGN_OR_RETURN(prepared.spec, AssignPartition(base, counters, std::move(named)));
    AssignSchemaId(base, counters, prepared.schema);
    AssignSpecId(base, counters, prepared.spec);
    prepared.last_column_id = static_cast<int32_t>(counters.last_column);
    prepared.last_partition_field_id = static_cast<int32_t>(counters.last_partition_field);
    if (counters == ids.counters) return prepared;
    catalog::Extras write = catalog::Catalog::IdsWrite(prepared.uuid, ids, counters);
    state::Batch batch;
    batch.expect = std::move(write.expect);
    batch.puts = std::move(write.puts);
    const base::Status stored = state_.Apply(ctx, batch);
    if (stored.ok()) return prepared;
    if (stored.error().code != base::Code::kConflict) return stored.error();
  }
  return base::Error(
      base::Code::kUnavailable, catalog::kContended,
      "the column ids of table \"" + intent.table.ToString() + "\" are contended: try again");
}

}  // namespace lakehouse
