#include "model/names.h"

namespace model {
namespace {

constexpr size_t kNameBytesMax = 255;

base::Error Bad(std::string_view what, std::string_view part, std::string_view problem) {
  return base::Error(
      base::Code::kInvalidArgument, "model.bad_name",
      std::string(what) + " name \"" + std::string(part) + "\" " + std::string(problem));
}

/// Bytes of the UTF-8 sequence that starts at `at`; 0 when there is none.
size_t SequenceBytes(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t size = lead < 0x80                   ? 1
                      : lead >= 0xc2 && lead < 0xe0 ? 2
                      : lead >= 0xe0 && lead < 0xf0 ? 3
                      : lead >= 0xf0 && lead < 0xf5 ? 4
                                                    : 0;
  if (size == 0 || at + size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 0;
  }
  return size;
}

}  // namespace

base::Status CheckNamePart(std::string_view what, std::string_view part) {
  if (part.empty()) return Bad(what, part, "is empty");
  if (part.size() > kNameBytesMax) return Bad(what, part, "is longer than 255 bytes");
  for (size_t at = 0; at < part.size();) {
    const auto c = static_cast<unsigned char>(part[at]);
    if (c < 0x20 || c == 0x7f) return Bad(what, part, "holds a control character");
    if (c == '.' || c == '/') return Bad(what, part, "holds a dot or a slash");
    const size_t size = SequenceBytes(part, at);
    if (size == 0) return Bad(what, part, "is not UTF-8");
    at += size;
  }
  return base::Ok();
}

std::string Namespace::ToString() const {
  std::string text;
  for (const std::string& level : levels) {
    if (!text.empty()) text += '.';
    text += level;
  }
  return text;
}

std::string TableName::ToString() const {
  return ns.levels.empty() ? name : ns.ToString() + "." + name;
}

base::Result<Namespace> ParseNamespace(std::string_view text) {
  Namespace parsed;
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view level = text.substr(0, dot);
    RETURN_IF_ERROR(CheckNamePart("namespace", level));
    parsed.levels.emplace_back(level);
    if (dot == std::string_view::npos) return parsed;
    text.remove_prefix(dot + 1);
  }
}

base::Result<TableName> ParseTableName(std::string_view text, const Namespace& default_namespace) {
  TableName parsed;
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) {
    parsed.ns = default_namespace;
  } else {
    ASSIGN_OR_RETURN(parsed.ns, ParseNamespace(text.substr(0, dot)));
    text.remove_prefix(dot + 1);
  }
  RETURN_IF_ERROR(CheckNamePart("table", text));
  parsed.name = std::string(text);
  return parsed;
}

}  // namespace model
