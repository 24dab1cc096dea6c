// Seaweed: a real S3 server (SeaweedFS) of a test's own, on loopback.
#pragma once

#include <memory>
#include <string>

#include "base/testing/temporary_folder.h"
#include "storage/s3_options.h"

namespace storage::testing {

/// Runs until it is dropped; dies with its process. Has one bucket, "lake", and makes no others by
/// itself.
class Seaweed {
 public:
  /// Nothing where `program` (of the peers' environment) is absent and CI is not set; else a
  /// failure to start ends the process.
  static std::unique_ptr<Seaweed> Start(const std::string& program);
  ~Seaweed();

  /// Endpoint and keys.
  const S3Options& options() const { return options_; }

 private:
  Seaweed() = default;
  base::testing::TemporaryFolder folder_;
  S3Options options_;
  int process_ = -1;
};

}  // namespace storage::testing
