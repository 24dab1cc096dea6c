// The messages between the client and the launcher process: one SEQPACKET message each, in this
// program's own byte order, both ends being of one build.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sandbox/spec.h"

namespace runtime::launcher {

inline constexpr uint32_t kWireVersion = 1;
inline constexpr size_t kMessageBytesMax = 160u << 10;  // below the kernel's default send buffer
inline constexpr size_t kDescriptorsMax = 200;          // the kernel's own limit is 253

class Writer {
 public:
  void U8(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void U32(uint32_t value) { Raw(&value, sizeof value); }
  void U64(uint64_t value) { Raw(&value, sizeof value); }
  void Text(std::string_view text) {
    U32(static_cast<uint32_t>(text.size()));
    bytes_.append(text);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Raw(const void* from, size_t size) { bytes_.append(static_cast<const char*>(from), size); }
  std::string bytes_;
};

/// After a short read everything is 0 or empty and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  uint8_t U8();
  uint32_t U32();
  uint64_t U64();
  std::string Text();
  bool ok() const { return ok_; }

 private:
  bool Raw(void* to, size_t size);
  std::string_view bytes_;
  bool ok_ = true;
};

enum class MessageType : uint8_t { kHello = 1, kLaunch, kKill, kLaunched, kFailed, kExited };

/// Why a launch failed, so that the client can choose the error's reason.
enum class FailureKind : uint8_t { kNone, kMachine, kSpec, kExec };
struct Failure {
  FailureKind kind = FailureKind::kNone;
  int error_number = 0;
  std::string step;  // "mount /proc", "execute /env/bin/python"
  bool failed() const { return kind != FailureKind::kNone; }
};
Failure Fail(FailureKind kind, std::string step, int error_number);
/// Failure of a system call just now.
Failure Fail(std::string step);

struct ExitReport {
  int wait_status = 0;  // as from waitpid, of the program itself
  bool out_of_memory = false;
  bool killed = false;
  std::string limit;
  uint64_t cpu_micros = 0;
  uint64_t memory_bytes_peak = 0;
};

/// Descriptors themselves travel beside the message; only their targets are in it.
void PutSpec(Writer& out, const SandboxSpec& spec);
SandboxSpec GetSpec(Reader& in);
void PutFailure(Writer& out, const Failure& failure);
Failure GetFailure(Reader& in);
void PutExit(Writer& out, const ExitReport& report);
ExitReport GetExit(Reader& in);

/// False with errno set; EINTR is retried.
bool SendMessage(int socket, const std::string& bytes, const std::vector<int>& descriptors);
/// False at the end of the connection or on error. Received descriptors are close-on-exec and the
/// caller's.
bool ReceiveMessage(int socket, std::string& bytes, std::vector<int>& descriptors);

}  // namespace runtime::launcher
