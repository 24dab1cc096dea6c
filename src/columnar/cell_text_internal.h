// One value of a canonical Arrow array as text: plain for terminals and CSV, or JSON.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace columnar {

/// Appends the JSON form. The array is one Canonical() makes.
void AppendJson(const arrow::Array& array, int64_t row, std::string& out);
/// The text form of a value that is not null; nested values are JSON.
std::string CellText(const arrow::Array& array, int64_t row);
void AppendJsonText(std::string_view text, std::string& out);

}  // namespace columnar
