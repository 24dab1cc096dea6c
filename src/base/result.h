// Result<T>: a value or an Error. What can fail returns one; ignoring it does not compile.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace base {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
  Result(Error error)
      : v_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return v_.index() == 0; }
  const T& value() const& {
    CHECK(ok());
    return std::get<0>(v_);
  }
  T& value() & {
    CHECK(ok());
    return std::get<0>(v_);
  }
  T&& value() && {
    CHECK(ok());
    return std::get<0>(std::move(v_));
  }
  const Error& error() const& {
    CHECK(!ok());
    return std::get<1>(v_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::get<1>(std::move(v_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Error> v_;
};

struct Unit {};
using Status = Result<Unit>;
inline Status Ok() {
  return Unit{};
}

}  // namespace base

#define BASE_CONCAT_INNER(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_INNER(a, b)

/// Leaves the function with the error when `expression` (a Result) holds one.
#define RETURN_IF_ERROR(expression)                                \
  do {                                                             \
    if (auto status_ = (expression); !status_.ok()) [[unlikely]] { \
      return std::move(status_).error();                           \
    }                                                              \
  } while (false)

/// ASSIGN_OR_RETURN(auto x, F()): x is F's value, or the function returns F's error.
#define ASSIGN_OR_RETURN(lhs, expression) \
  ASSIGN_OR_RETURN_INNER(BASE_CONCAT(result_, __LINE__), lhs, expression)
#define ASSIGN_OR_RETURN_INNER(name, lhs, expression) \
  auto name = (expression);                           \
  if (!name.ok()) [[unlikely]]                        \
    return std::move(name).error();                   \
  lhs = std::move(name).value()
