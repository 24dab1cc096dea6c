#include "server/net/front_door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <future>
#include <list>
#include <thread>
#include <utility>

#include "base/log.h"
#include "server/http/session_internal.h"
#include "server/net/sniff.h"
#include "server/reasons.h"

namespace server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPeekAgainFirst{2};
constexpr std::chrono::milliseconds kPeekAgainLast{100};
constexpr std::chrono::milliseconds kAcceptAgain{100};
constexpr std::string_view kHttp1 = "http/1.1";

base::Error BadCertificate(const std::string& file, const std::string& why) {
  return base::Error(base::Code::kFailedPrecondition, kBadCertificate,
                     "TLS cannot start with \"" + file + "\": " + why)
      .Set("file", file);
}

int ChooseHttp1(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void*) {
  for (unsigned int i = 0; i < in_size; i += in[i] + 1u) {
    const std::string_view one(reinterpret_cast<const char*>(in + i + 1), in[i]);
    if (i + 1 + in[i] > in_size || one != kHttp1) continue;
    *out = in + i + 1;
    *out_size = in[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;  // without a choice the protocol is HTTP/1.1
}

base::Result<std::unique_ptr<asio::ssl::context>> MakeTls(const TlsFiles& files) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code error;
  (void)context->set_options(asio::ssl::context::default_workarounds |
                                 asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                                 asio::ssl::context::single_dh_use,
                             error);
  if (context->use_certificate_chain_file(files.certificate, error)) {
    return BadCertificate(files.certificate, error.message());
  }
  if (context->use_private_key_file(files.key, asio::ssl::context::pem, error)) {
    return BadCertificate(files.key, error.message());
  }
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return BadCertificate(files.key, "it is not the key of that certificate");
  }
  SSL_CTX_set_alpn_select_cb(context->native_handle(), ChooseHttp1, nullptr);
  return context;
}

std::string PeerOf(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    (void)inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
    return std::string(text) + ":" + std::to_string(ntohs(in.sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    (void)inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof(text));
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(in.sin6_port));
  }
  return "unix";
}

}  // namespace

struct FrontDoor::State {
  State(Parts given, const HttpLimits& bounds) : parts(std::move(given)), limits(bounds) {}

  Parts parts;
  const HttpLimits limits;
  asio::io_context io{1};
  std::unique_ptr<asio::ssl::context> tls;
  std::list<asio::posix::stream_descriptor> listeners;
  std::list<std::weak_ptr<internal::Session>> sessions;  // socket thread only
  uint32_t sniffing = 0;                                 // socket thread only
  std::atomic<uint32_t> open = 0;
  bool draining = false;  // socket thread only
  std::jthread thread;

  void Accept(asio::posix::stream_descriptor& listener);
  void TakeAll(asio::posix::stream_descriptor& listener);
  void Welcome(base::Fd socket, const sockaddr_storage& peer);
  void HandOn(base::Fd socket, int family, const std::string& peer, Spoken spoken);
  void CountOpen();
  template <class F>
  void OnSocketThread(F work);
};

namespace {

/// The other side sends nothing more; peeking would show its last bytes for ever.
bool HasGone(int fd) {
  pollfd look{fd, POLLRDHUP, 0};
  return poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/// Looks at a connection's first bytes without taking them.
class Sniffer : public std::enable_shared_from_this<Sniffer> {
 public:
  using Done = std::function<void(base::Fd, Spoken)>;
  Sniffer(asio::io_context& io, int fd, base::Duration time, Done done)
      : socket_(io, fd), timer_(io), done_(std::move(done)) {
    deadline_ = std::chrono::steady_clock::now() + time;
  }

  void Start() {
    timer_.expires_at(deadline_);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->End(Spoken::kUnknownYet);
    });
    WaitForBytes();
  }

 private:
  void WaitForBytes() {
    socket_.async_wait(asio::posix::descriptor_base::wait_read,
                       [self = shared_from_this()](error_code error) {
                         if (error) return self->End(Spoken::kUnknownYet);
                         self->Look();
                       });
  }

  void Look() {
    if (!done_) return;
    std::string bytes(kHelloBytesMax, '\0');
    const ssize_t got =
        recv(socket_.native_handle(), bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
    // Woken for nothing, which happens where many come and go: an event of a socket that is gone.
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return WaitForBytes();
    if (got <= 0) return End(Spoken::kUnknownYet);  // came and went without a word
    bytes.resize(static_cast<size_t>(got));
    const Spoken spoken = Sniff(bytes);
    const bool stuck = spoken == Spoken::kUnknownYet && bytes.size() == kHelloBytesMax;
    if (spoken != Spoken::kUnknownYet) return End(spoken);
    if (stuck || HasGone(socket_.native_handle()) ||
        std::chrono::steady_clock::now() + pause_ >= deadline_) {
      return End(Spoken::kGarbage);
    }
    // What was peeked at stays readable: waiting for it would return at once.
    timer_.expires_after(pause_);
    pause_ = std::min(pause_ * 2, kPeekAgainLast);
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->Look();
    });
  }

  void End(Spoken spoken) {
    if (!done_) return;
    const Done done = std::exchange(done_, nullptr);
    timer_.cancel();
    done(base::Fd(socket_.release()), spoken);
  }

  asio::posix::stream_descriptor socket_;
  asio::steady_timer timer_;
  Done done_;
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds pause_ = kPeekAgainFirst;
};

}  // namespace

