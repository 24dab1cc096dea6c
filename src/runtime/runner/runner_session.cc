#include "runtime/runner/runner_session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "columnar/segment.h"
#include "runtime/runner/messages_internal.h"
#include "runtime/runner/output_pipe_internal.h"
#include "runtime/runner/packet_internal.h"
#include "runtime/runner/reasons.h"

namespace runtime {
namespace {

/// How often a wait looks at the deadline, the stop request and the sandbox.
constexpr int kLookMilliseconds = 50;

base::Error Protocol(const std::string& why) {
  return base::Error(base::Code::kCorrupt, reasons::kRunnerProtocol,
                     "the function's process broke the protocol: " + why);
}

base::Result<std::pair<base::Fd, base::Fd>> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return base::IoError("create", "a pipe", errno);
  return std::pair(base::Fd(ends[0]), base::Fd(ends[1]));
}

}  // namespace

base::Result<RunnerChannel> RunnerChannel::Create() {
  RunnerChannel channel;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return base::IoError("create", "a socket pair", errno);
  }
  channel.host_socket = base::Fd(ends[0]);
  channel.child_socket = base::Fd(ends[1]);
  ASSIGN_OR_RETURN(auto out, MakePipe());
  channel.host_stdout = std::move(out.first);
  channel.child_stdout = std::move(out.second);
  ASSIGN_OR_RETURN(auto err, MakePipe());
  channel.host_stderr = std::move(err.first);
  channel.child_stderr = std::move(err.second);
  return channel;
}

std::vector<std::string> RunnerArguments(const std::string& python,
                                         const std::string& runner_folder, int socket_fd) {
  return {python, "-I", "-B", "-u", runner_folder, std::to_string(socket_fd)};
}

class RunnerSession::Impl {
 public:
  Impl(base::Fd socket, base::Fd out, base::Fd err, Options options)
      : socket_(std::move(socket)),
        stdout_(std::move(out)),
        stderr_(std::move(err)),
        options_(std::move(options)),
        closing_(eventfd(0, EFD_CLOEXEC)) {
    reader_ = std::jthread([this] { ReadPipes(); });
  }

  ~Impl() {
    // The owner ends the sandbox first; a process that got away must not keep us here.
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t put = write(closing_.get(), &one, sizeof(one));
  }

  base::Result<Packet> Await(const base::Context& ctx) {
    while (true) {
      pollfd wait{socket_.get(), POLLIN, 0};
      const int ready = poll(&wait, 1, kLookMilliseconds);
      if (ready > 0) return ReceivePacket(socket_.get());
      if (ready < 0 && errno != EINTR) return base::IoError("wait for", "the runner", errno);
      RETURN_IF_ERROR(ctx.Check(clock_.Now()));
      if (!options_.still_alive) continue;
      base::Status alive = options_.still_alive();
      if (alive.ok()) continue;
      // It may have answered just before it ended.
      if (poll(&wait, 1, 0) > 0) {
        auto last = ReceivePacket(socket_.get());
        if (last.ok()) return last;
      }
      return std::move(alive).error();
    }
  }

  base::Result<RunnerReply> Call(const base::Context& ctx, const RunnerCall& call) {
    ASSIGN_OR_RETURN(EncodedCall encoded, EncodeCall(call));
    ASSIGN_OR_RETURN(base::Fd output, columnar::CreateSharedMemory("boathouse-" + call.name));
    std::vector<int> descriptors = {output.get()};
    for (const auto& segment : encoded.segments) descriptors.push_back(segment->fd());
    RETURN_IF_ERROR(SendPacket(socket_.get(), PacketKind::kCall, encoded.body, descriptors));
    ASSIGN_OR_RETURN(Packet packet, Await(ctx));
    if (packet.kind != PacketKind::kReply) return Protocol("it did not reply to the call");
    ASSIGN_OR_RETURN(DecodedReply decoded, DecodeReply(packet.body));
    if (decoded.error) {
      if (!decoded.error->place.file.empty()) {
        decoded.error->place.file = options_.path_prefix + decoded.error->place.file;
      }
      return *std::move(decoded.error);
    }
    if (!decoded.table) {
      if (call.kind == CallKind::kModel) return Protocol("a model's reply has no table");
      return std::move(decoded.reply);
    }
    auto sealed = columnar::Segment::SealAndMap(std::move(output), call.output_bytes_max);
    if (!sealed.ok()) {
      return std::move(sealed).error().With("result of \"" + call.name + "\"");
    }
    columnar::SharedTable table;
    table.segments.push_back(std::move(sealed).value());
    for (auto& segment : encoded.segments) table.segments.push_back(std::move(segment));
    decoded.table->segments = static_cast<uint32_t>(table.segments.size());
    table.descriptor = std::make_shared<const columnar::TableDescriptor>(*std::move(decoded.table));
    RETURN_IF_ERROR(columnar::ValidateTable(table));
    decoded.reply.table = WithoutUnused(table);
    return std::move(decoded.reply);
  }

