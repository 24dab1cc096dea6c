// What the function prints: bytes from a pipe, cut into lines, with the place the runner noted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "runtime/runner/runner_session.h"

namespace runtime {

/// Cuts the bytes of one pipe into lines. The runner marks lines it knows the place of with
/// "\x1eFILE:LINE\x1f" before the text; bytes without a mark come from below Python. Pure.
class LineCutter {
 public:
  LineCutter(bool is_error, uint32_t line_bytes_max,
             std::function<void(const OutputLine&)> on_line);
  void Feed(std::string_view bytes);
  /// The last line may lack its newline.
  void Finish();

 private:
  void Emit();
  bool is_error_;
  uint32_t line_bytes_max_;
  std::function<void(const OutputLine&)> on_line_;
  std::string line_;
  bool cut_ = false;
};

}  // namespace runtime
