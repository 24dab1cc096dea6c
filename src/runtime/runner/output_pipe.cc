#include <charconv>
#include <utility>

#include "runtime/runner/output_pipe_internal.h"

namespace runtime {

constexpr char kPlaceBegin = '\x1e';
constexpr char kPlaceEnd = '\x1f';

LineCutter::LineCutter(bool is_error, uint32_t line_bytes_max,
                       std::function<void(const OutputLine&)> on_line)
    : is_error_(is_error), line_bytes_max_(line_bytes_max), on_line_(std::move(on_line)) {}

void LineCutter::Feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (c == '\n') {
      Emit();
    } else if (line_.size() < line_bytes_max_) {
      line_ += c;
    } else {
      cut_ = true;
    }
  }
}

void LineCutter::Finish() {
  if (!line_.empty()) Emit();
}

void LineCutter::Emit() {
  OutputLine out;
  out.is_error = is_error_;
  std::string_view text = line_;
  const size_t end = text.find(kPlaceEnd);
  if (!text.empty() && text.front() == kPlaceBegin && end != std::string_view::npos) {
    const std::string_view place = text.substr(1, end - 1);
    const size_t colon = place.rfind(':');
    if (colon != std::string_view::npos) {
      out.file = place.substr(0, colon);
      const std::string_view number = place.substr(colon + 1);
      std::from_chars(number.data(), number.data() + number.size(), out.line);
    }
    text.remove_prefix(end + 1);
  }
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  out.text = text;
  if (cut_) out.text += " … (line cut)";
  line_.clear();
  cut_ = false;
  on_line_(out);
}

}  // namespace runtime
