#include "control/secret_mask.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace control {
namespace {

constexpr char kStars[] = "********";

}  // namespace

SecretMask::SecretMask(const std::map<std::string, std::string>& secrets) {
  const auto add = [&](std::string value) {
    if (value.size() >= kBytesMin) values_.push_back(std::move(value));
  };
  for (const auto& [name, value] : secrets) {
    add(value);
    // Output comes line by line.
    for (size_t begin = 0; begin < value.size();) {
      const size_t end = std::min(value.find('\n', begin), value.size());
      add(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  std::sort(values_.begin(), values_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string SecretMask::Hide(std::string text) const {
  for (const std::string& value : values_) {
    for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
      text.replace(at, value.size(), kStars);
      at += sizeof(kStars) - 1;
    }
  }
  return text;
}

base::Error SecretMask::Hide(base::Error error) const {
  error.message = Hide(std::move(error.message));
  for (auto& [key, value] : error.context) value = Hide(std::move(value));
  if (error.cause) error.cause = std::make_shared<const base::Error>(Hide(*error.cause));
  return error;
}

plan::TaskOutcome SecretMask::Hide(plan::TaskOutcome outcome) const {
  if (values_.empty()) return outcome;
  outcome.check_message = Hide(std::move(outcome.check_message));
  outcome.preview = Hide(std::move(outcome.preview));
  for (columnar::TextColumn& column : outcome.preview_columns) {
    for (std::string& value : column.values) value = Hide(std::move(value));
  }
  if (outcome.error) outcome.error = Hide(*std::move(outcome.error));
  return outcome;
}

}  // namespace control
