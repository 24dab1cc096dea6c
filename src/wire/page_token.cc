#include "wire/page_token.h"

#include "base/bytes.h"
#include "base/sha256.h"
#include "wire/reasons.h"

namespace wire {
namespace {

constexpr size_t kCheckBytes = 8;
constexpr char kVersion = '1';

std::string CheckOf(std::string_view scope, std::string_view cursor) {
  std::string text;
  text += kVersion;
  text += std::to_string(scope.size());
  text += ' ';
  text += scope;
  text += cursor;
  return base::Sha256(text).substr(0, kCheckBytes);
}

}  // namespace

std::string PageToken(std::string_view scope, std::string_view cursor) {
  return kVersion + base::ToHex(CheckOf(scope, cursor) + std::string(cursor));
}

base::Result<std::string> CursorOf(std::string_view scope, std::string_view token) {
  const base::Error bad(base::Code::kInvalidArgument, kBadPageToken,
                        "the pagination token is not one of this listing: start again without it");
  if (token.empty() || token[0] != kVersion) return bad;
  const base::Result<base::Bytes> bytes = base::FromHex(token.substr(1));
  if (!bytes.ok() || bytes.value().size() < kCheckBytes) return bad;
  const std::string cursor = bytes.value().substr(kCheckBytes);
  if (bytes.value().substr(0, kCheckBytes) != CheckOf(scope, cursor)) return bad;
  return cursor;
}

}  // namespace wire
