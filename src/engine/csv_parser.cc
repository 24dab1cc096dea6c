#include "engine/csv_parser_internal.h"

#include <set>

#include "engine/reasons.h"

namespace engine::internal {

CsvParser::CsvParser(std::string name, const InputOptions& options,
                     std::unique_ptr<TextSource> source)
    : name_(std::move(name)), options_(options), source_(std::move(source)) {}

base::Result<std::unique_ptr<CsvParser>> CsvParser::Open(const InputFile& file,
                                                         const InputOptions& options) {
  ASSIGN_OR_RETURN(auto source, TextSource::Open(file, options));
  auto out = std::unique_ptr<CsvParser>(new CsvParser(file.name, options, std::move(source)));
  RETURN_IF_ERROR(out->ReadHeader());
  return out;
}

base::Error CsvParser::ErrorAt(const char* reason, const CsvCell& cell,
                               const std::string& words) const {
  return base::Error(base::Code::kUserCode, reason, words)
      .Set("file", name_)
      .At({name_, cell.line, cell.column});
}

base::Status CsvParser::ReadHeader() {
  ASSIGN_OR_RETURN(const bool more, source_->Append(&text_));
  at_end_ = !more;
  if (text_.starts_with("\xEF\xBB\xBF")) begin_ = line_begin_ = 3;
  std::vector<CsvCell> row;
  ASSIGN_OR_RETURN(const bool found, ReadRow(&row));
  if (!found) {
    return base::Error(base::Code::kUserCode, reason::kNoColumns,
                       "\"" + name_ + "\" is empty: a CSV file needs at least a header")
        .Set("file", name_);
  }
  std::set<std::string> seen;
  for (const CsvCell& cell : row) {
    std::string name =
        options_.header ? std::string(cell.text) : "c" + std::to_string(names_.size());
    if (name.empty()) name = "c" + std::to_string(names_.size());
    if (!seen.insert(name).second) {
      return ErrorAt(reason::kDuplicateColumn, cell, "two columns are named \"" + name + "\"");
    }
    names_.push_back(std::move(name));
  }
  if (options_.header) return base::Ok();
  first_row_ = std::move(row);
  has_first_row_ = true;
  return base::Ok();
}

base::Result<bool> CsvParser::Next(std::vector<CsvCell>* row) {
  if (has_first_row_) {
    *row = std::move(first_row_);
    has_first_row_ = false;
    return true;
  }
  ASSIGN_OR_RETURN(const bool found, ReadRow(row));
  if (!found) return false;
  if (row->size() != names_.size()) {
    const bool shorter = row->size() < names_.size();
    const CsvCell& cell = shorter ? row->front() : (*row)[names_.size()];
    return ErrorAt(reason::kBadCsv, cell,
                   std::string("the row is too ") + (shorter ? "short" : "long") + ": " +
                       std::to_string(row->size()) + " values, " + std::to_string(names_.size()) +
                       " columns");
  }
  return true;
}

base::Result<bool> CsvParser::ReadRow(std::vector<CsvCell>* row) {
  unescaped_.clear();
  while (true) {
    if (begin_ >= text_.size() && at_end_) return false;
    const uint32_t line = line_;
    const size_t line_begin = line_begin_;
    ASSIGN_OR_RETURN(const Outcome outcome, Scan(row));
    if (outcome == Outcome::kRow) return true;
    if (outcome == Outcome::kEmptyLine) continue;
    // The row goes on in the next piece: drop what was read, and look at the row again.
    line_ = line;
    line_begin_ = line_begin - begin_;  // may wrap around; only differences are used
    text_.erase(0, begin_);
    begin_ = 0;
    ASSIGN_OR_RETURN(const bool more, source_->Append(&text_));
    at_end_ = !more;
  }
}

base::Result<CsvParser::Outcome> CsvParser::Scan(std::vector<CsvCell>* row) {
  row->clear();
  unescaped_.clear();
  size_t at = begin_;
  while (true) {
    CsvCell cell;
    cell.line = line_;
    cell.column = static_cast<uint32_t>(at - line_begin_ + 1);
    cell.quoted = at < text_.size() && text_[at] == options_.quote && options_.quote != '\0';
    bool complete = false;
    if (cell.quoted) {
      ASSIGN_OR_RETURN(complete, ScanQuoted(&at, &cell));
    } else {
      complete = ScanPlain(&at, &cell);
    }
    if (!complete) return Outcome::kNeedMore;
    row->push_back(cell);
    if (at < text_.size() && text_[at] == options_.delimiter) {
      ++at;
      continue;
    }
    // The end of the row: a line break or the end of the file.
    if (at < text_.size() && text_[at] == '\r') ++at;
    if (at < text_.size()) ++at;
    begin_ = at;
    ++line_;
    line_begin_ = at;
    const bool empty = row->size() == 1 && row->front().text.empty() && !row->front().quoted;
    return empty ? Outcome::kEmptyLine : Outcome::kRow;
  }
}

// Up to a delimiter, a line break or the end of the file; false when the piece ends before.
bool CsvParser::ScanPlain(size_t* at, CsvCell* cell) {
  const size_t from = *at;
  const char* text = text_.data();
  const size_t size = text_.size();
  const char delimiter = options_.delimiter;
  size_t i = from;
  while (i < size && text[i] != delimiter && text[i] != '\n') ++i;
  if (i >= size && !at_end_) return false;
  size_t end = i;
  if (end > from && text[end - 1] == '\r' && (i >= size || text[i] == '\n')) --end;
  cell->text = std::string_view(text + from, end - from);
  *at = i;
  return true;
}

base::Result<bool> CsvParser::ScanQuoted(size_t* at, CsvCell* cell) {
  const char quote = options_.quote;
  size_t i = *at + 1;
  const size_t from = i;
  bool doubled = false;
  while (true) {
    while (i < text_.size() && text_[i] != quote) {
      if (text_[i] == '\n') {
        ++line_;
        line_begin_ = i + 1;
      }
      ++i;
    }
    if (i + 1 >= text_.size() && !at_end_) return false;
    if (i >= text_.size()) {
      return ErrorAt(reason::kBadCsv, *cell, "a quote is opened here and never closed");
    }
    if (i + 1 < text_.size() && text_[i + 1] == quote) {
      doubled = true;
      i += 2;
      continue;
    }
    break;
  }
  cell->text = std::string_view(text_).substr(from, i - from);
  if (doubled) {
    std::string& out = unescaped_.emplace_back();
    for (size_t k = 0; k < cell->text.size(); ++k) {
      out += cell->text[k];
      if (cell->text[k] == quote) ++k;
    }
    cell->text = out;
  }
  ++i;
  if (i + 1 >= text_.size() && !at_end_) return false;
  const bool closes = i >= text_.size() || text_[i] == options_.delimiter || text_[i] == '\n' ||
                      (text_[i] == '\r' && (i + 1 >= text_.size() || text_[i + 1] == '\n'));
  if (!closes) {
    return ErrorAt(reason::kBadCsv, *cell, "there is text after the closing quote of this value");
  }
  *at = i;
  return true;
}

}  // namespace engine::internal
