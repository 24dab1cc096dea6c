// S3Writer: one object on its way to a bucket, in one request or in parts.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/context.h"
#include "storage/object_store.h"
#include "storage/s3_client_internal.h"

namespace storage {

/// One request; conditional, and settled by reading back when its answer was lost.
base::Status PutObject(const base::Context& ctx, S3Client& client, const std::string& key,
                       const std::string& path, base::BytesView body);

class S3Writer final : public ObjectWriter {
 public:
  /// `path` is the key in the bucket, `key` the one for messages.
  S3Writer(base::Context ctx, S3Client& client, std::string key, std::string path)
      : ctx_(std::move(ctx)), client_(client), key_(std::move(key)), path_(std::move(path)) {}
  ~S3Writer() override;
  base::Status Append(base::BytesView bytes) override;
  base::Status Finish() override;

 private:
  struct Part {
    base::Bytes body;
    std::string etag;
    std::optional<base::Error> error;
    std::jthread sender;  // last: joined before what it fills goes
  };
  base::Status StartUpload();
  /// Sends what is pending as a part of its own, in the background.
  base::Status SendPart();
  base::Status AwaitOldest();
  base::Status Complete();
  uint64_t PartBytes() const;
  void Abandon();

  const base::Context ctx_;
  S3Client& client_;
  const std::string key_;
  const std::string path_;
  bool open_ = true;
  base::Bytes pending_;
  std::string upload_id_;  // empty: no part was sent yet
  std::string token_;
  std::deque<std::unique_ptr<Part>> sending_;
  std::vector<std::string> etags_;  // of the parts that are there
};

}  // namespace storage
