#include "storage/s3_writer_internal.h"

#include <algorithm>
#include <utility>

#include "storage/keys_internal.h"
#include "storage/reasons.h"
#include "storage/s3_xml_internal.h"

namespace storage {
namespace {

using base::BytesView;
using base::Code;
using base::Error;
using base::Status;

constexpr char kTokenHeader[] = "x-amz-meta-boathouse-write";
// Services take 10,000 parts; growing them reaches 5 TiB from 8 MiB.
constexpr uint64_t kPartsOfOneSize = 1000;

/// True when the object under the name is the one this token wrote.
bool IsOurs(const base::Context& ctx, S3Client& client, const std::string& path,
            const std::string& token) {
  const S3Answer head = client.Send(ctx, {.method = "HEAD", .key = path});
  const auto found = head.http.headers.find(kTokenHeader);
  return head.ok() && found != head.http.headers.end() && found->second == token;
}

/// What became of a write whose last answer this is.
Status Settle(const base::Context& ctx, S3Client& client, const std::string& key,
              const std::string& path, const std::string& token, S3Answer answer) {
  if (answer.ok()) return base::Ok();
  const bool taken = answer.http.status == 412;
  const bool over = answer.code == "NoSuchUpload";  // completed by an attempt before, or gone
  if (taken || over) {
    if (answer.in_doubt && IsOurs(ctx, client, path, token)) return base::Ok();
    if (taken) return ObjectExists(key);
  }
  if (answer.in_doubt) return OutcomeUnknown(key, *std::move(answer.error));
  return *std::move(answer.error);
}

}  // namespace

Status PutObject(const base::Context& ctx, S3Client& client, const std::string& key,
                 const std::string& path, BytesView body) {
  const std::string token = client.NewToken();
  S3Request put{.method = "PUT", .key = path, .body = body};
  put.headers[kTokenHeader] = token;
  if (client.options().conditional_create) put.headers["if-none-match"] = "*";
  return Settle(ctx, client, key, path, token, client.Send(ctx, put));
}

S3Writer::~S3Writer() {
  Abandon();
}

uint64_t S3Writer::PartBytes() const {
  const uint64_t sent = etags_.size() + sending_.size();
  return client_.options().part_bytes << std::min<uint64_t>(sent / kPartsOfOneSize, 9);
}

Status S3Writer::Append(BytesView bytes) {
  if (!open_) return WriterClosed(key_);
  while (!bytes.empty()) {
    const uint64_t part_bytes = PartBytes();
    const size_t taken = std::min<size_t>(bytes.size(), part_bytes - pending_.size());
    pending_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (pending_.size() < part_bytes) continue;
    const Status sent = SendPart();
    if (sent.ok()) continue;
    Abandon();
    return sent;
  }
  return base::Ok();
}

Status S3Writer::StartUpload() {
  token_ = client_.NewToken();
  S3Request start{.method = "POST", .key = path_, .query = {{"uploads", ""}}};
  start.headers[kTokenHeader] = token_;
  S3Answer answer = client_.Send(ctx_, start);
  if (!answer.ok()) return *std::move(answer.error);
  upload_id_ = XmlText(answer.http.body, "UploadId");
  if (upload_id_.empty()) {
    return Error(Code::kUnavailable, reasons::kServiceFailed,
                 "the object store began an upload of \"" + key_ + "\" without naming it");
  }
  return base::Ok();
}

Status S3Writer::SendPart() {
  if (upload_id_.empty()) RETURN_IF_ERROR(StartUpload());
  while (sending_.size() >= std::max(1u, client_.options().parts_at_once)) {
    RETURN_IF_ERROR(AwaitOldest());
  }
  const std::string number = std::to_string(etags_.size() + sending_.size() + 1);
  auto made = std::make_unique<Part>();
  Part* part = made.get();
  part->body = std::exchange(pending_, {});
  part->sender = std::jthread([this, part, number]() noexcept {
    const S3Request put{.method = "PUT",
                        .key = path_,
                        .query = {{"partNumber", number}, {"uploadId", upload_id_}},
                        .body = part->body};
    S3Answer answer = client_.Send(ctx_, put);
    part->error = std::move(answer.error);
    const auto etag = answer.http.headers.find("etag");
    if (etag != answer.http.headers.end()) part->etag = etag->second;
  });
  sending_.push_back(std::move(made));
  return base::Ok();
}

Status S3Writer::AwaitOldest() {
  const std::unique_ptr<Part> part = std::move(sending_.front());
  sending_.pop_front();
  part->sender.join();
  if (part->error) return *std::move(part->error);
  etags_.push_back(part->etag);
  return base::Ok();
}

Status S3Writer::Complete() {
  if (!pending_.empty()) RETURN_IF_ERROR(SendPart());
  while (!sending_.empty()) RETURN_IF_ERROR(AwaitOldest());
  const base::Bytes body = CompletionXml(etags_);
  S3Request complete{
      .method = "POST", .key = path_, .query = {{"uploadId", upload_id_}}, .body = body};
  if (client_.options().conditional_create) complete.headers["if-none-match"] = "*";
  return Settle(ctx_, client_, key_, path_, token_, client_.Send(ctx_, complete));
}

Status S3Writer::Finish() {
  if (!open_) return WriterClosed(key_);
  if (upload_id_.empty()) {
    open_ = false;
    return PutObject(ctx_, client_, key_, path_, std::exchange(pending_, {}));
  }
  Status completed = Complete();
  if (completed.ok() || completed.error().code == Code::kOutcomeUnknown) upload_id_.clear();
  Abandon();
  return completed;
}

/// Parts of an upload that never ends would be kept and charged for.
void S3Writer::Abandon() {
  open_ = false;
  pending_ = {};
  sending_.clear();  // joins
  if (upload_id_.empty()) return;
  // Also when the caller has given up; what stays is for the bucket's own rules to remove.
  static_cast<void>(client_.Send(
      base::Context{},
      {.method = "DELETE", .key = path_, .query = {{"uploadId", std::exchange(upload_id_, {})}}}));
}

}  // namespace storage
