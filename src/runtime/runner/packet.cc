#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "columnar/segment.h"
#include "runtime/runner/packet_internal.h"
#include "runtime/runner/protocol.h"
#include "runtime/runner/reasons.h"

namespace runtime {
namespace {

struct Header {
  uint32_t magic = kRunnerMagic;
  uint16_t version = kRunnerVersion;
  uint16_t kind = 0;
  uint64_t body_bytes = 0;
};
static_assert(sizeof(Header) == 16);

base::Error Lost(const std::string& why) {
  return base::Error(base::Code::kUnavailable, reasons::kRunnerLost,
                     "the function's process " + why);
}

base::Error Broken(const std::string& why) {
  return base::Error(base::Code::kCorrupt, reasons::kRunnerProtocol,
                     "the function's process broke the protocol: " + why);
}

/// Reads a body that was too long for a packet. The sender may still change the file: what we read
/// is checked like any other body.
base::Result<std::string> ReadLongBody(int fd, uint64_t bytes) {
  if (bytes > kBodyBytesMax) return Broken("a message is too long");
  std::string body(bytes, '\0');
  size_t done = 0;
  while (done < body.size()) {
    const ssize_t got = pread(fd, body.data() + done, body.size() - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Broken("a message is cut short");
    done += static_cast<size_t>(got);
  }
  return body;
}

}  // namespace

base::Status SendPacket(int socket, PacketKind kind, const std::string& body,
                        const std::vector<int>& descriptors) {
  std::vector<int> attached;
  base::Fd long_body;
  if (body.size() > kInlineBodyBytesMax) {
    ASSIGN_OR_RETURN(long_body, columnar::CreateSharedMemory("boathouse-message"));
    size_t done = 0;
    while (done < body.size()) {
      const ssize_t put = write(long_body.get(), body.data() + done, body.size() - done);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return Lost("could not be sent a long message");
      done += static_cast<size_t>(put);
    }
    attached.push_back(long_body.get());
  }
  attached.insert(attached.end(), descriptors.begin(), descriptors.end());
  if (attached.size() > kPacketDescriptorsMax) {
    return base::Error(base::Code::kResourceExhausted, reasons::kRunnerProtocol,
                       "a function reads too many separate results at once (" +
                           std::to_string(attached.size()) + ")");
  }
  Header header;
  header.kind = static_cast<uint16_t>(kind);
  header.body_bytes = body.size();
  iovec pieces[2] = {{&header, sizeof(header)},
                     {const_cast<char*>(body.data()), long_body.valid() ? 0 : body.size()}};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * attached.size()));
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  if (!attached.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * attached.size());
    std::memcpy(CMSG_DATA(rights), attached.data(), sizeof(int) * attached.size());
  }
  while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return Lost(std::string("is gone: ") + std::strerror(errno));
  }
  return base::Ok();
}

base::Result<Packet> ReceivePacket(int socket) {
  Header header;
  std::string body(kInlineBodyBytesMax, '\0');
  iovec pieces[2] = {{&header, sizeof(header)}, {body.data(), body.size()}};
  std::vector<char> control(CMSG_SPACE(sizeof(int) * 253));
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  Packet packet;
  for (cmsghdr* part = got < 0 ? nullptr : CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      packet.descriptors.emplace_back(fd);
    }
  }
  if (got < 0) return Lost(std::string("is gone: ") + std::strerror(errno));
  if (got == 0) return Lost("ended without an answer");
  if (static_cast<size_t>(got) < sizeof(header) || header.magic != kRunnerMagic) {
    return Broken("a packet without a header");
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return Broken("a packet too long");
  packet.kind = static_cast<PacketKind>(header.kind);
  packet.version = header.version;
  const size_t inline_bytes = static_cast<size_t>(got) - sizeof(header);
  if (header.body_bytes == inline_bytes) {
    packet.body = body.substr(0, inline_bytes);
    return packet;
  }
  if (inline_bytes != 0 || packet.descriptors.empty()) return Broken("a body of the wrong length");
  ASSIGN_OR_RETURN(packet.body, ReadLongBody(packet.descriptors[0].get(), header.body_bytes));
  packet.descriptors.erase(packet.descriptors.begin());
  return packet;
}

}  // namespace runtime
