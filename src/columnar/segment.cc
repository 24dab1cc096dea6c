#include "columnar/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "columnar/reasons.h"

namespace columnar {
namespace {

constexpr uint64_t kAlignment = 64;

base::Error SegmentError(std::string_view step, int error_number) {
  return base::Error(base::Code::kResourceExhausted, reasons::kSegmentFull,
                     std::string(step) + " shared memory: " + std::strerror(error_number));
}

base::Result<uint64_t> SizeOf(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return SegmentError("looking at", errno);
  return static_cast<uint64_t>(status.st_size);
}

base::Status WriteAt(int fd, base::BytesView bytes, uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SegmentError("writing to", written < 0 ? errno : EIO);
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return base::Ok();
}

}  // namespace

Segment::Segment(base::Fd fd, const void* address, uint64_t size)
    : fd_(std::move(fd)), address_(address), size_(size) {}

Segment::~Segment() {
  if (size_ > 0) munmap(const_cast<void*>(address_), size_);
}

base::Result<std::shared_ptr<const Segment>> Segment::Map(base::Fd fd, uint64_t size) {
  const void* address = nullptr;
  if (size > 0) {
    address = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
    if (address == MAP_FAILED) return SegmentError("mapping", errno);
  }
  return std::shared_ptr<const Segment>(new Segment(std::move(fd), address, size));
}

base::Result<std::shared_ptr<const Segment>> Segment::SealAndMap(base::Fd memory,
                                                                 uint64_t bytes_max) {
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  if (fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0) {
    if (errno == EBUSY) {
      return base::Error(base::Code::kFailedPrecondition, reasons::kSegmentBusy,
                         "shared memory is still mapped for writing by its producer");
    }
    // A producer may have sealed it already; what counts is that all seals are there.
    const int seals = fcntl(memory.get(), F_GET_SEALS);
    if (seals < 0 || (seals & (kSeals & ~F_SEAL_SEAL)) != (kSeals & ~F_SEAL_SEAL)) {
      return SegmentError("sealing", errno);
    }
  }
  ASSIGN_OR_RETURN(const uint64_t size, SizeOf(memory.get()));
  if (size > bytes_max) {
    return base::Error(base::Code::kResourceExhausted, reasons::kSegmentFull,
                       "a table of " + std::to_string(size) + " bytes is over the limit of " +
                           std::to_string(bytes_max) + " bytes");
  }
  return Map(std::move(memory), size);
}

base::Result<std::shared_ptr<const Segment>> Segment::MapFile(base::Fd file) {
  ASSIGN_OR_RETURN(const uint64_t size, SizeOf(file.get()));
  return Map(std::move(file), size);
}

base::Result<base::Fd> CreateSharedMemory(const std::string& name) {
  const int fd = memfd_create(name.substr(0, 200).c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return SegmentError("creating", errno);
  return base::Fd(fd);
}

base::Result<SegmentBuilder> SegmentBuilder::Create(const std::string& name, uint64_t bytes_max) {
  ASSIGN_OR_RETURN(base::Fd fd, CreateSharedMemory(name));
  return SegmentBuilder(std::move(fd), bytes_max);
}

base::Result<uint64_t> SegmentBuilder::Append(base::BytesView bytes) {
  const uint64_t offset = (size_ + kAlignment - 1) / kAlignment * kAlignment;
  if (offset > bytes_max_ || bytes.size() > bytes_max_ - offset) {
    return base::Error(
        base::Code::kResourceExhausted, reasons::kSegmentFull,
        "a table in shared memory is over the limit of " + std::to_string(bytes_max_) + " bytes");
  }
  RETURN_IF_ERROR(WriteAt(fd_.get(), bytes, offset));
  size_ = offset + bytes.size();
  return offset;
}

base::Result<std::shared_ptr<const Segment>> SegmentBuilder::Seal() && {
  return Segment::SealAndMap(std::move(fd_), bytes_max_);
}

uint64_t SegmentLedger::Add(std::shared_ptr<const Segment> segment, std::string tenant,
                            std::string run) {
  return state_.With([&](State& state) {
    for (auto& [id, entry] : state.entries) {
      if (entry.segment != segment) continue;
      ++entry.record.references;  // a result that reuses its input's memory
      return id;
    }
    const uint64_t id = state.next_id++;
    const uint64_t size = segment->size();
    SegmentRecord record{id, size, SegmentState::kSealed, std::move(tenant), std::move(run), 1};
    state.entries[id] = Entry{std::move(record), std::move(segment)};
    return id;
  });
}

uint64_t SegmentLedger::AddBuilding(uint64_t bytes_max, std::string tenant, std::string run) {
  return state_.With([&](State& state) {
    const uint64_t id = state.next_id++;
    SegmentRecord record{id, bytes_max, SegmentState::kBuilding, std::move(tenant), std::move(run),
                         1};
    state.entries[id] = Entry{std::move(record), nullptr};
    return id;
  });
}

void SegmentLedger::Settle(uint64_t id, std::shared_ptr<const Segment> segment) {
  state_.With([&](State& state) {
    const auto found = state.entries.find(id);
    if (found == state.entries.end()) return;
    found->second.record.size = segment->size();
    found->second.record.state = SegmentState::kSealed;
    found->second.segment = std::move(segment);
  });
}

std::shared_ptr<const Segment> SegmentLedger::Find(uint64_t id) const {
  return state_.With([&](const State& state) -> std::shared_ptr<const Segment> {
    const auto found = state.entries.find(id);
    return found == state.entries.end() ? nullptr : found->second.segment;
  });
}

void SegmentLedger::Acquire(uint64_t id) {
  state_.With([&](State& state) {
    const auto found = state.entries.find(id);
    CHECK(found != state.entries.end());
    ++found->second.record.references;
  });
}

void SegmentLedger::Release(uint64_t id) {
  std::shared_ptr<const Segment> dropped;  // unmapped outside the lock
  state_.With([&](State& state) {
    const auto found = state.entries.find(id);
    CHECK(found != state.entries.end());
    if (--found->second.record.references > 0) return;
    dropped = std::move(found->second.segment);
    state.entries.erase(found);
  });
}

base::Status SegmentLedger::Spill(uint64_t id, const std::string& path) {
  const std::shared_ptr<const Segment> segment = Find(id);
  if (segment == nullptr) return base::Ok();
  base::Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) return base::IoError("create", path, errno);
  unlink(path.c_str());
  RETURN_IF_ERROR(WriteAt(file.get(), segment->bytes(), 0));
  ASSIGN_OR_RETURN(auto mapped, Segment::MapFile(std::move(file)));
  state_.With([&](State& state) {
    const auto found = state.entries.find(id);
    if (found == state.entries.end()) return;
    found->second.record.state = SegmentState::kSpilled;
    found->second.segment = std::move(mapped);
  });
  return base::Ok();
}

uint64_t SegmentLedger::bytes_in_memory() const {
  return state_.With([](const State& state) {
    uint64_t bytes = 0;
    for (const auto& [id, entry] : state.entries) {
      if (entry.record.state != SegmentState::kSpilled) bytes += entry.record.size;
    }
    return bytes;
  });
}

std::vector<SegmentRecord> SegmentLedger::Records() const {
  return state_.With([](const State& state) {
    std::vector<SegmentRecord> records;
    for (const auto& [id, entry] : state.entries) records.push_back(entry.record);
    return records;
  });
}

}  // namespace columnar
