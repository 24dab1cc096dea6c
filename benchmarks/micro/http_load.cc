// A native load generator: clients with one kept-alive connection each create branches, delete them
// and commit to branches of their own, over HTTP on this machine, speaking our dialect or Nessie's.
// One JSON line per operation. usage: http_load DIALECT(boathouse|nessie) PORT CLIENTS
// OPERATIONS_PER_CLIENT TAG [TOKEN]

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Reply {
  int status = 0;
  std::string body;
};

/// One connection that is kept alive; throws when it breaks, since then there is nothing to
/// measure.
class Connection {
 public:
  Connection(uint16_t port, std::string token) : token_(std::move(token)) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("nobody listens on port " + std::to_string(port));
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Reply Ask(std::string_view method, const std::string& path, const std::string& body) {
    std::string request = std::string(method) + " " + path +
                          " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n";
    if (!token_.empty()) request += "Authorization: Bearer " + token_ + "\r\n";
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + body;
    for (size_t sent = 0; sent < request.size();) {
      const ssize_t n = send(fd_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error("the server closed the connection");
      sent += static_cast<size_t>(n);
    }
    return ReadReply();
  }

 private:
  void Fill() {
    char part[65536];
    const ssize_t n = recv(fd_, part, sizeof part, 0);
    if (n <= 0) throw std::runtime_error("the server closed the connection");
    buffer_.append(part, static_cast<size_t>(n));
  }
  std::string TakeLine() {
    size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) Fill();
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
  }
  std::string Take(size_t size) {
    while (buffer_.size() < size) Fill();
    std::string taken = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return taken;
  }
  Reply ReadReply() {
    Reply reply;
    reply.status = std::atoi(TakeLine().substr(9, 3).c_str());
    size_t size = 0;
    bool chunked = false;
    for (std::string line = TakeLine(); !line.empty(); line = TakeLine()) {
      std::transform(line.begin(), line.end(), line.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      if (line.starts_with("content-length:")) size = std::strtoul(line.c_str() + 15, nullptr, 10);
      if (line.starts_with("transfer-encoding:"))
        chunked = line.find("chunked") != std::string::npos;
    }
    if (!chunked) {
      reply.body = Take(size);
      return reply;
    }
    for (;;) {
      const size_t part = std::strtoul(TakeLine().c_str(), nullptr, 16);
      reply.body += Take(part);
      TakeLine();
      if (part == 0) return reply;
    }
  }

  int fd_ = -1;
  std::string token_;
  std::string buffer_;
};

Reply Expect(Reply reply, std::string_view what) {
  if (reply.status / 100 != 2)
    throw std::runtime_error(std::string(what) + ": " + std::to_string(reply.status) + " " +
                             reply.body.substr(0, 300));
  return reply;
}

/// What the two servers are asked, in their own words.
class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual void CreateBranch(const std::string& name) = 0;
  virtual void DeleteBranch(const std::string& name) = 0;
  /// A commit that adds one namespace to a branch that only this client writes.
  virtual void Commit(const std::string& branch, const std::string& ns) = 0;
};

class Boathouse final : public Dialect {
 public:
  explicit Boathouse(Connection& connection) : connection_(connection) {}
  void CreateBranch(const std::string& name) override {
    Expect(connection_.Ask("POST", "/catalog/v0/branches",
                           R"({"branch_name":")" + name + R"(","from_ref":"main"})"),
           "create");
  }
  void DeleteBranch(const std::string& name) override {
    Expect(connection_.Ask("DELETE", "/catalog/v0/branches/" + name, ""), "delete");
  }
  void Commit(const std::string& branch, const std::string& ns) override {
    Expect(connection_.Ask("POST", "/catalog/v0/branches/" + branch + "/namespaces",
                           R"({"namespace_name":")" + ns + R"("})"),
           "commit");
  }

 private:
  Connection& connection_;
};

class Nessie final : public Dialect {
 public:
  explicit Nessie(Connection& connection) : connection_(connection) {
    main_hash_ = Hash(Expect(connection_.Ask("GET", "/api/v2/trees/main", ""), "main").body);
  }
  void CreateBranch(const std::string& name) override {
    Expect(connection_.Ask("POST", "/api/v2/trees?name=" + name + "&type=BRANCH",
                           R"({"type":"BRANCH","name":"main","hash":")" + main_hash_ + R"("})"),
           "create");
    hash_ = main_hash_;
  }
  void DeleteBranch(const std::string& name) override {
    Expect(connection_.Ask("DELETE", "/api/v2/trees/" + name + "@" + main_hash_, ""), "delete");
  }
  void Commit(const std::string& branch, const std::string& ns) override {
    const std::string body =
        R"({"commitMeta":{"message":"m"},"operations":[{"type":"PUT","key":{"elements":[")" + ns +
        R"("]},"content":{"type":"NAMESPACE","elements":[")" + ns + R"("]}}]})";
    const Reply reply = Expect(
        connection_.Ask("POST", "/api/v2/trees/" + branch + "@" + hash_ + "/history/commit", body),
        "commit");
    hash_ = Hash(reply.body);
  }

 private:
  static std::string Hash(const std::string& body) {
    const size_t key = body.find("\"hash\"");
    const size_t open = key == std::string::npos ? key : body.find('"', body.find(':', key));
    if (open == std::string::npos) throw std::runtime_error("no hash in: " + body.substr(0, 300));
    return body.substr(open + 1, body.find('"', open + 1) - open - 1);
  }
  Connection& connection_;
  std::string main_hash_;
  std::string hash_;
};

