// A JSON value to print: keys keep the order they were given in, so output is stable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cli {

class Json {
 public:
  using Member = std::pair<std::string, Json>;

  Json() = default;                                           // null
  Json(bool value) : v_(value) {}                             // NOLINT: implicit by design
  Json(int64_t value) : v_(value) {}                          // NOLINT
  Json(uint64_t value) : v_(value) {}                         // NOLINT
  Json(int value) : v_(static_cast<int64_t>(value)) {}        // NOLINT
  Json(uint32_t value) : v_(static_cast<uint64_t>(value)) {}  // NOLINT
  Json(double value) : v_(value) {}                           // NOLINT
  Json(std::string value) : v_(std::move(value)) {}           // NOLINT
  Json(const char* value) : v_(std::string(value)) {}         // NOLINT

  static Json List(std::vector<Json> items = {});
  static Json Object(std::vector<Member> members = {});
  /// Null when empty.
  static Json OrNull(const std::string& text);

  Json& Add(Json item);                    // of a list
  Json& Set(std::string key, Json value);  // of an object
  /// On one line when `indent` is 0.
  std::string Print(uint32_t indent = 2) const;

 private:
  void PrintTo(std::string* out, uint32_t indent, uint32_t depth) const;
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, std::vector<Json>,
               std::vector<Member>>
      v_;
};

/// `text` as a JSON string, with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string JsonQuoted(const std::string& text);

}  // namespace cli
