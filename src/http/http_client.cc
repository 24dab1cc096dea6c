#include "http/http_client.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "http/curl_library_internal.h"

namespace http {
namespace {

constexpr size_t kIdleConnectionsMax = 16;
constexpr size_t kReserveBytesMax = 64u << 20;  // what a header may make us set aside at once

struct Transfer {
  const base::Context& ctx;
  const base::Clock& clock;
  base::BytesView body;
  base::BytesView to_send;
  Answer* answer;
  uint64_t body_bytes_max;
};

size_t TakeBody(char* bytes, size_t size, size_t count, void* user) {
  const Transfer& transfer = *static_cast<Transfer*>(user);
  base::Bytes& body = transfer.answer->body;
  if (transfer.body_bytes_max != 0 && body.size() + size * count > transfer.body_bytes_max)
    return 0;
  body.append(bytes, size * count);
  return size * count;
}

size_t TakeHeader(char* bytes, size_t size, size_t count, void* user) {
  Answer& answer = *static_cast<Transfer*>(user)->answer;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) answer.headers.clear();  // of an answer "100 Continue" before
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' ')) {
    value.remove_suffix(1);
  }
  if (name == "content-length") {
    const size_t announced = std::strtoull(std::string(value).c_str(), nullptr, 10);
    answer.body.reserve(std::min(announced, kReserveBytesMax));
  }
  answer.headers[name] = value;
  return size * count;
}

size_t GiveBody(char* bytes, size_t size, size_t count, void* user) {
  base::BytesView& rest = static_cast<Transfer*>(user)->to_send;
  const size_t taken = std::min(size * count, rest.size());
  std::memcpy(bytes, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

/// A connection that was kept open may turn out closed: libcurl then sends again by itself.
int SeekBody(void* user, curl_off_t offset, int origin) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  if (origin != SEEK_SET || static_cast<size_t>(offset) > transfer.body.size()) {
    return CURL_SEEKFUNC_FAIL;
  }
  transfer.to_send = transfer.body.substr(static_cast<size_t>(offset));
  return CURL_SEEKFUNC_OK;
}

int AskToStop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const Transfer& transfer = *static_cast<Transfer*>(user);
  return transfer.ctx.Check(transfer.clock.Now()).ok() ? 0 : 1;
}

bool NeverSent(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return true;
    default:
      return false;
  }
}

void SetMethod(const CurlLibrary& curl, CURL* handle, const Request& request, Transfer* transfer) {
  if (request.method == "HEAD") {
    curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method == "PUT") {
    curl.easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl.easy_setopt(handle, CURLOPT_READFUNCTION, GiveBody);
    curl.easy_setopt(handle, CURLOPT_READDATA, transfer);
    curl.easy_setopt(handle, CURLOPT_SEEKFUNCTION, SeekBody);
    curl.easy_setopt(handle, CURLOPT_SEEKDATA, transfer);
    curl.easy_setopt(handle, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    return;
  }
  if (request.method == "POST" || !request.body.empty()) {
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void SetOptions(const CurlLibrary& curl, CURL* handle, const Options& options,
                const base::Context& ctx, base::Instant now) {
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  if (options.proxy) curl.easy_setopt(handle, CURLOPT_PROXY, options.proxy->c_str());
  if (!options.no_proxy.empty()) {
    curl.easy_setopt(handle, CURLOPT_NOPROXY, options.no_proxy.c_str());
  }
  if (!options.ca_file.empty()) curl.easy_setopt(handle, CURLOPT_CAINFO, options.ca_file.c_str());
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);  // bytes per second
  curl.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.silence_max.count()));
  if (ctx.deadline == base::Instant::max()) return;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(ctx.deadline - now);
  curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(std::max<int64_t>(1, left.count())));
}

}  // namespace

struct Client::Connections {
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

Client::Client(Options options, const base::Clock& clock)
    : options_(std::move(options)), clock_(clock), connections_(std::make_unique<Connections>()) {}

Client::~Client() {
  std::string unused;
  connections_->idle.With([&unused](std::vector<CURL*>& handles) {
    for (CURL* handle : handles) CurlLibrary::Load(&unused)->easy_cleanup(handle);
    handles.clear();
  });
}

bool Client::Send(const base::Context& ctx, const Request& request, Answer* answer,
                  Failure* failure) {
  *answer = {};
  std::string missing;
  const CurlLibrary* curl = CurlLibrary::Load(&missing);
  if (curl == nullptr) {
    *failure = {true, missing};
    return false;
  }
  CURL* handle = connections_->Take(*curl);
  if (handle == nullptr) {
    *failure = {true, "out of memory"};
    return false;
  }
  Transfer transfer{ctx, clock_, request.body, request.body, answer, options_.body_bytes_max};
  SetOptions(*curl, handle, options_, ctx, clock_.Now());
  SetMethod(*curl, handle, request, &transfer);
  curl->easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, TakeBody);
  curl->easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, TakeHeader);
  curl->easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl->easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, AskToStop);
  curl->easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  curl->easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_slist* lines = nullptr;
  for (const auto& [name, value] : request.headers) {
    lines = curl->slist_append(lines, (name + (value.empty() ? ";" : ": " + value)).c_str());
  }
  lines = curl->slist_append(lines, "content-type:");  // libcurl's own guess is not signed
  lines = curl->slist_append(lines, "transfer-encoding:");
  lines = curl->slist_append(lines, "expect:");  // bodies are small enough to send without asking
  curl->easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
  char words[CURL_ERROR_SIZE] = "";
  curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
  const CURLcode code = curl->easy_perform(handle);
  long status = 0;
  curl->easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer->status = static_cast<int>(status);
  curl->slist_free_all(lines);
  connections_->Give(*curl, handle);
  if (code == CURLE_OK) return true;
  *failure = {NeverSent(code), words[0] != '\0' ? words : curl->easy_strerror(code)};
  return false;
}

}  // namespace http
