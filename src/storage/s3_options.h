// How to reach an S3 service: where, as whom, how patiently.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace storage {

/// Both keys empty and not anonymous: nobody said, and the first request fails.
struct S3Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  bool anonymous = false;  // requests are not signed
};

/// A failed request is sent again after a random time between nothing and `wait_first` doubled with
/// every attempt, at most `wait_max`.
struct S3Retries {
  uint32_t attempts_max = 7;
  std::chrono::milliseconds wait_first{100};
  std::chrono::milliseconds wait_max{4000};
};

struct S3Options {
  std::string endpoint;  // "http://127.0.0.1:8333"; empty = AWS's for the region
  std::string region = "us-east-1";
  bool path_style = true;          // false: the bucket is part of the host's name
  bool conditional_create = true;  // false for services that refuse If-None-Match
  S3Credentials credentials;
  std::string ca_file;   // PEM; empty = the system's
  std::string proxy;     // empty = none
  std::string no_proxy;  // hosts reached without it
  S3Retries retries;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::seconds silence_max{30};  // an attempt without a byte for so long has failed
  uint64_t part_bytes = 8u << 20;        // of a multipart upload; services take no less than 5 MiB
  uint32_t parts_at_once = 3;            // per object being written
};

/// The variables AWS's own tools read: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
/// AWS_ENDPOINT_URL(_S3), AWS_REGION, AWS_DEFAULT_REGION, AWS_CA_BUNDLE, and the proxy variables.
/// `variable` gives a variable's value, empty when it is unset. Path style is for endpoints of
/// one's own.
S3Options S3OptionsOf(const std::function<std::string(const std::string& name)>& variable);

/// "s3://bucket/some/key", also s3a: and s3n:; "s3://name@bucket/some/key" says by which of the
/// server's credentials.
struct S3Place {
  std::string bucket;
  std::string key;         // without the slash in front; may be empty
  std::string credential;  // empty = whichever fits
};
bool IsS3Uri(const std::string& uri);
/// The key's characters as they are. kInvalidArgument "storage.bad_location" without a bucket's
/// name.
base::Result<S3Place> ParseS3Uri(const std::string& uri);

/// The same place, by the credential `name` (empty = whichever fits); other URIs as they are.
std::string NamingCredential(const std::string& uri, const std::string& name);

}  // namespace storage