template <class F>
void FrontDoor::State::OnSocketThread(F work) {
  std::promise<void> done;
  asio::post(io, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void FrontDoor::State::CountOpen() {
  sessions.remove_if([](const auto& session) { return session.expired(); });
  open = sniffing + static_cast<uint32_t>(sessions.size());
}

void FrontDoor::State::Accept(asio::posix::stream_descriptor& listener) {
  listener.async_wait(asio::posix::descriptor_base::wait_read, [this, &listener](error_code error) {
    if (!error) TakeAll(listener);
  });
}

void FrontDoor::State::TakeAll(asio::posix::stream_descriptor& listener) {
  while (true) {
    sockaddr_storage peer{};
    socklen_t size = sizeof(peer);
    const int fd = accept4(listener.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                           SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      Welcome(base::Fd(fd), peer);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Accept(listener);
    // No descriptors left, say: those who wait are served when there are some again.
    base::Log(base::LogLevel::kWarn,
              "a connection could not be accepted: " +
                  error_code(errno, boost::system::system_category()).message());
    auto timer = std::make_shared<asio::steady_timer>(io, kAcceptAgain);
    timer->async_wait([this, &listener, timer](error_code error) {
      if (!error) Accept(listener);
    });
    return;
  }
}

void FrontDoor::State::Welcome(base::Fd socket, const sockaddr_storage& peer) {
  CountOpen();
  if (open >= limits.connections_max) {
    return parts.router.NoteRefusal("door", HttpRequest{}, "TOO_MANY", PeerOf(peer));
  }
  const int family = peer.ss_family == AF_UNSPEC ? AF_UNIX : peer.ss_family;
  if (family != AF_UNIX) {
    const int yes = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  }
  ++sniffing;
  const auto done = [this, family, name = PeerOf(peer)](base::Fd sniffed, Spoken spoken) {
    --sniffing;
    HandOn(std::move(sniffed), family, name, spoken);
    CountOpen();
  };
  std::make_shared<Sniffer>(io, socket.Release(), limits.sniff_time, done)->Start();
}

void FrontDoor::State::HandOn(base::Fd socket, int family, const std::string& peer, Spoken spoken) {
  const bool must_be_tls = tls != nullptr && family != AF_UNIX;
  const bool is_tls = spoken == Spoken::kTlsHttp1 || spoken == Spoken::kTlsHttp2;
  if (spoken == Spoken::kUnknownYet || draining) return;  // closed
  if (spoken == Spoken::kGarbage || is_tls != must_be_tls) {
    const char* why = spoken == Spoken::kGarbage ? "NO_PROTOCOL"
                      : is_tls                   ? "NO_TLS_HERE"
                                                 : "NEEDS_TLS";
    return parts.router.NoteRefusal("door", HttpRequest{}, why, peer);
  }
  if (spoken == Spoken::kHttp2 || spoken == Spoken::kTlsHttp2) {
    return parts.to_rpc(std::move(socket), is_tls);
  }
  const internal::SessionParts own{io, parts.router, parts.pool, limits,
                                   is_tls ? tls.get() : nullptr};
  sessions.push_back(internal::StartSession(own, std::move(socket), family, peer));
}

base::Status CheckTls(const TlsFiles& files) {
  if (files.certificate.empty()) return base::Ok();
  auto made = MakeTls(files);
  return made.ok() ? base::Ok() : base::Status(std::move(made).error());
}

FrontDoor::FrontDoor(std::unique_ptr<State> state) : state_(std::move(state)) {}

base::Result<std::unique_ptr<FrontDoor>> FrontDoor::Start(std::vector<ListeningSocket> sockets,
                                                          const TlsFiles& tls,
                                                          const HttpLimits& limits, Parts parts) {
  auto state = std::make_unique<State>(std::move(parts), limits);
  if (!tls.certificate.empty()) {
    ASSIGN_OR_RETURN(state->tls, MakeTls(tls));
  }
  for (ListeningSocket& socket : sockets) {
    state->listeners.emplace_back(state->io, socket.fd.Release());
    state->Accept(state->listeners.back());
  }
  State* raw = state.get();
  state->thread = std::jthread([raw]() noexcept {
    const auto forever = asio::make_work_guard(raw->io);
    raw->io.run();
  });
  return std::unique_ptr<FrontDoor>(new FrontDoor(std::move(state)));
}

FrontDoor::~FrontDoor() {
  Stop();
}

void FrontDoor::Stop() {
  state_->io.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

void FrontDoor::Drain(base::Duration patience) {
  state_->OnSocketThread([this] {
    state_->draining = true;
    state_->listeners.clear();
    for (const auto& session : state_->sessions) {
      if (const auto alive = session.lock()) alive->Drain();
    }
  });
  const auto until = std::chrono::steady_clock::now() + patience;
  while (true) {
    std::promise<bool> closed;
    auto timer = std::make_shared<asio::steady_timer>(state_->io, kPeekAgainLast);
    timer->async_wait([&, timer](error_code) {
      state_->CountOpen();
      closed.set_value(state_->sessions.empty());  // who has said nothing yet waits for nothing
    });
    const bool all = closed.get_future().get();
    if (all || std::chrono::steady_clock::now() >= until) return;
  }
}

uint32_t FrontDoor::connections() const {
  return state_->open;
}

}  // namespace server
