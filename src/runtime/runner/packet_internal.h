// One packet of the runner protocol: header, body, attached descriptors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace runtime {

enum class PacketKind : uint16_t { kHello = 1, kCall = 2, kReply = 3 };

inline constexpr size_t kInlineBodyBytesMax = 48 * 1024;
inline constexpr uint64_t kBodyBytesMax = 256ull << 20;
inline constexpr size_t kPacketDescriptorsMax = 250;  // the kernel's limit is 253

struct Packet {
  PacketKind kind = PacketKind::kHello;
  uint16_t version = 0;
  std::string body;
  std::vector<base::Fd> descriptors;
};

/// Sends one packet; `descriptors` are borrowed. A long body travels in a memfd of its own.
base::Status SendPacket(int socket, PacketKind kind, const std::string& body,
                        const std::vector<int>& descriptors);
/// Receives one packet that is there (the socket is readable). kRunnerLost at the end of the
/// stream, kRunnerProtocol for anything malformed.
base::Result<Packet> ReceivePacket(int socket);

}  // namespace runtime
