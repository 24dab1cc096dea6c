#include "client/rest_internal.h"

#include "base/percent.h"
#include "client/reasons.h"
#include "wire/error_detail.h"

namespace client {
namespace {

constexpr std::chrono::seconds kConnectTimeMax{10};
constexpr uint64_t kReplyBytesMax = 256u << 20;

http::Options OptionsFor(std::string ca_file) {
  http::Options options;
  options.ca_file = std::move(ca_file);
  options.connect_timeout = kConnectTimeMax;
  options.silence_max = std::chrono::seconds(0);  // a change may take its time
  options.body_bytes_max = kReplyBytesMax;
  return options;
}

std::string UrlOf(const ServerUrl& server, const RestRequest& request) {
  std::string url = server.text;
  for (const std::string& segment : request.path) url += "/" + base::PercentEncode(segment);
  char separator = '?';
  for (const auto& [key, value] : request.query) {
    if (value.empty()) continue;
    url += separator + key + "=" + base::PercentEncode(value);
    separator = '&';
  }
  return url;
}

}  // namespace

Rest::Rest(ServerUrl server, std::string key, std::string ca_file, const base::Clock& clock)
    : server_(std::move(server)),
      key_(std::move(key)),
      clock_(clock),
      http_(OptionsFor(std::move(ca_file)), clock) {}

base::Error Rest::Unreachable(const std::string& why) const {
  return base::Error(base::Code::kUnavailable, kUnreachable,
                     "no answer from " + server_.text + ": " + why)
      .Set("url", server_.text);
}

base::Result<std::string> Rest::Send(const base::Context& ctx, const RestRequest& request) {
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  const http::Request asked{request.method,
                            UrlOf(server_, request),
                            {{"authorization", "Bearer " + key_},
                             {std::string(wire::kClientHeader), std::string(wire::kClientVersion)},
                             {"content-type", "application/json"}},
                            request.body};
  http::Answer answer;
  http::Failure failure;
  if (http_.Send(ctx, asked, &answer, &failure)) {
    if (answer.status >= 200 && answer.status < 300) return std::move(answer.body);
    return wire::ErrorOfReply(answer.status, answer.body);
  }
  if (failure.never_sent || request.method == "GET") {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    return Unreachable(failure.words);
  }
  return base::Error(base::Code::kOutcomeUnknown, kNoAnswer,
                     "the connection to " + server_.text +
                         " broke before the answer came: look whether it was done (" +
                         failure.words + ")")
      .Set("url", server_.text);
}

}  // namespace client
