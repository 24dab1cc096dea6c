#include <algorithm>
#include <cctype>

#include "base/guarded.h"
#include "client/curl_library_internal.h"
#include "client/reasons.h"
#include "client/rest_internal.h"
#include "wire/error_detail.h"

namespace client {
namespace {

constexpr size_t kIdleConnectionsMax = 4;
constexpr long kConnectMillisMax = 10'000;
constexpr size_t kReplyBytesMax = 256u << 20;

struct Transfer {
  const base::Context& ctx;
  const base::Clock& clock;
  std::string* reply;
};

size_t TakeBody(char* bytes, size_t size, size_t count, void* user) {
  std::string& reply = *static_cast<Transfer*>(user)->reply;
  if (reply.size() + size * count > kReplyBytesMax) return 0;
  reply.append(bytes, size * count);
  return size * count;
}

int AskToStop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Transfer& transfer = *static_cast<Transfer*>(user);
  return transfer.ctx.Check(transfer.clock.Now()).ok() ? 0 : 1;
}

std::string Encoded(const std::string& text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += {'%', kHex[c >> 4], kHex[c & 15]};
    }
  }
  return out;
}

std::string UrlOf(const ServerUrl& server, const RestRequest& request) {
  std::string url = server.text;
  for (const std::string& segment : request.path) url += "/" + Encoded(segment);
  char separator = '?';
  for (const auto& [key, value] : request.query) {
    if (value.empty()) continue;
    url += separator + key + "=" + Encoded(value);
    separator = '&';
  }
  return url;
}

void SetOptions(const CurlLibrary& curl, CURL* handle, Transfer* transfer) {
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectMillisMax);
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
  curl.easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, AskToStop);
  curl.easy_setopt(handle, CURLOPT_XFERINFODATA, transfer);
  curl.easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

bool NeverSent(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_URL_MALFORMAT:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Rest::Connections {
  base::Guarded<std::vector<CURL*>> idle;

  CURL* Take(const CurlLibrary& curl) {
    CURL* handle = idle.With([](std::vector<CURL*>& handles) -> CURL* {
      if (handles.empty()) return nullptr;
      CURL* last = handles.back();
      handles.pop_back();
      return last;
    });
    return handle != nullptr ? handle : curl.easy_init();
  }
  void Give(const CurlLibrary& curl, CURL* handle) {
    curl.easy_reset(handle);  // connections stay open
    const bool kept = idle.With([handle](std::vector<CURL*>& handles) {
      if (handles.size() >= kIdleConnectionsMax) return false;
      handles.push_back(handle);
      return true;
    });
    if (!kept) curl.easy_cleanup(handle);
  }
};

Rest::Rest(ServerUrl server, std::string key, std::string ca_file, const base::Clock& clock)
    : server_(std::move(server)),
      key_(std::move(key)),
      ca_file_(std::move(ca_file)),
      clock_(clock),
      connections_(std::make_unique<Connections>()) {}

Rest::~Rest() {
  std::string unused;
  const CurlLibrary* curl = CurlLibrary::Load(&unused);
  connections_->idle.With([curl](std::vector<CURL*>& handles) {
    for (CURL* handle : handles) curl->easy_cleanup(handle);
    handles.clear();
  });
}

base::Error Rest::Unreachable(const std::string& why) const {
  return base::Error(base::Code::kUnavailable, kUnreachable,
                     "no answer from " + server_.text + ": " + why)
      .Set("url", server_.text);
}

base::Result<std::string> Rest::Send(const base::Context& ctx, const RestRequest& request) {
  RETURN_IF_ERROR(ctx.Check(clock_.Now()));
  std::string words;
  const CurlLibrary* curl = CurlLibrary::Load(&words);
  CURL* handle = curl == nullptr ? nullptr : connections_->Take(*curl);
  if (handle == nullptr) return Unreachable(words.empty() ? "out of memory" : words);
  std::string reply;
  Transfer transfer{ctx, clock_, &reply};
  SetOptions(*curl, handle, &transfer);
  if (!ca_file_.empty()) curl->easy_setopt(handle, CURLOPT_CAINFO, ca_file_.c_str());
  const std::string url = UrlOf(server_, request);
  curl->easy_setopt(handle, CURLOPT_URL, url.c_str());
  if (request.method != "GET") {
    curl->easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl->easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                      static_cast<curl_off_t>(request.body.size()));
    curl->easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  curl_slist* lines = nullptr;
  for (const std::string& line :
       {"authorization: Bearer " + key_,
        std::string(wire::kClientHeader) + ": " + wire::kClientVersion,
        std::string("content-type: application/json"), std::string("expect:")}) {
    lines = curl->slist_append(lines, line.c_str());
  }
  curl->easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
  char said[CURL_ERROR_SIZE] = "";
  curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, said);
  const CURLcode code = curl->easy_perform(handle);
  long status = 0;
  curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl->slist_free_all(lines);
  connections_->Give(*curl, handle);
  if (code == CURLE_OK) {
    if (status >= 200 && status < 300) return reply;
    return wire::ErrorOfReply(static_cast<int>(status), reply);
  }
  const std::string why = said[0] != '\0' ? said : curl->easy_strerror(code);
  if (NeverSent(code) || request.method == "GET") {
    RETURN_IF_ERROR(ctx.Check(clock_.Now()));
    return Unreachable(why);
  }
  return base::Error(base::Code::kOutcomeUnknown, kNoAnswer,
                     "the connection to " + server_.text +
                         " broke before the answer came: look whether it was done (" + why + ")")
      .Set("url", server_.text);
}

}  // namespace client
