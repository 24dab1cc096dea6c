// Hides the values of secrets in what functions print and say.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/task_outcome.h"

namespace control {

/// A second line of defence: a function that was given a secret can always write it in another way.
/// Values (and lines of them) under kBytesMin are left, for they would hide half of everything.
class SecretMask {
 public:
  static constexpr size_t kBytesMin = 4;

  /// By parameter.
  explicit SecretMask(const std::map<std::string, std::string>& secrets);
  std::string Hide(std::string text) const;
  plan::TaskOutcome Hide(plan::TaskOutcome outcome) const;

 private:
  base::Error Hide(base::Error error) const;
  std::vector<std::string> values_;  // the longest first
};

}  // namespace control
