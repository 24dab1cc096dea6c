// S3Client: signed requests to one bucket, repeated as long as that is safe and worth it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"
#include "base/rng.h"
#include "http/http_client.h"
#include "storage/s3_options.h"

namespace storage {

struct S3Request {
  std::string method;
  std::string key;  // empty: the bucket itself
  std::map<std::string, std::string> query;
  std::map<std::string, std::string> headers;
  base::BytesView body;
};

struct S3Answer {
  http::Answer http;                 // status 0: none came
  std::string code;                  // the service's word for what is wrong
  std::optional<base::Error> error;  // set unless the status is 2xx
  bool in_doubt = false;             // an attempt whose answer was lost may have had its effect
  bool ok() const { return !error.has_value(); }
};

/// Thread-safe. Every request it is given must be one that may be sent twice.
class S3Client {
 public:
  /// kInvalidArgument "storage.bad_location" for an endpoint that is no http or https URL.
  static base::Result<std::unique_ptr<S3Client>> Open(S3Options options, std::string bucket,
                                                      const base::Clock& clock, base::Rng& rng);

  S3Answer Send(const base::Context& ctx, const S3Request& request);

  const S3Options& options() const { return options_; }
  const std::string& bucket() const { return bucket_; }
  std::string NewToken() { return base::NewUuid(rng_); }

 private:
  S3Client(S3Options options, std::string bucket, const base::Clock& clock, base::Rng& rng);
  /// True when another attempt may help.
  bool Attempt(const base::Context& ctx, const S3Request& request, S3Answer* answer);
  bool Explain(S3Answer* answer) const;
  base::Status WaitBefore(const base::Context& ctx, uint32_t attempt);
  base::Error Unreachable(const std::string& words) const;

  const S3Options options_;
  const std::string bucket_;
  const base::Clock& clock_;
  base::Rng& rng_;
  std::string origin_;  // "https://host:port"
  std::string host_;    // with the port, as the header says it
  std::string root_;    // path before the key: "" or "/bucket"
  http::Client http_;
};

}  // namespace storage
