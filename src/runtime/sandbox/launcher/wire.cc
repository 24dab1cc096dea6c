#include "runtime/sandbox/launcher/wire.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

namespace runtime::launcher {

bool Reader::Raw(void* to, size_t size) {
  if (!ok_ || bytes_.size() < size) {
    ok_ = false;
    std::memset(to, 0, size);
    return false;
  }
  std::memcpy(to, bytes_.data(), size);
  bytes_.remove_prefix(size);
  return true;
}
uint8_t Reader::U8() {
  uint8_t value = 0;
  Raw(&value, sizeof value);
  return value;
}
uint32_t Reader::U32() {
  uint32_t value = 0;
  Raw(&value, sizeof value);
  return value;
}
uint64_t Reader::U64() {
  uint64_t value = 0;
  Raw(&value, sizeof value);
  return value;
}
std::string Reader::Text() {
  const uint32_t size = U32();
  if (!ok_ || bytes_.size() < size) {
    ok_ = false;
    return {};
  }
  std::string text(bytes_.substr(0, size));
  bytes_.remove_prefix(size);
  return text;
}

Failure Fail(FailureKind kind, std::string step, int error_number) {
  return Failure{kind, error_number, std::move(step)};
}
Failure Fail(std::string step) {
  return Failure{FailureKind::kMachine, errno, std::move(step)};
}

namespace {

void PutLimits(Writer& out, const SandboxLimits& limits) {
  out.U64(limits.memory_bytes_max);
  out.U64(static_cast<uint64_t>(limits.cpus * 1000));
  out.U64(limits.cpu_seconds_max);
  out.U32(limits.processes_max);
  out.U32(limits.open_files_max);
  out.U64(limits.tmp_bytes_max);
  out.U64(limits.shm_bytes_max);
}

SandboxLimits GetLimits(Reader& in) {
  SandboxLimits limits;
  limits.memory_bytes_max = in.U64();
  limits.cpus = static_cast<double>(in.U64()) / 1000;
  limits.cpu_seconds_max = in.U64();
  limits.processes_max = in.U32();
  limits.open_files_max = in.U32();
  limits.tmp_bytes_max = in.U64();
  limits.shm_bytes_max = in.U64();
  return limits;
}

}  // namespace

void PutSpec(Writer& out, const SandboxSpec& spec) {
  out.Text(spec.name);
  out.U32(static_cast<uint32_t>(spec.argv.size()));
  for (const std::string& argument : spec.argv) out.Text(argument);
  out.U32(static_cast<uint32_t>(spec.variables.size()));
  for (const auto& [name, value] : spec.variables) {
    out.Text(name);
    out.Text(value);
  }
  out.U32(static_cast<uint32_t>(spec.binds.size()));
  for (const ReadOnlyBind& bind : spec.binds) {
    out.Text(bind.source);
    out.Text(bind.target);
  }
  out.U32(static_cast<uint32_t>(spec.environment_layers.size()));
  for (const std::string& layer : spec.environment_layers) out.Text(layer);
  out.Text(spec.working_folder);
  PutLimits(out, spec.limits);
  out.U8(spec.internet_access ? 1 : 0);
  out.U32(static_cast<uint32_t>(spec.descriptors.size()));
  for (const PassedDescriptor& passed : spec.descriptors) {
    out.U32(static_cast<uint32_t>(passed.target));
  }
}

SandboxSpec GetSpec(Reader& in) {
  SandboxSpec spec;
  spec.name = in.Text();
  for (uint32_t n = in.U32(); n > 0 && in.ok(); --n) spec.argv.push_back(in.Text());
  for (uint32_t n = in.U32(); n > 0 && in.ok(); --n) {
    std::string name = in.Text();
    spec.variables[name] = in.Text();
  }
  for (uint32_t n = in.U32(); n > 0 && in.ok(); --n) {
    ReadOnlyBind bind;
    bind.source = in.Text();
    bind.target = in.Text();
    spec.binds.push_back(std::move(bind));
  }
  for (uint32_t n = in.U32(); n > 0 && in.ok(); --n) spec.environment_layers.push_back(in.Text());
  spec.working_folder = in.Text();
  spec.limits = GetLimits(in);
  spec.internet_access = in.U8() != 0;
  for (uint32_t n = in.U32(); n > 0 && in.ok(); --n) {
    spec.descriptors.push_back(PassedDescriptor{-1, static_cast<int>(in.U32())});
  }
  return spec;
}

void PutFailure(Writer& out, const Failure& failure) {
  out.U8(static_cast<uint8_t>(failure.kind));
  out.U32(static_cast<uint32_t>(failure.error_number));
  out.Text(failure.step);
}
Failure GetFailure(Reader& in) {
  Failure failure;
  failure.kind = static_cast<FailureKind>(in.U8());
  failure.error_number = static_cast<int>(in.U32());
  failure.step = in.Text();
  return failure;
}

void PutExit(Writer& out, const ExitReport& report) {
  out.U32(static_cast<uint32_t>(report.wait_status));
  out.U8(report.out_of_memory ? 1 : 0);
  out.U8(report.killed ? 1 : 0);
  out.Text(report.limit);
  out.U64(report.cpu_micros);
  out.U64(report.memory_bytes_peak);
}
ExitReport GetExit(Reader& in) {
  ExitReport report;
  report.wait_status = static_cast<int>(in.U32());
  report.out_of_memory = in.U8() != 0;
  report.killed = in.U8() != 0;
  report.limit = in.Text();
  report.cpu_micros = in.U64();
  report.memory_bytes_peak = in.U64();
  return report;
}

bool SendMessage(int socket, const std::string& bytes, const std::vector<int>& descriptors) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  std::vector<char> control(CMSG_SPACE(sizeof(int) * kDescriptorsMax));
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors.size());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * descriptors.size());
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof(int) * descriptors.size());
  }
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(bytes.size());
}

bool ReceiveMessage(int socket, std::string& bytes, std::vector<int>& descriptors) {
  bytes.resize(kMessageBytesMax);
  descriptors.clear();
  iovec part{bytes.data(), bytes.size()};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * kDescriptorsMax));
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t received = 0;
  do {
    received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return false;
  bytes.resize(static_cast<size_t>(received));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    const size_t before = descriptors.size();
    descriptors.resize(before + count);
    std::memcpy(descriptors.data() + before, CMSG_DATA(header), count * sizeof(int));
  }
  return (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
}

}  // namespace runtime::launcher
