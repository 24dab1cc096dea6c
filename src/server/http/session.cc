#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <utility>

#include "base/log.h"
#include "server/http/gunzip.h"
#include "server/http/session_internal.h"
#include "server/http/target.h"
#include "server/reasons.h"

namespace server::internal {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = beast::basic_stream<asio::generic::stream_protocol>;
using TlsSocket = beast::ssl_stream<Socket>;
using RawRequest = http::request<http::string_body>;

constexpr int kBadRequest = 400;
constexpr int kTimeout = 408;
constexpr int kPayloadTooLarge = 413;
constexpr int kHeaderTooLarge = 431;
constexpr int kUnavailable = 503;
constexpr char kServerName[] = "boathouse";
constexpr size_t kDiscardBytes = 64 * 1024;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// The request as handlers see it, or the reply that says what was wrong with it.
std::variant<HttpRequest, HttpReply> Understand(RawRequest&& raw, uint64_t body_bytes_max) {
  HttpRequest request;
  request.method = std::string(raw.method_string());
  request.target = std::string(raw.target());
  base::Result<Target> target = ParseTarget(request.target);
  if (!target.ok()) return ErrorReply(kBadRequest, "BAD_REQUEST", target.error().message);
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : raw.base()) {
    request.headers.emplace(Lower(field.name_string()), std::string(field.value()));
  }
  request.body = std::move(raw.body());
  const auto encoding = request.headers.find("content-encoding");
  if (encoding != request.headers.end() && Lower(encoding->second) == "gzip") {
    base::Result<std::string> plain = Gunzip(request.body, body_bytes_max);
    if (!plain.ok()) {
      const bool large = plain.error().code == base::Code::kResourceExhausted;
      return ErrorReply(large ? kPayloadTooLarge : kBadRequest, "BAD_REQUEST",
                        plain.error().message);
    }
    request.body = std::move(plain).value();
  }
  return request;
}

template <class Stream>
class SessionOn final : public Session, public std::enable_shared_from_this<SessionOn<Stream>> {
 public:
  SessionOn(const SessionParts& parts, Stream stream, std::string peer)
      : router_(parts.router),
        pool_(parts.pool),
        limits_(parts.limits),
        stream_(std::move(stream)),
        peer_(std::move(peer)) {}

