#include "catalog/catalog.h"
#include "catalog/draft_internal.h"
#include "catalog/reader_internal.h"

namespace catalog {

base::Result<Catalog::IdsRead> Catalog::ReadIds(const base::Context& ctx,
                                                const model::TableUuid& table) {
  ASSIGN_OR_RETURN(const auto record, store_.Read(ctx, IdsKey(table)));
  if (!record) return IdsRead{};
  ASSIGN_OR_RETURN(IdCounters counters, DecodeIdCounters(record->bytes));
  return IdsRead{std::move(counters), record->version};
}

Extras Catalog::IdsWrite(const model::TableUuid& table, const IdsRead& before,
                         const IdCounters& counters) {
  Extras extras;
  extras.expect.push_back(state::Expectation{IdsKey(table), before.version});
  extras.puts.push_back(state::Put{IdsKey(table), EncodeIdCounters(counters)});
  return extras;
}

base::Result<IdGrant> Catalog::TakeIds(const base::Context& ctx, const model::TableUuid& table,
                                       const IdRequest& request) {
  for (uint32_t attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Reader reader(store_, ctx);
    ASSIGN_OR_RETURN(const IdsRead before, ReadIds(ctx, table));
    IdBump bump = BumpIds(before.counters, request);
    if (bump.counters == before.counters) return std::move(bump.grant);
    state::Batch batch;
    AddExtras(batch, IdsWrite(table, before, bump.counters));
    ASSIGN_OR_RETURN(const bool applied, ApplyOnce(reader, batch));
    if (applied) return std::move(bump.grant);
  }
  return Contended(IdsKey(table));
}

}  // namespace catalog
