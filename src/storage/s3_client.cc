#include "storage/s3_client_internal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/guarded.h"
#include "base/percent.h"
#include "base/sha256.h"
#include "storage/reasons.h"
#include "storage/s3_signature_internal.h"
#include "storage/s3_xml_internal.h"

namespace storage {
namespace {

using base::Code;
using base::Error;

const std::set<std::string>& ThrottleCodes() {
  static const std::set<std::string> codes = {
      "SlowDown",   "ServiceUnavailable",  "RequestLimitExceeded",
      "Throttling", "ThrottlingException", "TooManyRequests"};
  return codes;
}

const std::set<std::string>& PassingCodes() {
  static const std::set<std::string> codes = {"InternalError", "RequestTimeout",
                                              "ConditionalRequestConflict", "OperationAborted"};
  return codes;
}

http::Options HttpOptionsOf(const S3Options& options) {
  return {options.ca_file, options.proxy, options.no_proxy, options.connect_timeout,
          options.silence_max};
}

}  // namespace

S3Client::S3Client(S3Options options, std::string bucket, const base::Clock& clock, base::Rng& rng)
    : options_(std::move(options)),
      bucket_(std::move(bucket)),
      clock_(clock),
      rng_(rng),
      http_(HttpOptionsOf(options_), clock) {}

base::Result<std::unique_ptr<S3Client>> S3Client::Open(S3Options options, std::string bucket,
                                                       const base::Clock& clock, base::Rng& rng) {
  if (options.endpoint.empty()) {
    options.endpoint = "https://s3." + options.region + ".amazonaws.com";
  }
  while (options.endpoint.ends_with('/')) options.endpoint.pop_back();
  const std::string endpoint = options.endpoint;
  const size_t scheme = endpoint.find("://");
  const std::string host = scheme == std::string::npos ? "" : endpoint.substr(scheme + 3);
  const bool http = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!http || host.empty() || host.find_first_of("/?#@ ") != std::string::npos) {
    return Error(Code::kInvalidArgument, reasons::kBadLocation,
                 "\"" + endpoint +
                     "\" is no endpoint: write http://host:port or https://host, without a path");
  }
  std::unique_ptr<S3Client> client(new S3Client(std::move(options), std::move(bucket), clock, rng));
  // A bucket with dots in the host's name fits no certificate.
  const bool in_path =
      client->options_.path_style || client->bucket_.find('.') != std::string::npos;
  client->host_ = in_path ? host : client->bucket_ + "." + host;
  client->origin_ = endpoint.substr(0, scheme + 3) + client->host_;
  client->root_ = in_path ? "/" + client->bucket_ : "";
  return client;
}

base::Error S3Client::Unreachable(const std::string& words) const {
  return Error(Code::kUnavailable, reasons::kUnreachable,
               "cannot reach the object store at \"" + options_.endpoint + "\": " + words)
      .Set("endpoint", options_.endpoint);
}

bool S3Client::Attempt(const base::Context& ctx, const S3Request& request, S3Answer* answer) {
  SignedRequest to_sign{request.method, root_ + "/" + base::PercentEncode(request.key, "/"),
                        request.query, request.headers, base::Sha256Hex(request.body)};
  if (request.key.empty() && !root_.empty()) to_sign.path = root_;
  to_sign.headers["host"] = host_;
  if (!options_.credentials.anonymous) {
    Sign(to_sign, options_.credentials, options_.region, clock_.Now());
  }
  http::Request asked{request.method, origin_ + to_sign.path, std::move(to_sign.headers),
                      request.body};
  if (!request.query.empty()) asked.url += "?" + QueryText(request.query);
  http::Failure failure;
  if (http_.Send(ctx, asked, &answer->http, &failure)) return Explain(answer);
  answer->http = {};
  answer->code.clear();
  answer->in_doubt = answer->in_doubt || !failure.never_sent;
  answer->error = Unreachable(failure.words);
  return true;
}