  void Close() {
    if (reader_.joinable()) reader_.join();
  }

 private:
  /// Inputs whose memory the result does not use are let go.
  static columnar::SharedTable WithoutUnused(const columnar::SharedTable& table) {
    std::vector<bool> used(table.segments.size(), false);
    for (const auto& batch : table.descriptor->batches) {
      for (const auto& node : batch.nodes) {
        for (const auto& buffer : node.buffers) {
          if (buffer.length > 0) used[buffer.segment] = true;
        }
      }
    }
    columnar::SharedTable kept;
    std::vector<uint32_t> numbers(used.size(), 0);
    for (size_t i = 0; i < used.size(); ++i) {
      numbers[i] = static_cast<uint32_t>(kept.segments.size());
      if (used[i]) kept.segments.push_back(table.segments[i]);
    }
    columnar::TableDescriptor descriptor = *table.descriptor;
    descriptor.segments = static_cast<uint32_t>(kept.segments.size());
    for (auto& batch : descriptor.batches) {
      for (auto& node : batch.nodes) {
        for (auto& buffer : node.buffers) {
          buffer.segment = buffer.length > 0 ? numbers[buffer.segment] : 0;
        }
      }
    }
    kept.descriptor = std::make_shared<const columnar::TableDescriptor>(std::move(descriptor));
    return kept;
  }

  void Deliver(const OutputLine& line) {
    if (!options_.on_line) return;
    bytes_delivered_ += line.text.size() + 1;
    if (bytes_delivered_ <= options_.output_lines_bytes_max) {
      OutputLine shown = line;
      if (!shown.file.empty()) shown.file = options_.path_prefix + shown.file;
      options_.on_line(shown);
    } else if (!told_cut_) {
      told_cut_ = true;
      OutputLine notice;
      notice.is_error = true;
      notice.text = "(the rest of the output was cut: more than " +
                    std::to_string(options_.output_lines_bytes_max) + " bytes)";
      options_.on_line(notice);
    }
  }

  void ReadPipes() noexcept {
    auto deliver = [this](const OutputLine& line) { Deliver(line); };
    LineCutter cutters[2] = {{false, options_.line_bytes_max, deliver},
                             {true, options_.line_bytes_max, deliver}};
    pollfd waits[3] = {
        {stdout_.get(), POLLIN, 0}, {stderr_.get(), POLLIN, 0}, {closing_.get(), POLLIN, 0}};
    std::string buffer(64 * 1024, '\0');
    while (waits[0].fd >= 0 || waits[1].fd >= 0) {
      if (poll(waits, 3, -1) < 0 && errno != EINTR) break;
      for (size_t i = 0; i < 2; ++i) {
        if (waits[i].fd < 0 || waits[i].revents == 0) continue;
        const ssize_t got = read(waits[i].fd, buffer.data(), buffer.size());
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) {
          waits[i].fd = -1;
        } else {
          cutters[i].Feed(std::string_view(buffer.data(), static_cast<size_t>(got)));
        }
      }
      if (waits[2].revents != 0) break;
    }
    for (LineCutter& cutter : cutters) cutter.Finish();
  }

  base::Fd socket_;
  base::Fd stdout_;
  base::Fd stderr_;
  Options options_;
  base::Fd closing_;
  base::SystemClock clock_;
  uint64_t bytes_delivered_ = 0;
  bool told_cut_ = false;
  std::jthread reader_;  // last: it uses all of the above
};

RunnerSession::RunnerSession(base::Fd socket, base::Fd child_stdout, base::Fd child_stderr,
                             Options options)
    : impl_(std::make_unique<Impl>(std::move(socket), std::move(child_stdout),
                                   std::move(child_stderr), std::move(options))) {}

RunnerSession::~RunnerSession() = default;

base::Result<RunnerHello> RunnerSession::AwaitHello(const base::Context& ctx) {
  ASSIGN_OR_RETURN(Packet packet, impl_->Await(ctx));
  if (packet.kind != PacketKind::kHello) return Protocol("it did not say hello");
  ASSIGN_OR_RETURN(RunnerHello hello, DecodeHello(packet.body));
  if (hello.version != kRunnerVersion || packet.version != kRunnerVersion) {
    return Protocol("it speaks another version");
  }
  return hello;
}

base::Result<RunnerReply> RunnerSession::Call(const base::Context& ctx, const RunnerCall& call) {
  return impl_->Call(ctx, call);
}

void RunnerSession::Close() {
  impl_->Close();
}

}  // namespace runtime
