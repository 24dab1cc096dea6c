// Errors cross the C stream interface as text: "[code reason] message" is what get_last_error of
// our producers says, and ErrorFromText finds it again, also inside the words another library put
// around it.
#include "columnar/stream.h"

#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "columnar/producer.h"
#include "columnar/reasons.h"

namespace columnar {
namespace {

constexpr base::Code kCodes[] = {
    base::Code::kInvalidArgument,  base::Code::kNotFound,           base::Code::kAlreadyExists,
    base::Code::kConflict,         base::Code::kFailedPrecondition, base::Code::kUnauthenticated,
    base::Code::kPermissionDenied, base::Code::kResourceExhausted,  base::Code::kCancelled,
    base::Code::kDeadlineExceeded, base::Code::kUnavailable,        base::Code::kOutcomeUnknown,
    base::Code::kUserCode,         base::Code::kUnimplemented,      base::Code::kCorrupt,
    base::Code::kInternal,
};

/// Cuts " line:column:file" off the end of a reason.
base::Place TakePlace(std::string_view* reason) {
  base::Place place;
  const size_t space = reason->find(' ');
  if (space == std::string_view::npos) return place;
  const std::string_view text = reason->substr(space + 1);
  const char* end = text.data() + text.size();
  const auto line = std::from_chars(text.data(), end, place.line);
  if (line.ec != std::errc() || line.ptr == end || *line.ptr != ':') return {};
  const auto column = std::from_chars(line.ptr + 1, end, place.column);
  if (column.ec != std::errc() || column.ptr == end || *column.ptr != ':') return {};
  place.file.assign(column.ptr + 1, end);
  *reason = reason->substr(0, space);
  return place;
}

/// The error that starts at `text`, which begins with "["; nothing if it is other text.
std::optional<base::Error> ErrorAt(std::string_view text) {
  for (const base::Code code : kCodes) {
    const std::string_view name = base::CodeName(code);
    if (!text.substr(1).starts_with(name)) continue;
    std::string_view rest = text.substr(1 + name.size());
    if (!rest.starts_with(" ")) continue;
    const size_t close = rest.find("] ");
    if (close == std::string_view::npos) continue;
    std::string_view reason = rest.substr(1, close - 1);
    const base::Place place = TakePlace(&reason);
    if (reason.empty() || reason.find_first_of(" []") != std::string_view::npos) continue;
    return base::Error(code, std::string(reason), std::string(rest.substr(close + 2))).At(place);
  }
  return std::nullopt;
}

int ErrorNumber(base::Code code) {
  switch (code) {
    case base::Code::kInvalidArgument:
      return EINVAL;
    case base::Code::kResourceExhausted:
      return ENOMEM;
    case base::Code::kCancelled:
      return ECANCELED;
    case base::Code::kUnimplemented:
      return ENOSYS;
    default:
      return EIO;
  }
}

/// What a C stream of ours points to.
struct Produced {
  std::unique_ptr<BatchProducer> producer;
  std::string last_error;

  int Fail(const base::Error& error) {
    last_error = ErrorToText(error);
    return ErrorNumber(error.code);
  }
};

Produced& ProducedOf(ArrowArrayStream* stream) {
  return *static_cast<Produced*>(stream->private_data);
}

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  Produced& produced = ProducedOf(stream);
  const base::Status status = produced.producer->ReadSchema(out);
  return status.ok() ? 0 : produced.Fail(status.error());
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  Produced& produced = ProducedOf(stream);
  const base::Result<bool> more = produced.producer->ReadNext(out);
  if (!more.ok()) return produced.Fail(more.error());
  if (!*more) *out = ArrowArray{};
  return 0;
}

const char* GetLastError(ArrowArrayStream* stream) {
  const Produced& produced = ProducedOf(stream);
  return produced.last_error.empty() ? nullptr : produced.last_error.c_str();
}

void ReleaseStream(ArrowArrayStream* stream) {
  delete static_cast<Produced*>(stream->private_data);
  *stream = ArrowArrayStream{};
}

base::Error NotValid() {
  return base::Error(base::Code::kInternal, reasons::kStreamFailed, "the stream is empty");
}

}  // namespace

std::string ErrorToText(const base::Error& error) {
  std::string place;
  if (error.place.line > 0) {
    place = " " + std::to_string(error.place.line) + ":" + std::to_string(error.place.column) +
            ":" + error.place.file;
  }
  return "[" + std::string(base::CodeName(error.code)) + " " + error.reason + place + "] " +
         error.message;
}

base::Error ErrorFromText(int error_number, const char* text) {
  const std::string_view words = text == nullptr ? std::string_view() : std::string_view(text);
  for (size_t at = words.find('['); at != std::string_view::npos; at = words.find('[', at + 1)) {
    if (auto error = ErrorAt(words.substr(at))) return *std::move(error);
  }
  if (words.empty()) {
    return base::Error(base::Code::kInternal, reasons::kStreamFailed,
                       "a stream of rows failed with error number " + std::to_string(error_number));
  }
  return base::Error(base::Code::kInternal, reasons::kStreamFailed, std::string(words));
}

Stream StreamOf(std::unique_ptr<BatchProducer> producer) {
  ArrowArrayStream raw{};
  raw.get_schema = GetSchema;
  raw.get_next = GetNext;
  raw.get_last_error = GetLastError;
  raw.release = ReleaseStream;
  raw.private_data = new Produced{std::move(producer), ""};
  return Stream(&raw);
}

Stream::Stream(ArrowArrayStream* raw) : raw_(*raw) {
  raw->release = nullptr;
}

Stream::~Stream() {
  if (raw_.release != nullptr) raw_.release(&raw_);
}

Stream::Stream(Stream&& other) noexcept : raw_(std::exchange(other.raw_, ArrowArrayStream{})) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  if (raw_.release != nullptr) raw_.release(&raw_);
  raw_ = std::exchange(other.raw_, ArrowArrayStream{});
  return *this;
}

void Stream::ReleaseTo(ArrowArrayStream* out) {
  *out = std::exchange(raw_, ArrowArrayStream{});
}

base::Status Stream::ReadSchema(ArrowSchema* out) {
  if (!valid()) return NotValid();
  const int failed = raw_.get_schema(&raw_, out);
  if (failed != 0) return ErrorFromText(failed, raw_.get_last_error(&raw_));
  return base::Ok();
}

base::Result<bool> Stream::ReadNext(ArrowArray* out) {
  if (!valid()) return NotValid();
  const int failed = raw_.get_next(&raw_, out);
  if (failed != 0) return ErrorFromText(failed, raw_.get_last_error(&raw_));
  return out->release != nullptr;
}

}  // namespace columnar