/// What the status means; true when another attempt may help.
bool S3Client::Explain(S3Answer* answer) const {
  const int status = answer->http.status;
  // A multipart upload's end may fail after its status was sent.
  const bool failed_late = status == 200 &&
                           answer->http.body.find("<Error>") != std::string::npos &&
                           answer->http.body.find("<Error>") < 200;
  answer->error.reset();
  answer->code.clear();
  if (status / 100 == 2 && !failed_late) return false;
  answer->code = XmlText(answer->http.body, "Code");
  const std::string words = XmlText(answer->http.body, "Message");
  const std::string said =
      (answer->code.empty() ? "status " + std::to_string(status) : answer->code) +
      (words.empty() ? "" : ", \"" + words + "\"");
  Error error(Code::kInternal, reasons::kServiceFailed,
              "the object store at \"" + options_.endpoint + "\" refused: " + said);
  bool passing = false;
  const auto region = answer->http.headers.find("x-amz-bucket-region");
  if (answer->code == "NoSuchBucket") {
    error = Error(Code::kNotFound, reasons::kNoBucket,
                  "there is no bucket \"" + bucket_ + "\" at \"" + options_.endpoint +
                      "\": make it, or name another")
                .Set("bucket", bucket_);
  } else if (region != answer->http.headers.end() && region->second != options_.region) {
    error = Error(Code::kInvalidArgument, reasons::kBadLocation,
                  "bucket \"" + bucket_ + "\" is in region \"" + region->second + "\", not in \"" +
                      options_.region + "\": set AWS_REGION");
  } else if (status == 401 || status == 403) {
    const bool nobody =
        options_.credentials.access_key_id.empty() && !options_.credentials.anonymous;
    error = Error(Code::kPermissionDenied, reasons::kAccessDenied,
                  "the object store at \"" + options_.endpoint + "\" denies access to bucket \"" +
                      bucket_ + "\" (" + said + "): " +
                      (nobody ? "no credentials are set, set AWS_ACCESS_KEY_ID and "
                                "AWS_SECRET_ACCESS_KEY"
                              : "check the keys and what they may do"));
  } else if (status == 429 || status == 503 || ThrottleCodes().contains(answer->code)) {
    passing = true;
    error = Error(Code::kUnavailable, reasons::kThrottled,
                  "the object store at \"" + options_.endpoint + "\" is overloaded (" + said +
                      "): try again later");
  } else if (status >= 500 || status == 408 || failed_late ||
             PassingCodes().contains(answer->code)) {
    passing = true;
    answer->in_doubt = answer->in_doubt || (status >= 500 && status != 501);
    error.code = Code::kUnavailable;
  }
  answer->error =
      std::move(error).Set("service_code", answer->code).Set("status", std::to_string(status));
  return passing;
}

base::Status S3Client::WaitBefore(const base::Context& ctx, uint32_t attempt) {
  using std::chrono::milliseconds;
  milliseconds longest = options_.retries.wait_first;
  for (uint32_t i = 1; i < attempt && longest < options_.retries.wait_max; ++i) longest *= 2;
  longest = std::min(longest, options_.retries.wait_max);
  const milliseconds wait(static_cast<int64_t>(
      rng_.Next() % static_cast<uint64_t>(std::max<int64_t>(1, longest.count()) + 1)));
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  base::Guarded<bool> stopped(false);
  const std::stop_callback wake(ctx.stop, [&stopped] {
    stopped.With([](bool& is) { is = true; });
    stopped.Notify();
  });
  stopped.WaitFor(wait, [](bool& is) { return is; });
  return ctx.Check(clock_.Now());
}

S3Answer S3Client::Send(const base::Context& ctx, const S3Request& request) {
  S3Answer answer;
  const uint32_t attempts_max = std::max(1u, options_.retries.attempts_max);
  for (uint32_t attempt = 1;; ++attempt) {
    if (!Attempt(ctx, request, &answer)) return answer;
    const base::Status alive = ctx.Check(clock_.Now());
    const base::Status waited =
        !alive.ok() || attempt == attempts_max ? alive : WaitBefore(ctx, attempt);
    if (!waited.ok()) {
      const std::string why = answer.error->message;
      answer.error = Error(waited.error()).CausedBy(*std::move(answer.error)).With(why);
      return answer;
    }
    if (attempt == attempts_max) break;
  }
  answer.error->message += " (tried " + std::to_string(attempts_max) + " times)";
  return answer;
}

}  // namespace storage
