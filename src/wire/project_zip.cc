#include "wire/project_zip.h"

#include <zip.h>

#include <memory>
#include <utility>
#include <vector>

#include "wire/reasons.h"

namespace wire {
namespace {

constexpr uint32_t kUnixTypeMask = 0170000;
constexpr uint32_t kUnixRegular = 0100000;
constexpr uint64_t kPieceBytes = 64 * 1024;
constexpr size_t kNameBytesMax = 1024;
constexpr std::string_view kEmptyZip("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
constexpr time_t kFixedTime = 315532800;  // 1980-01-01: the archive depends on the files alone

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

base::Error BadZip(const std::string& entry, const std::string& why) {
  const std::string where = entry.empty() ? "" : ": entry \"" + entry + "\"";
  return base::Error(base::Code::kInvalidArgument, kBadZip,
                     "the project's archive is refused" + where + " " + why)
      .Set("entry", entry);
}

base::Error TooLarge(const std::string& limit) {
  return base::Error(base::Code::kResourceExhausted, kZipTooLarge,
                     "the project's archive holds more than " + limit +
                         ": data belongs into the lake, not into the project")
      .Set("limit", limit);
}

bool IsUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const size_t more = byte < 0x80             ? 0
                        : (byte & 0xE0) == 0xC0 ? 1
                        : (byte & 0xF0) == 0xE0 ? 2
                        : (byte & 0xF8) == 0xF0 ? 3
                                                : 4;
    if (more == 4 || i + more >= text.size()) return false;
    for (size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

/// What is wrong with a name, or "".
std::string NameProblem(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) return "has no name or one that is too long";
  if (name.front() == '/' || name.find('\\') != std::string_view::npos) {
    return "is no relative path";
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "has a control character";
  }
  if (!IsUtf8(name)) return "has a name that is no UTF-8";
  for (size_t start = 0; start <= name.size();) {
    const size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return "leaves the project's folder";
    start = end + 1;
  }
  return "";
}

base::Result<Archive> OpenArchive(base::BytesView bytes) {
  if (bytes.empty()) return BadZip("", "is empty");
  zip_error_t error;
  zip_error_init(&error);
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error));
  Archive archive(source ? zip_open_from_source(source.get(), ZIP_RDONLY, &error) : nullptr);
  const std::string words = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!archive) return BadZip("", "is no zip: " + words);
  (void)source.release();  // the archive owns it now
  return archive;
}

bool IsLinkOrDevice(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return false;
  const uint32_t type = (attributes >> 16) & kUnixTypeMask;
  return system == ZIP_OPSYS_UNIX && type != 0 && type != kUnixRegular;
}

/// One file's content; `room` is what all files may still take.
base::Result<std::string> ReadEntry(zip_t* archive, zip_uint64_t index, const std::string& name,
                                    uint64_t room, const std::string& limit) {
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive, index, 0));
  if (!file) return BadZip(name, "cannot be read: " + std::string(zip_strerror(archive)));
  std::string content;
  std::vector<char> piece(kPieceBytes);
  while (true) {
    const zip_int64_t got = zip_fread(file.get(), piece.data(), piece.size());
    if (got < 0) return BadZip(name, "is damaged: " + std::string(zip_file_strerror(file.get())));
    if (got == 0) return content;
    if (content.size() + static_cast<uint64_t>(got) > room) return TooLarge(limit);
    content.append(piece.data(), static_cast<size_t>(got));
  }
}

}  // namespace

base::Result<api::ProjectSnapshot> ReadProjectZip(base::BytesView zip, const ZipLimits& limits) {
  ASSIGN_OR_RETURN(const Archive archive, OpenArchive(zip));
  const zip_int64_t entries = zip_get_num_entries(archive.get(), 0);
  if (entries < 0 || static_cast<uint64_t>(entries) > limits.files_max) {
    return TooLarge(std::to_string(limits.files_max) + " files");
  }
  const std::string limit = std::to_string(limits.bytes_max >> 20) + " MiB";
  api::ProjectSnapshot project;
  uint64_t total = 0;
  for (zip_uint64_t index = 0; index < static_cast<zip_uint64_t>(entries); ++index) {
    const char* raw = zip_get_name(archive.get(), index, ZIP_FL_ENC_RAW);
    std::string name = raw == nullptr ? "" : raw;
    const bool folder = name.ends_with('/');
    if (folder) name.pop_back();
    if (const std::string problem = NameProblem(name); !problem.empty()) {
      return BadZip(IsUtf8(name) ? name : "#" + std::to_string(index), problem);
    }
    if (folder) continue;
    if (IsLinkOrDevice(archive.get(), index)) return BadZip(name, "is no regular file");
    ASSIGN_OR_RETURN(std::string content,
                     ReadEntry(archive.get(), index, name, limits.bytes_max - total, limit));
    total += content.size();
    if (!project.files.emplace(name, std::move(content)).second) {
      return BadZip(name, "is there twice");
    }
  }
  return project;
}

base::Result<base::Bytes> WriteProjectZip(const api::ProjectSnapshot& project) {
  if (project.files.empty()) return base::Bytes(kEmptyZip);  // libzip writes none without entries
  zip_error_t error;
  zip_error_init(&error);
  const Source keep(zip_source_buffer_create(nullptr, 0, 0, &error));
  const auto failed = [&](const std::string& why) {
    return base::Error(base::Code::kInternal, kBadZip, "the archive could not be made: " + why);
  };
  if (!keep) return failed(zip_error_strerror(&error));
  zip_source_keep(keep.get());
  Archive archive(zip_open_from_source(keep.get(), ZIP_TRUNCATE, &error));
  if (!archive) {
    zip_source_free(keep.get());
    return failed(zip_error_strerror(&error));
  }
  for (const auto& [name, content] : project.files) {
    Source file(zip_source_buffer(archive.get(), content.data(), content.size(), 0));
    if (!file) return failed(zip_strerror(archive.get()));
    const zip_int64_t index =
        zip_file_add(archive.get(), name.c_str(), file.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0) return failed(zip_strerror(archive.get()));
    (void)file.release();
    zip_file_set_mtime(archive.get(), static_cast<zip_uint64_t>(index), kFixedTime, 0);
  }
  if (zip_close(archive.get()) != 0) return failed(zip_strerror(archive.get()));
  (void)archive.release();
  zip_stat_t stat;
  if (zip_source_stat(keep.get(), &stat) != 0 || zip_source_open(keep.get()) != 0) {
    return failed("its bytes are gone");
  }
  base::Bytes bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(keep.get(), bytes.data(), bytes.size());
  zip_source_close(keep.get());
  if (got < 0 || static_cast<uint64_t>(got) != bytes.size()) return failed("its bytes are gone");
  return bytes;
}

}  // namespace wire
