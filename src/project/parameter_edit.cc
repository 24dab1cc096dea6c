#include "project/parameter_edit.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/nearest.h"
#include "project/project_file_internal.h"

namespace project {
namespace {
using base::Code;
using base::Error;

Error Fail(Code code, std::string_view reason, std::string message) {
  return Error(code, std::string(reason), std::move(message));
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// Text as a YAML scalar that reads back as the same text.
std::string Scalar(std::string_view text) {
  const std::string lower = Lower(text);
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no",
                                                "on",   "off",   "y",    "n"};
  const bool word = std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
  const bool plain = !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0 &&
                     std::all_of(text.begin(), text.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '/';
                     });
  if (plain && !word) return std::string(text);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20) {
      quoted += "\\x";
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string ValueScalar(ParameterType type, std::string_view text) {
  if (type == ParameterType::kStr) return Scalar(text);
  if (type == ParameterType::kBool) {
    const auto value = ParseParameterValue(type, text);
    return value.ok() && std::get<bool>(value->value) ? "true" : "false";
  }
  return std::string(text);
}

size_t Indent(std::string_view line) {
  const size_t indent = line.find_first_not_of(' ');
  return indent == std::string_view::npos ? line.size() : indent;
}

bool IsBlank(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

/// The key of "  key: value", quotes removed; empty when the line has none.
std::string KeyOf(std::string_view line) {
  line.remove_prefix(Indent(line));
  if (line.empty() || line[0] == '#' || line[0] == '-') return "";
  if (line[0] == '"' || line[0] == '\'') {
    const size_t end = line.find(line[0], 1);
    return end == std::string_view::npos ? "" : std::string(line.substr(1, end - 1));
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "";
  if (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\r') return "";
  return std::string(line.substr(0, colon));
}

/// What stands behind "key:", without a comment; and the comment with the blanks before it.
struct Behind {
  std::string value;
  std::string comment;
};
Behind BehindKey(const std::string& line) {
  const std::string key = KeyOf(line);
  size_t at = line.find(key) + key.size();
  at = line.find(':', at) + 1;
  char quote = 0;
  size_t end = at;
  for (; end < line.size(); ++end) {
    const char c = line[end];
    if (quote != 0) {
      if (c == '\\' && quote == '"') {
        ++end;
      } else if (c == quote) {
        quote = 0;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && line[end - 1] == ' ') {
      break;
    }
  }
  end = std::min(end, line.size());
  size_t stop = end;
  while (stop > at && (line[stop - 1] == ' ' || line[stop - 1] == '\r')) --stop;
  const size_t start = std::min(line.find_first_not_of(' ', at), stop);
  return {line.substr(start, stop - start), line.substr(stop)};
}

/// The lines of a project file, and where its parameters stand in them.
class Document {
 public:
  explicit Document(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines_.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::string Text() const {
    std::string text;
    for (const std::string& line : lines_) text += line + "\n";
    return text;
  }

  /// The block under "parameters:", made when there is none.
  base::Status OpenParameters(bool make) {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (Indent(lines_[i]) != 0 || KeyOf(lines_[i]) != "parameters") continue;
      const Behind behind = BehindKey(lines_[i]);
      if (behind.value == "{}" || behind.value == "null" || behind.value == "~") {
        lines_[i] = "parameters:" + behind.comment;
      } else if (!behind.value.empty()) {
        return Flow();
      }
      begin_ = i + 1;
      end_ = EndOfBlock(begin_, 1);
      found_ = true;
      break;
    }
    if (!found_ && make) {
      while (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
      if (!lines_.empty()) lines_.emplace_back();
      lines_.emplace_back("parameters:");
      begin_ = end_ = lines_.size();
      found_ = true;
    }
    indent_ = 2;
    for (size_t i = begin_; i < end_; ++i) {
      if (IsBlank(lines_[i])) continue;
      indent_ = Indent(lines_[i]);
      break;
    }
    return base::Ok();
  }

  /// The line of a parameter's name, or nothing.
  std::optional<size_t> Find(std::string_view name) const {
    for (size_t i = begin_; found_ && i < end_; ++i) {
      if (!IsBlank(lines_[i]) && Indent(lines_[i]) == indent_ && KeyOf(lines_[i]) == name) return i;
    }
    return std::nullopt;
  }

  void Remove(size_t line) {
    const size_t end = EndOfBlock(line + 1, indent_ + 1);
    lines_.erase(At(line), At(end));
    end_ -= end - line;
    const bool empty = std::all_of(At(begin_), At(end_), [](const auto& l) { return IsBlank(l); });
    if (empty) lines_[begin_ - 1].insert(lines_[begin_ - 1].find(':') + 1, " {}");
  }

  size_t AddEntry(std::string_view name) {
    lines_.insert(At(end_), std::string(indent_, ' ') + Scalar(name) + ":");
    return end_++;
  }

  base::Status Set(size_t entry, const std::string& key, const std::string& value) {
    if (!BehindKey(lines_[entry]).value.empty()) return Flow();
    const size_t end = EndOfBlock(entry + 1, indent_ + 1);
    size_t key_indent = indent_ + 2;
    size_t last = entry;
    for (size_t i = entry + 1; i < end; ++i) {
      if (IsBlank(lines_[i])) continue;
      if (last == entry) key_indent = Indent(lines_[i]);
      last = i;
      if (Indent(lines_[i]) != key_indent || KeyOf(lines_[i]) != key) continue;
      const Behind behind = BehindKey(lines_[i]);
      const size_t stop = EndOfBlock(i + 1, key_indent + 1);  // of a text on several lines
      lines_[i] = std::string(key_indent, ' ') + key + ": " + value + behind.comment;
      lines_.erase(At(i + 1), At(stop));
      end_ -= stop - i - 1;
      return base::Ok();
    }
    lines_.insert(At(last + 1), std::string(key_indent, ' ') + key + ": " + value);
    ++end_;
    return base::Ok();
  }

 private:
  static Error Flow() {
    return Fail(Code::kUnimplemented, reasons::kFlowStyle,
                "the parameters are written in braces: put each key on a line of its own first");
  }
  std::vector<std::string>::iterator At(size_t line) {
    return lines_.begin() + static_cast<std::ptrdiff_t>(line);
  }
  /// The first line from `from` on that is indented less than `indent`; blank lines and comments
  /// before it belong to what follows.
  size_t EndOfBlock(size_t from, size_t indent) const {
    size_t end = from;
    for (size_t i = from; i < lines_.size(); ++i) {
      if (IsBlank(lines_[i]) && Indent(lines_[i]) < indent) continue;
      if (Indent(lines_[i]) < indent) break;
      end = i + 1;
    }
    return end;
  }

  std::vector<std::string> lines_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t indent_ = 2;
  bool found_ = false;
};

const ParameterDecl* FindIn(const std::vector<ParameterDecl>& list, std::string_view name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const ParameterDecl& p) { return p.name == name; });
  return found == list.end() ? nullptr : &*found;
}

base::Status Check(const ParameterChange& change, const ParameterDecl* old, ParameterType type) {
  if (change.name.empty() || change.name.find_first_of(" \t\n.:#\"'") != std::string::npos) {
    return Fail(Code::kInvalidArgument, reasons::kBadParameter,
                "parameter name \"" + change.name + "\" may not hold spaces, dots or quotes");
  }
  if (type == ParameterType::kVault) {
    return Fail(Code::kUnimplemented, reasons::kVault,
                "parameter \"" + change.name + "\": vaults are not supported, make it a secret");
  }
  const bool had_value = old != nullptr && (old->default_value || !old->secret_text.empty());
  if (had_value && old->type != type && !change.value) {
    return Fail(Code::kInvalidArgument, reasons::kBadParameter,
                "the value of parameter \"" + change.name +
                    "\" is of the old type: give one of the new type too");
  }
  if (type == ParameterType::kSecret && change.value && change.key.empty()) {
    return Fail(Code::kInvalidArgument, reasons::kBadParameter,
                "the value of secret \"" + change.name + "\" must come encrypted");
  }
  if (change.value) {
    auto value = ParseParameterValue(type, *change.value);
    if (!value.ok()) return std::move(value).error();
  }
  return base::Ok();
}

}  // namespace

base::Result<std::vector<ParameterDecl>> ListParameters(std::string_view yaml) {
  Findings findings;
  std::vector<ParameterDecl> parameters = ReadParameters("bauplan_project.yml", yaml, findings);
  for (Diagnostic& diagnostic : findings.Take()) {
    if (diagnostic.is_error) return std::move(diagnostic.error);
  }
  return parameters;
}

base::Result<std::string> ProjectId(std::string_view yaml) {
  Findings findings;
  ProjectGraph graph;
  ReadProjectFile("bauplan_project.yml", yaml, graph, findings);
  for (Diagnostic& diagnostic : findings.Take()) {
    if (diagnostic.is_error) return std::move(diagnostic.error);
  }
  return std::move(graph.id);
}

base::Result<std::string> SetParameter(std::string_view yaml, const ParameterChange& change) {
  ASSIGN_OR_RETURN(const std::vector<ParameterDecl> before, ListParameters(yaml));
  const ParameterDecl* old = FindIn(before, change.name);
  const ParameterType type = change.type.value_or(old != nullptr ? old->type : ParameterType::kStr);
  RETURN_IF_ERROR(Check(change, old, type));
  Document document(yaml);
  RETURN_IF_ERROR(document.OpenParameters(true));
  std::optional<size_t> entry = document.Find(change.name);
  if (!entry) entry = document.AddEntry(change.name);
  if (old == nullptr || change.type) {
    RETURN_IF_ERROR(document.Set(*entry, "type", std::string(ParameterTypeName(type))));
  }
  if (change.value) {
    RETURN_IF_ERROR(document.Set(*entry, "default", ValueScalar(type, *change.value)));
  }
  if (change.value && !change.key.empty()) {
    RETURN_IF_ERROR(document.Set(*entry, "key", Scalar(change.key)));
  }
  if (change.required) {
    RETURN_IF_ERROR(document.Set(*entry, "required", *change.required ? "true" : "false"));
  }
  if (change.description) {
    RETURN_IF_ERROR(document.Set(*entry, "description", Scalar(*change.description)));
  }
  std::string text = document.Text();
  // Whatever the layout was: only a text that reads back as meant leaves this function.
  auto after = ListParameters(text);
  const ParameterDecl* now = after.ok() ? FindIn(*after, change.name) : nullptr;
  if (now == nullptr || now->type != type || after->size() != before.size() + (old ? 0 : 1)) {
    return Fail(
        Code::kUnimplemented, reasons::kFlowStyle,
        "cannot edit the parameters as they are laid out: change \"" + change.name + "\" by hand");
  }
  return text;
}

base::Result<std::string> RemoveParameter(std::string_view yaml, std::string_view name) {
  ASSIGN_OR_RETURN(const std::vector<ParameterDecl> before, ListParameters(yaml));
  if (FindIn(before, name) == nullptr) {
    std::vector<std::string> names;
    for (const ParameterDecl& parameter : before) names.push_back(parameter.name);
    return Fail(
        Code::kNotFound, reasons::kUnknownParameter,
        "there is no parameter \"" + std::string(name) + "\"" + base::DidYouMean(name, names));
  }
  Document document(yaml);
  RETURN_IF_ERROR(document.OpenParameters(false));
  const std::optional<size_t> entry = document.Find(name);
  if (entry) document.Remove(*entry);
  std::string text = document.Text();
  auto after = ListParameters(text);
  if (!entry || !after.ok() || after->size() + 1 != before.size()) {
    return Fail(Code::kUnimplemented, reasons::kFlowStyle,
                "cannot edit the parameters as they are laid out: remove \"" + std::string(name) +
                    "\" by hand");
  }
  return text;
}

base::Result<columnar::Literal> ParseParameterValue(ParameterType type, std::string_view text) {
  const auto bad = [&] {
    return Fail(Code::kInvalidArgument, reasons::kBadParameterValue,
                "\"" + std::string(text) + "\" is no " + std::string(ParameterTypeName(type)));
  };
  const char* end = text.data() + text.size();
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' ? 1 : 0);
  switch (type) {
    case ParameterType::kStr:
      return columnar::Literal::String(std::string(text));
    case ParameterType::kInt: {
      int64_t value = 0;
      const auto read = std::from_chars(begin, end, value);
      if (read.ec != std::errc() || read.ptr != end) return bad();
      return columnar::Literal::Long(value);
    }
    case ParameterType::kFloat: {
      double value = 0;
      const auto read = std::from_chars(begin, end, value);
      if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return bad();
      return columnar::Literal::Double(value);
    }
    case ParameterType::kBool: {
      const std::string lower = Lower(text);
      for (const char* word : {"true", "yes", "1", "on"}) {
        if (lower == word) return columnar::Literal::Boolean(true);
      }
      for (const char* word : {"false", "no", "0", "off"}) {
        if (lower == word) return columnar::Literal::Boolean(false);
      }
      return bad();
    }
    case ParameterType::kSecret:
    case ParameterType::kVault:
      return columnar::Literal::String(std::string(text));  // a ciphertext, an address
  }
  return bad();
}

}  // namespace project
