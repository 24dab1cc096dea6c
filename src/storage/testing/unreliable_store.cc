#include "storage/testing/unreliable_store.h"

#include <utility>

#include "storage/reasons.h"

namespace storage::testing {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Context;
using base::Error;
using base::Result;
using base::Status;
using Verdict = UnreliableStore::Verdict;

Error Failure() {
  return Error(Code::kUnavailable, "base.io_failed", "made to fail by a test");
}

/// Does `effect` unless it fails before it, and hides its success if it fails after it.
template <class Effect>
Status Write(Verdict verdict, Effect&& effect) {
  if (verdict == Verdict::kFailBefore) return Failure();
  Status done = effect();
  if (!done.ok() || verdict == Verdict::kPass) return done;
  return Error(Code::kOutcomeUnknown, reasons::kOutcomeUnknown,
               "made to fail by a test after it happened");
}

class UnreliableWriter final : public ObjectWriter {
 public:
  UnreliableWriter(UnreliableStore& store, std::unique_ptr<ObjectWriter> inner)
      : store_(store), inner_(std::move(inner)) {}

  Status Append(BytesView bytes) override {
    if (failed_) return WriterFailed();
    if (store_.CountCall() == Verdict::kPass) return inner_->Append(bytes);
    failed_ = true;
    return Failure();
  }
  Status AppendFrom(const base::Fd& file, uint64_t offset, uint64_t size_bytes) override {
    if (failed_) return WriterFailed();
    if (store_.CountCall() == Verdict::kPass) return inner_->AppendFrom(file, offset, size_bytes);
    failed_ = true;
    return Failure();
  }
  Status Finish() override {
    if (failed_) return WriterFailed();
    const Verdict verdict = store_.CountCall();
    failed_ = verdict != Verdict::kPass;
    return Write(verdict, [this] { return inner_->Finish(); });
  }

 private:
  static Error WriterFailed() {
    return Error(Code::kFailedPrecondition, reasons::kWriterClosed, "the writer failed before");
  }
  UnreliableStore& store_;
  std::unique_ptr<ObjectWriter> inner_;
  bool failed_ = false;
};

}  // namespace

Verdict UnreliableStore::CountCall() {
  const uint64_t call = ++calls_;
  if (call != fail_at_) return Verdict::kPass;
  const bool after =
      time_ == FailureTime::kAfterEffect || (time_ == FailureTime::kAlternate && call % 2 == 1);
  return after ? Verdict::kFailAfter : Verdict::kFailBefore;
}

Result<Bytes> UnreliableStore::Read(const Context& ctx, const std::string& key, uint64_t offset,
                                    uint64_t size_bytes) {
  if (CountCall() != Verdict::kPass) return Failure();
  return inner_.Read(ctx, key, offset, size_bytes);
}

Result<uint64_t> UnreliableStore::Size(const Context& ctx, const std::string& key) {
  if (CountCall() != Verdict::kPass) return Failure();
  return inner_.Size(ctx, key);
}

Status UnreliableStore::Create(const Context& ctx, const std::string& key, BytesView body) {
  return Write(CountCall(), [&] { return inner_.Create(ctx, key, body); });
}

Result<std::unique_ptr<ObjectWriter>> UnreliableStore::StartWriting(const Context& ctx,
                                                                    const std::string& key) {
  if (CountCall() != Verdict::kPass) return Failure();
  ASSIGN_OR_RETURN(auto inner, inner_.StartWriting(ctx, key));
  return std::unique_ptr<ObjectWriter>(std::make_unique<UnreliableWriter>(*this, std::move(inner)));
}

Status UnreliableStore::Remove(const Context& ctx, const std::string& key) {
  return Write(CountCall(), [&] { return inner_.Remove(ctx, key); });
}

Result<std::vector<ObjectSize>> UnreliableStore::List(const Context& ctx,
                                                      const std::string& prefix) {
  if (CountCall() != Verdict::kPass) return Failure();
  return inner_.List(ctx, prefix);
}

}  // namespace storage::testing
