// The rules of keys and the errors all stores word alike.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace storage {

/// Files with this prefix are writes that are not finished.
inline constexpr std::string_view kUnfinishedPrefix = ".tmp-";

/// True without characters that end the path of a URI (? #), backslashes and control characters.
bool IsPlainText(std::string_view path);

/// kInvalidArgument "storage.bad_key" unless the key is plain names joined by "/".
base::Status CheckKey(const std::string& key);

base::Error NoObject(const std::string& key);
base::Error ObjectExists(const std::string& key);
base::Error OutcomeUnknown(const std::string& key, base::Error cause);
base::Error ForeignUri(const std::string& uri, const std::string& root);
base::Error WriterClosed(const std::string& key);

}  // namespace storage
