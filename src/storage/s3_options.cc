#include "storage/s3_options.h"

#include <algorithm>
#include <string_view>

#include "storage/reasons.h"

namespace storage {
namespace {

constexpr std::string_view kSchemes[] = {"s3://", "s3a://", "s3n://"};

std::string_view SchemeOf(const std::string& uri) {
  for (const std::string_view scheme : kSchemes) {
    if (uri.starts_with(scheme)) return scheme;
  }
  return {};
}

bool IsBucketName(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  };
  return !name.empty() && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), plain);
}

}  // namespace

S3Options S3OptionsOf(const std::function<std::string(const std::string&)>& variable) {
  const auto first = [&](std::initializer_list<const char*> names) -> std::string {
    for (const char* name : names) {
      std::string value = variable(name);
      if (!value.empty()) return value;
    }
    return {};
  };
  S3Options options;
  options.endpoint = first({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  options.path_style = !options.endpoint.empty();
  const std::string region = first({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!region.empty()) options.region = region;
  options.credentials.access_key_id = variable("AWS_ACCESS_KEY_ID");
  options.credentials.secret_access_key = variable("AWS_SECRET_ACCESS_KEY");
  options.credentials.session_token = variable("AWS_SESSION_TOKEN");
  options.ca_file = first({"AWS_CA_BUNDLE", "SSL_CERT_FILE"});
  options.proxy = options.endpoint.starts_with("http://") ? variable("http_proxy")
                                                          : first({"https_proxy", "HTTPS_PROXY"});
  options.no_proxy = first({"no_proxy", "NO_PROXY"});
  return options;
}

bool IsS3Uri(const std::string& uri) {
  return !SchemeOf(uri).empty();
}

base::Result<S3Place> ParseS3Uri(const std::string& uri) {
  const std::string_view scheme = SchemeOf(uri);
  const std::string rest = uri.substr(scheme.size());
  const size_t slash = rest.find('/');
  S3Place place{
      rest.substr(0, slash), slash == std::string::npos ? "" : rest.substr(slash + 1), {}};
  if (const size_t at = place.bucket.find('@'); at != std::string::npos) {
    place.credential = place.bucket.substr(0, at);
    place.bucket.erase(0, at + 1);
  }
  if (scheme.empty() || !IsBucketName(place.bucket)) {
    return base::Error(base::Code::kInvalidArgument, reasons::kBadLocation,
                       "\"" + uri + "\" names no bucket: write s3://bucket/path");
  }
  return place;
}

std::string NamingCredential(const std::string& uri, const std::string& name) {
  const std::string_view scheme = SchemeOf(uri);
  if (scheme.empty()) return uri;
  std::string rest = uri.substr(scheme.size());
  const size_t at = rest.substr(0, rest.find('/')).find('@');
  if (at != std::string::npos) rest.erase(0, at + 1);
  return std::string(scheme) + (name.empty() ? "" : name + "@") + rest;
}

}  // namespace storage
