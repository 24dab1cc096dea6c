// Signatures of requests to S3 (AWS Signature Version 4): pure, the time comes in.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "storage/s3_options.h"

namespace storage {

/// "a=1&b=" with names and values encoded, in the order of the names.
std::string QueryText(const std::map<std::string, std::string>& query);

struct SignedRequest {
  std::string method;
  std::string path;                            // encoded
  std::map<std::string, std::string> query;    // as they are
  std::map<std::string, std::string> headers;  // names in lower case; all of them are signed
  std::string payload_sha256;                  // hexadecimal
};

base::Bytes HmacSha256(base::BytesView key, base::BytesView message);

/// Adds x-amz-date, x-amz-content-sha256, the session token and authorization to the headers.
void Sign(SignedRequest& request, const S3Credentials& credentials, const std::string& region,
          base::Instant now);

}  // namespace storage
