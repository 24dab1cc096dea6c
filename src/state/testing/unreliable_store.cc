#include "state/testing/unreliable_store.h"

#include "state/reasons.h"

namespace state::testing {
namespace {

base::Error Failure() {
  return base::Error(base::Code::kUnavailable, reasons::kDatabaseFailed, "made to fail by a test");
}

}  // namespace

base::Status UnreliableStore::Apply(const base::Context& ctx, const Batch& batch) {
  if (!FailsNow()) return inner_.Apply(ctx, batch);
  if (time_ == FailureTime::kBeforeEffect) return Failure();
  RETURN_IF_ERROR(inner_.Apply(ctx, batch));
  return base::Error(base::Code::kOutcomeUnknown, reasons::kOutcomeUnknown,
                     "made to fail by a test after it happened");
}

base::Result<base::Bytes> UnreliableStore::ReadObject(const base::Context& ctx,
                                                      base::BytesView hash) {
  if (FailsNow()) return Failure();
  return inner_.ReadObject(ctx, hash);
}

base::Result<std::optional<Record>> UnreliableStore::Read(const base::Context& ctx,
                                                          std::string_view key) {
  if (FailsNow()) return Failure();
  return inner_.Read(ctx, key);
}

base::Result<std::vector<KeyedRecord>> UnreliableStore::List(const base::Context& ctx,
                                                             std::string_view prefix,
                                                             std::string_view after,
                                                             uint32_t records_max) {
  if (FailsNow()) return Failure();
  return inner_.List(ctx, prefix, after, records_max);
}

}  // namespace state::testing
