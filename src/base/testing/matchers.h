// gmock matchers for Result: IsOk(), IsError(code, reason).
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "base/result.h"

namespace base::testing {

MATCHER(IsOk, negation ? "is an error" : "is ok") {
  if (arg.ok()) return true;
  *result_listener << "error " << arg.error().reason << ": " << arg.error().ToString();
  return false;
}

MATCHER_P2(IsError, code, reason, "is error " + std::string(reason)) {
  if (arg.ok()) {
    *result_listener << "is ok";
    return false;
  }
  *result_listener << "error " << arg.error().reason << ": " << arg.error().ToString();
  return arg.error().code == code && arg.error().reason == reason;
}

}  // namespace base::testing
