// S3Store: objects in a bucket of S3 or a service like it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "base/rng.h"
#include "storage/object_store.h"
#include "storage/s3_options.h"

namespace storage {

class S3Client;

struct S3Object {
  std::string key;
  uint64_t size_bytes = 0;
  std::string etag;  // changes with the content; without quotes
};

/// Purpose: the object store of a lake whose files are in s3://BUCKET/PREFIX, and how files of
/// others there are read.
/// An object appears whole when its one PUT, or the end of its multipart upload, is answered; both
/// are conditional on nobody having the name, and carry a token by which a lost answer is found out
/// afterwards. Requests are repeated as S3Retries says, and end with the context.
/// Threads: any number. Errors: reasons.h. Cost: Create is one request; List one per 1,000 objects.
class S3Store final : public ObjectStore {
 public:
  /// Makes no request. `uri` is "s3://bucket" or "s3://bucket/prefix". `clock` and `rng` must
  /// outlive it.
  static base::Result<std::unique_ptr<S3Store>> Open(const std::string& uri, S3Options options,
                                                     const base::Clock& clock, base::Rng& rng);
  /// For files somebody else named: any key that S3 allows can be read.
  static base::Result<std::unique_ptr<S3Store>> OpenForeign(const std::string& bucket,
                                                            S3Options options,
                                                            const base::Clock& clock,
                                                            base::Rng& rng);
  ~S3Store() override;

  base::Result<base::Bytes> Read(const base::Context& ctx, const std::string& key, uint64_t offset,
                                 uint64_t size_bytes) override;
  base::Result<uint64_t> Size(const base::Context& ctx, const std::string& key) override;
  base::Status Create(const base::Context& ctx, const std::string& key,
                      base::BytesView body) override;
  /// Small objects are one request when they are finished; large ones go in parts as they grow.
  /// The writer must not outlive the store.
  base::Result<std::unique_ptr<ObjectWriter>> StartWriting(const base::Context& ctx,
                                                           const std::string& key) override;
  base::Status Remove(const base::Context& ctx, const std::string& key) override;
  /// Keys that begin with `prefix` (any text, not only whole folders), ascending.
  base::Result<std::vector<ObjectSize>> List(const base::Context& ctx,
                                             const std::string& prefix) override;
  /// The same, with what the service says of the content.
  base::Result<std::vector<S3Object>> ListObjects(const base::Context& ctx,
                                                  const std::string& prefix);
  /// "s3://bucket/prefix/" + key, characters as they are.
  std::string Uri(const std::string& key) const override;
  /// Takes s3a: and s3n: too.
  base::Result<std::string> KeyOf(const std::string& uri) const override;
  std::optional<std::string> LocalPath(const std::string& key) const override;

 private:
  S3Store(std::unique_ptr<S3Client> client, std::string prefix, bool foreign);
  base::Status Check(const std::string& key) const;

  const std::unique_ptr<S3Client> client_;
  const std::string prefix_;  // of keys in the bucket: empty or with a slash at its end
  const bool foreign_;
};

}  // namespace storage
