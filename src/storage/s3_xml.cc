#include <charconv>
#include <utility>

#include "base/percent.h"
#include "storage/reasons.h"
#include "storage/s3_options.h"
#include "storage/s3_xml_internal.h"

namespace storage {
namespace {

constexpr std::pair<std::string_view, char> kEntities[] = {
    {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

/// "&#34;" and "&#x22;", of plain characters only.
bool DecodeNumber(std::string_view entity, std::string* out) {
  if (!entity.starts_with("&#")) return false;
  entity.remove_prefix(2);
  int radix = 10;
  if (entity.starts_with('x')) {
    radix = 16;
    entity.remove_prefix(1);
  }
  unsigned number = 0;
  const auto [end, error] =
      std::from_chars(entity.data(), entity.data() + entity.size(), number, radix);
  if (error != std::errc() || *end != ';' || number == 0 || number > 127) return false;
  out->push_back(static_cast<char>(number));
  return true;
}

std::string DecodeEntities(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out.push_back(text[at++]);
      continue;
    }
    const std::string_view entity = text.substr(at, end - at + 1);
    at = end + 1;
    bool known = DecodeNumber(entity, &out);
    for (const auto& [name, character] : kEntities) {
      if (known || entity != name) continue;
      out.push_back(character);
      known = true;
    }
    if (!known) out.append(entity);
  }
  return out;
}

/// The inside of the first <name>, from `from` on; moves `from` behind it.
bool NextElement(std::string_view document, std::string_view name, size_t* from,
                 std::string_view* inside) {
  const std::string open = "<" + std::string(name) + ">";
  const std::string close = "</" + std::string(name) + ">";
  const size_t begin = document.find(open, *from);
  if (begin == std::string_view::npos) return false;
  const size_t end = document.find(close, begin);
  if (end == std::string_view::npos) return false;
  *inside = document.substr(begin + open.size(), end - begin - open.size());
  *from = end + close.size();
  return true;
}

}  // namespace

std::string XmlText(std::string_view document, std::string_view name) {
  size_t from = 0;
  std::string_view inside;
  return NextElement(document, name, &from, &inside) ? DecodeEntities(inside) : std::string();
}

base::Result<ListPage> ParseListPage(std::string_view document) {
  const base::Error unreadable(base::Code::kUnavailable, reasons::kServiceFailed,
                               "the object store's answer to a listing cannot be read");
  if (document.find("<ListBucketResult") == std::string_view::npos) return unreadable;
  const bool encoded = XmlText(document, "EncodingType") == "url";
  ListPage page;
  size_t from = 0;
  for (std::string_view object; NextElement(document, "Contents", &from, &object);) {
    S3Object found;
    found.key = XmlText(object, "Key");
    if (encoded) {
      // As in forms: some services write a space as a plus, and a plus as %2B.
      for (char& c : found.key) c = c == '+' ? ' ' : c;
      found.key = base::PercentDecode(found.key);
    }
    const std::string size = XmlText(object, "Size");
    const auto [end, error] =
        std::from_chars(size.data(), size.data() + size.size(), found.size_bytes);
    if (error != std::errc() || end != size.data() + size.size()) return unreadable;
    found.etag = XmlText(object, "ETag");
    std::erase(found.etag, '"');
    page.objects.push_back(std::move(found));
  }
  if (XmlText(document, "IsTruncated") == "true") {
    page.next = XmlText(document, "NextContinuationToken");
    if (page.next.empty()) return unreadable;
  }
  return page;
}

std::string CompletionXml(const std::vector<std::string>& etags) {
  std::string xml = "<CompleteMultipartUpload>";
  for (size_t i = 0; i < etags.size(); ++i) {
    xml += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + etags[i] +
           "</ETag></Part>";
  }
  return xml + "</CompleteMultipartUpload>";
}

}  // namespace storage
