#include "storage/s3_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/keys_internal.h"
#include "storage/reasons.h"
#include "storage/s3_client_internal.h"
#include "storage/s3_writer_internal.h"
#include "storage/s3_xml_internal.h"

namespace storage {
namespace {

using base::Bytes;
using base::BytesView;
using base::Code;
using base::Context;
using base::Error;
using base::Result;
using base::Status;

bool IsMissing(const S3Answer& answer) {
  return answer.http.status == 404 && answer.code != "NoSuchBucket";
}

/// "bytes=4-7" for all but the whole object.
void SetRange(S3Request& get, uint64_t offset, uint64_t size_bytes) {
  const bool to_end = size_bytes > std::numeric_limits<uint64_t>::max() - offset;
  if (offset == 0 && size_bytes == std::numeric_limits<uint64_t>::max()) return;
  get.headers["range"] = "bytes=" + std::to_string(offset) + "-" +
                         (to_end ? "" : std::to_string(offset + size_bytes - 1));
}

Result<uint64_t> LengthOf(const S3Answer& head, const std::string& key) {
  const auto found = head.http.headers.find("content-length");
  if (found != head.http.headers.end()) return std::stoull("0" + found->second);
  return Error(Code::kUnavailable, reasons::kServiceFailed,
               "the object store does not say how long \"" + key + "\" is");
}

}  // namespace

S3Store::S3Store(std::unique_ptr<S3Client> client, std::string prefix, bool foreign)
    : client_(std::move(client)), prefix_(std::move(prefix)), foreign_(foreign) {}

S3Store::~S3Store() = default;

Result<std::unique_ptr<S3Store>> S3Store::Open(const std::string& uri, S3Options options,
                                               const base::Clock& clock, base::Rng& rng) {
  ASSIGN_OR_RETURN(S3Place place, ParseS3Uri(uri));
  while (place.key.ends_with('/')) place.key.pop_back();
  // Readers disagree about "%" in URIs, as for folders.
  if (!place.key.empty() &&
      (!CheckKey(place.key).ok() || place.key.find('%') != std::string::npos)) {
    return Error(Code::kInvalidArgument, reasons::kBadLocation,
                 "\"" + uri + "\" cannot hold a lake: use plain names without ? # % and \\");
  }
  ASSIGN_OR_RETURN(auto client,
                   S3Client::Open(std::move(options), std::move(place.bucket), clock, rng));
  return std::unique_ptr<S3Store>(
      new S3Store(std::move(client), place.key.empty() ? "" : std::move(place.key) + "/", false));
}

Result<std::unique_ptr<S3Store>> S3Store::OpenForeign(const std::string& bucket, S3Options options,
                                                      const base::Clock& clock, base::Rng& rng) {
  ASSIGN_OR_RETURN(auto client, S3Client::Open(std::move(options), bucket, clock, rng));
  return std::unique_ptr<S3Store>(new S3Store(std::move(client), "", true));
}

Status S3Store::Check(const std::string& key) const {
  return foreign_ && !key.empty() ? base::Ok() : CheckKey(key);
}

Result<Bytes> S3Store::Read(const Context& ctx, const std::string& key, uint64_t offset,
                            uint64_t size_bytes) {
  RETURN_IF_ERROR(Check(key));
  if (size_bytes == 0 || offset > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    ASSIGN_OR_RETURN(const uint64_t size, Size(ctx, key));
    static_cast<void>(size);
    return Bytes();
  }
  S3Request get{.method = "GET", .key = prefix_ + key};
  SetRange(get, offset, size_bytes);
  S3Answer answer = client_->Send(ctx, get);
  if (IsMissing(answer)) return NoObject(key);
  if (answer.http.status == 416) return Bytes();  // begins behind the end
  if (!answer.ok()) return *std::move(answer.error);
  if (answer.http.status == 206 || get.headers.empty()) return std::move(answer.http.body);
  // A service that knows no ranges.
  if (offset >= answer.http.body.size()) return Bytes();
  return answer.http.body.substr(offset, size_bytes);
}

Result<uint64_t> S3Store::Size(const Context& ctx, const std::string& key) {
  RETURN_IF_ERROR(Check(key));
  S3Answer head = client_->Send(ctx, {.method = "HEAD", .key = prefix_ + key});
  if (IsMissing(head)) return NoObject(key);
  if (!head.ok()) return *std::move(head.error);
  return LengthOf(head, key);
}

Status S3Store::Create(const Context& ctx, const std::string& key, BytesView body) {
  RETURN_IF_ERROR(Check(key));
  if (body.size() <= client_->options().part_bytes) {
    return PutObject(ctx, *client_, key, prefix_ + key, body);
  }
  S3Writer writer(ctx, *client_, key, prefix_ + key);
  RETURN_IF_ERROR(writer.Append(body));
  return writer.Finish();
}

Result<std::unique_ptr<ObjectWriter>> S3Store::StartWriting(const Context& ctx,
                                                            const std::string& key) {
  RETURN_IF_ERROR(Check(key));
  return std::unique_ptr<ObjectWriter>(
      std::make_unique<S3Writer>(ctx, *client_, key, prefix_ + key));
}

Status S3Store::Remove(const Context& ctx, const std::string& key) {
  RETURN_IF_ERROR(Check(key));
  S3Answer removed = client_->Send(ctx, {.method = "DELETE", .key = prefix_ + key});
  if (removed.ok() || IsMissing(removed)) return base::Ok();
  return *std::move(removed.error);
}

Result<std::vector<ObjectSize>> S3Store::List(const Context& ctx, const std::string& prefix) {
  ASSIGN_OR_RETURN(std::vector<S3Object> objects, ListObjects(ctx, prefix));
  std::vector<ObjectSize> listed;
  for (S3Object& object : objects) listed.push_back({std::move(object.key), object.size_bytes});
  return listed;
}

Result<std::vector<S3Object>> S3Store::ListObjects(const Context& ctx, const std::string& prefix) {
  std::vector<S3Object> listed;
  S3Request list{.method = "GET", .query = {{"list-type", "2"}, {"encoding-type", "url"}}};
  list.query["prefix"] = prefix_ + prefix;
  while (true) {
    S3Answer answer = client_->Send(ctx, list);
    if (!answer.ok()) return *std::move(answer.error);
    ASSIGN_OR_RETURN(ListPage page, ParseListPage(answer.http.body));
    for (S3Object& object : page.objects) {
      // Services show folders of their own making as empty objects.
      if (!object.key.starts_with(prefix_ + prefix) || object.key.ends_with('/')) continue;
      object.key.erase(0, prefix_.size());
      listed.push_back(std::move(object));
    }
    if (page.next.empty()) break;
    list.query["continuation-token"] = page.next;
  }
  std::sort(listed.begin(), listed.end(),
            [](const S3Object& a, const S3Object& b) { return a.key < b.key; });
  return listed;
}

std::string S3Store::Uri(const std::string& key) const {
  return "s3://" + client_->bucket() + "/" + prefix_ + key;
}

Result<std::string> S3Store::KeyOf(const std::string& uri) const {
  const Result<S3Place> place = ParseS3Uri(uri);
  if (place.ok() && place->bucket == client_->bucket() && place->key.starts_with(prefix_)) {
    std::string key = place->key.substr(prefix_.size());
    if (Check(key).ok()) return key;
  }
  return ForeignUri(uri, Uri(""));
}

std::optional<std::string> S3Store::LocalPath(const std::string&) const {
  return std::nullopt;
}

}  // namespace storage
