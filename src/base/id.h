// Id<Tag>: a text id that cannot be mistaken for another kind of id.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace base {

template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  std::string text_;
};

}  // namespace base

template <class Tag>
struct std::hash<base::Id<Tag>> {
  size_t operator()(const base::Id<Tag>& id) const { return std::hash<std::string>()(id.text()); }
};
