#include "base/percent.h"
#include "base/sha256.h"
#include "storage/s3_signature_internal.h"

namespace storage {
namespace {

constexpr size_t kHmacBlockBytes = 64;
constexpr char kAlgorithm[] = "AWS4-HMAC-SHA256";
constexpr char kService[] = "s3";

/// "20260102T030405Z".
std::string Stamp(base::Instant now) {
  std::string stamp;
  for (const char c : base::FormatInstant(now)) {
    if (c == '.') break;
    if (c != '-' && c != ':') stamp.push_back(c);
  }
  return stamp + "Z";
}

std::string HexOf(base::BytesView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

}  // namespace

std::string QueryText(const std::map<std::string, std::string>& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text.push_back('&');
    text += base::PercentEncode(name) + "=" + base::PercentEncode(value);
  }
  return text;
}

base::Bytes HmacSha256(base::BytesView key, base::BytesView message) {
  base::Bytes block = key.size() > kHmacBlockBytes ? base::Sha256(key) : base::Bytes(key);
  block.resize(kHmacBlockBytes, '\0');
  base::Bytes inner = block;
  base::Bytes outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  inner.append(message);
  return base::Sha256(outer + base::Sha256(inner));
}

void Sign(SignedRequest& request, const S3Credentials& credentials, const std::string& region,
          base::Instant now) {
  const std::string stamp = Stamp(now);
  const std::string day = stamp.substr(0, 8);
  request.headers["x-amz-date"] = stamp;
  request.headers["x-amz-content-sha256"] = request.payload_sha256;
  if (!credentials.session_token.empty()) {
    request.headers["x-amz-security-token"] = credentials.session_token;
  }
  std::string headers;
  std::string names;
  for (const auto& [name, value] : request.headers) {
    headers += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical = request.method + "\n" + request.path + "\n" +
                                QueryText(request.query) + "\n" + headers + "\n" + names + "\n" +
                                request.payload_sha256;
  const std::string scope = day + "/" + region + "/" + kService + "/aws4_request";
  const std::string to_sign =
      std::string(kAlgorithm) + "\n" + stamp + "\n" + scope + "\n" + base::Sha256Hex(canonical);
  base::Bytes key = HmacSha256("AWS4" + credentials.secret_access_key, day);
  key = HmacSha256(key, region);
  key = HmacSha256(key, kService);
  key = HmacSha256(key, "aws4_request");
  request.headers["authorization"] =
      std::string(kAlgorithm) + " Credential=" + credentials.access_key_id + "/" + scope +
      ", SignedHeaders=" + names + ", Signature=" + HexOf(HmacSha256(key, to_sign));
}

}  // namespace storage