  void Start() {
    if constexpr (std::is_same_v<Stream, TlsSocket>) {
      Socket_().expires_after(limits_.sniff_time);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = this->shared_from_this()](beast::error_code error) {
                                if (!error) self->ReadHeader();
                              });
    } else {
      ReadHeader();
    }
  }

  void Drain() override {
    draining_ = true;
    if (idle_) Close();
  }

  void Close() override { Socket_().close(); }

 private:
  Socket& Socket_() { return beast::get_lowest_layer(stream_); }

  void ReadHeader() {
    if (draining_) return Close();
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes_max);
    parser_->body_limit(limits_.body_bytes_max);
    idle_ = buffer_.size() == 0;
    Socket_().expires_after(limits_.idle_time);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](beast::error_code error, size_t) {
                              self->OnHeader(error);
                            });
  }

  void OnHeader(beast::error_code error) {
    idle_ = false;
    if (error) return OnBadRequest(error);
    Socket_().expires_after(limits_.body_time);
    if (Lower(parser_->get()[http::field::expect]) == "100-continue") return Continue();
    ReadBody();
  }

  void Continue() {
    continue_ = http::response<http::empty_body>(http::status::continue_, 11);
    http::async_write(stream_, continue_,
                      [self = this->shared_from_this()](beast::error_code error, size_t) {
                        if (!error) self->ReadBody();
                      });
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](beast::error_code error, size_t) {
                       if (error) return self->OnBadRequest(error);
                       self->Answer();
                     });
  }

  void OnBadRequest(beast::error_code error) {
    keep_alive_ = false;
    unread_ = true;
    if (error == http::error::header_limit) {
      return Refuse(ErrorReply(kHeaderTooLarge, "BAD_REQUEST", "the header is too large"));
    }
    if (error == http::error::body_limit) {
      return Refuse(ErrorReply(kPayloadTooLarge, "BAD_REQUEST", "the body is too large"));
    }
    if (error == beast::error::timeout && parser_->got_some()) {
      Note(std::to_string(kTimeout));
      return Close();
    }
    const bool gone = error == http::error::end_of_stream || error == beast::error::timeout ||
                      error.category() != make_error_code(http::error::bad_method).category();
    if (gone) return Close();
    Refuse(ErrorReply(kBadRequest, "BAD_REQUEST", "this is no HTTP request: " + error.message()));
  }

  /// What no handler sees is in the log all the same.
  void Note(const std::string& status) {
    HttpRequest seen;  // as far as it was read
    seen.method = std::string(parser_->get().method_string());
    seen.target = std::string(parser_->get().target());
    router_.NoteRefusal("http", seen, status, peer_);
  }
  void Refuse(HttpReply reply) {
    Note(std::to_string(reply.status));
    Reply(std::move(reply));
  }

  void Answer() {
    keep_alive_ = parser_->get().keep_alive();
    is_head_ = parser_->get().method() == http::verb::head;
    auto understood = Understand(std::move(parser_->get()), limits_.body_bytes_max);
    if (auto* refused = std::get_if<HttpReply>(&understood)) return Refuse(std::move(*refused));
    Socket_().expires_never();
    auto request = std::make_shared<HttpRequest>(std::move(std::get<HttpRequest>(understood)));
    const bool taken = pool_.Post([self = this->shared_from_this(), request] {
      HttpReply reply = self->router_.Handle(base::Context{}, *request, self->peer_);
      asio::post(self->stream_.get_executor(),
                 [self, reply = std::move(reply)]() mutable { self->Reply(std::move(reply)); });
    });
    if (!taken) Refuse(ErrorReply(kUnavailable, "SERVICE_UNAVAILABLE", "too much work is waiting"));
  }

  void Reply(HttpReply reply) {
    reply_.emplace();
    reply_->version(11);
    reply_->result(static_cast<unsigned>(reply.status));
    reply_->set(http::field::server, kServerName);
    reply_->set(http::field::content_type, reply.content_type);
    for (const auto& [name, value] : reply.headers) reply_->set(name, value);
    reply_->keep_alive(keep_alive_ && !draining_);
    reply_->body() = std::move(reply.body);
    reply_->prepare_payload();
    if (is_head_) reply_->body().clear();  // the length stays
    Socket_().expires_after(limits_.body_time);
    serializer_.emplace(*reply_);
    serializer_->split(false);
    const auto written = [self = this->shared_from_this()](beast::error_code error, size_t) {
      self->OnWritten(error);
    };
    if (is_head_) return http::async_write_header(stream_, *serializer_, written);
    http::async_write(stream_, *serializer_, written);
  }

  void OnWritten(beast::error_code error) {
    is_head_ = false;
    if (!error && reply_->keep_alive()) return ReadHeader();
    End();
  }

  /// Tells the other side that nothing more comes, so that it reads the last reply before the end.
  void End() {
    if constexpr (std::is_same_v<Stream, TlsSocket>) {
      Socket_().expires_after(limits_.sniff_time);
      stream_.async_shutdown(
          [self = this->shared_from_this()](beast::error_code) { self->Close(); });
    } else {
      beast::error_code ignored;
      Socket_().socket().shutdown(asio::socket_base::shutdown_send, ignored);
      if (!unread_) return Close();
      Socket_().expires_after(limits_.linger_time);
      Discard();
    }
  }

  /// Closing with bytes unread would take the reply from who is still sending them.
  void Discard() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kDiscardBytes),
                            [self = this->shared_from_this()](beast::error_code error, size_t got) {
                              self->discarded_ += got;
                              const bool enough = self->discarded_ > self->limits_.linger_bytes_max;
                              if (error || enough) return self->Close();
                              self->Discard();
                            });
  }

  Router& router_;
  WorkPool& pool_;
  const HttpLimits& limits_;
  Stream stream_;
  const std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::empty_body> continue_;
  std::optional<http::response<http::string_body>> reply_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  bool keep_alive_ = true;
  bool is_head_ = false;
  bool idle_ = false;
  bool draining_ = false;
  bool unread_ = false;  // bytes of a refused request may still come
  uint64_t discarded_ = 0;
};

}  // namespace

std::shared_ptr<Session> StartSession(const SessionParts& parts, base::Fd socket, int family,
                                      std::string peer) {
  asio::generic::stream_protocol::socket raw(parts.io, asio::generic::stream_protocol(family, 0),
                                             socket.Release());
  Socket stream(std::move(raw));
  if (parts.tls == nullptr) {
    auto session = std::make_shared<SessionOn<Socket>>(parts, std::move(stream), std::move(peer));
    session->Start();
    return session;
  }
  auto session = std::make_shared<SessionOn<TlsSocket>>(
      parts, TlsSocket(std::move(stream), *parts.tls), std::move(peer));
  session->Start();
  return session;
}

}  // namespace server::internal