struct Task {
  std::string dialect;
  uint16_t port = 0;
  size_t clients = 1;
  size_t operations = 100;
  std::string tag;
  std::string token;
};

enum class Step { kCreate, kDelete, kCommit };
constexpr Step kSteps[] = {Step::kCreate, Step::kDelete, Step::kCommit};
constexpr const char* kNames[] = {"create", "delete", "commit"};

struct Timings {
  std::vector<double> micros;
  Clock::time_point begun = Clock::time_point::max();
  Clock::time_point ended{};
};

void RunClient(const Task& task, size_t client, std::barrier<>& gate, std::vector<Timings>& out) {
  Connection connection(task.port, task.token);
  std::unique_ptr<Dialect> dialect;
  if (task.dialect == "nessie")
    dialect = std::make_unique<Nessie>(connection);
  else
    dialect = std::make_unique<Boathouse>(connection);
  const std::string mine = task.tag + "-" + std::to_string(client);
  for (const Step step : kSteps) {
    Timings& timings = out[static_cast<size_t>(step)];
    if (step == Step::kCommit) dialect->CreateBranch(mine);
    gate.arrive_and_wait();
    timings.begun = Clock::now();
    for (size_t i = 0; i < task.operations; ++i) {
      const std::string number = std::to_string(i);
      const auto begun = Clock::now();
      if (step == Step::kCreate) dialect->CreateBranch(mine + "-" + number);
      if (step == Step::kDelete) dialect->DeleteBranch(mine + "-" + number);
      if (step == Step::kCommit) dialect->Commit(mine, "n" + number);
      timings.micros.push_back(
          std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
    }
    timings.ended = Clock::now();
    gate.arrive_and_wait();
  }
}

void Print(const Task& task, const std::vector<std::vector<Timings>>& clients) {
  for (const Step step : kSteps) {
    Timings all;
    for (const auto& one : clients) {
      const Timings& timings = one[static_cast<size_t>(step)];
      all.micros.insert(all.micros.end(), timings.micros.begin(), timings.micros.end());
      all.begun = std::min(all.begun, timings.begun);
      all.ended = std::max(all.ended, timings.ended);
    }
    std::sort(all.micros.begin(), all.micros.end());
    const auto at = [&](double share) {
      return all.micros[static_cast<size_t>(share * static_cast<double>(all.micros.size() - 1))];
    };
    const double seconds = std::chrono::duration<double>(all.ended - all.begun).count();
    std::printf(R"({"operation":"%s","clients":%zu,"p50":%.1f,"p95":%.1f,"p99":%.1f,"rate":%.1f})"
                "\n",
                kNames[static_cast<size_t>(step)], task.clients, at(0.5), at(0.95), at(0.99),
                static_cast<double>(all.micros.size()) / seconds);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 6)
    throw std::runtime_error(
        "usage: http_load boathouse|nessie PORT CLIENTS OPERATIONS TAG [TOKEN]");
  const Task task{argv[1],
                  static_cast<uint16_t>(std::atoi(argv[2])),
                  std::strtoul(argv[3], nullptr, 10),
                  std::strtoul(argv[4], nullptr, 10),
                  argv[5],
                  argc > 6 ? argv[6] : ""};
  std::barrier gate(static_cast<std::ptrdiff_t>(task.clients));
  std::vector<std::vector<Timings>> timings(task.clients, std::vector<Timings>(std::size(kSteps)));
  {
    std::vector<std::jthread> threads;
    for (size_t client = 0; client < task.clients; ++client) {
      threads.emplace_back([&, client] {
        try {
          RunClient(task, client, gate, timings[client]);
        } catch (const std::exception& failure) {  // no figure is better than a wrong one
          std::fprintf(stderr, "http_load: %s\n", failure.what());
          std::_Exit(1);
        }
      });
    }
  }
  Print(task, timings);
  return 0;
} catch (const std::exception& failure) {
  std::fprintf(stderr, "http_load: %s\n", failure.what());
  return 1;
}
