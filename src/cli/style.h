// Colours and line drawing, switched off where the output cannot show them.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace cli {

struct Style {
  bool color = false;
  bool unicode = true;

  std::string Bold(std::string_view text) const { return Paint("1", text); }
  std::string Faint(std::string_view text) const { return Paint("2", text); }
  std::string Red(std::string_view text) const { return Paint("31", text); }
  std::string Green(std::string_view text) const { return Paint("32", text); }
  std::string Yellow(std::string_view text) const { return Paint("33", text); }
  std::string Cyan(std::string_view text) const { return Paint("36", text); }
  std::string Paint(std::string_view code, std::string_view text) const;
};

/// "12,345".
std::string WithCommas(uint64_t number);
/// "850 ms", "12.3 s", "4 min 5 s".
std::string DurationText(base::Duration duration);
/// "12.3 MB".
std::string SizeText(uint64_t bytes);
/// "1 row", "2 rows".
std::string Count(uint64_t number, std::string_view noun);
/// "2026-11-21 23:30:00 UTC".
std::string ShortInstant(base::Instant instant);

}  // namespace cli
