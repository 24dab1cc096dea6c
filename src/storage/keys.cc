#include <algorithm>
#include <string>
#include <utility>

#include "storage/keys_internal.h"
#include "storage/reasons.h"

namespace storage {

using base::Code;
using base::Error;
using base::Status;

namespace {

bool IsPlainName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.starts_with(kUnfinishedPrefix);
}

bool IsPlainCharacter(char c) {
  // What file URIs write differently, or one reader decodes and another does not.
  const auto code = static_cast<unsigned char>(c);
  return code >= 0x20 && code != 0x7f && c != '?' && c != '#' && c != '\\';
}

}  // namespace

bool IsPlainText(std::string_view path) {
  return std::all_of(path.begin(), path.end(), IsPlainCharacter);
}

Status CheckKey(const std::string& key) {
  bool plain = IsPlainText(key);
  std::string_view rest = key;
  while (plain) {
    const size_t slash = rest.find('/');
    plain = IsPlainName(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (plain) return base::Ok();
  return Error(Code::kInvalidArgument, reasons::kBadKey,
               "\"" + key + "\" cannot name an object: use plain names joined by \"/\"")
      .Set("key", key);
}

Error NoObject(const std::string& key) {
  return Error(Code::kNotFound, reasons::kNoObject, "no object \"" + key + "\"").Set("key", key);
}

Error ObjectExists(const std::string& key) {
  return Error(Code::kAlreadyExists, reasons::kObjectExists,
               "the object \"" + key + "\" exists and is never overwritten, choose another name")
      .Set("key", key);
}

Error OutcomeUnknown(const std::string& key, Error cause) {
  return Error(Code::kOutcomeUnknown, reasons::kOutcomeUnknown,
               "the object \"" + key +
                   "\" may or may not be stored, write it under another name: " + cause.message)
      .Set("key", key)
      .CausedBy(std::move(cause));
}

Error ForeignUri(const std::string& uri, const std::string& root) {
  return Error(Code::kInvalidArgument, reasons::kForeignUri,
               "\"" + uri + "\" is not below \"" + root + "\"");
}

Error WriterClosed(const std::string& key) {
  return Error(Code::kFailedPrecondition, reasons::kWriterClosed,
               "the writer of \"" + key + "\" is finished or failed, start another");
}

}  // namespace storage
