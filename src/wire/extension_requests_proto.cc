#include "wire/extension_requests.h"

#include <utility>

#include "proto/boathouse.pb.h"
#include "wire/project_zip.h"
#include "wire/reasons.h"

namespace wire {
namespace {

template <class Texts>
std::vector<std::string> ListOf(const Texts& texts) {
  return {texts.begin(), texts.end()};
}

template <class Map>
std::map<std::string, std::string> MapOf(const Map& map) {
  return {map.begin(), map.end()};
}

template <class Out>
void FillTexts(const std::vector<std::string>& texts, Out* out) {
  for (const std::string& text : texts) *out->Add() = text;
}

template <class Out>
void FillPairs(const std::map<std::string, std::string>& pairs, Out* out) {
  for (const auto& [key, value] : pairs) (*out)[key] = value;
}

base::Error Missing(const std::string& field) {
  return base::Error(base::Code::kInvalidArgument, kBadField, "field \"" + field + "\" is empty")
      .Set("field", field);
}

void FillReading(const plan::FileReadOptions& read, bool detect_format, px::FileReading* out) {
  switch (read.format) {
    case plan::FileFormat::kParquet:
      out->set_format(px::FILE_FORMAT_PARQUET);
      break;
    case plan::FileFormat::kCsv:
      out->set_format(px::FILE_FORMAT_CSV);
      break;
    case plan::FileFormat::kJsonl:
      out->set_format(px::FILE_FORMAT_JSONL);
      break;
  }
  if (detect_format) out->set_format(px::FILE_FORMAT_BY_NAME);
  out->set_delimiter(read.delimiter);
  out->set_quote(read.quote);
  out->set_header(read.header);
  FillTexts(read.null_tokens, out->mutable_null_tokens());
  out->set_date_format(read.date_format);
  out->set_timestamp_format(read.timestamp_format);
  out->set_encoding(read.encoding);
  out->set_best_effort(read.best_effort);
  out->set_continue_on_error(read.continue_on_error);
}

/// `detect` is whether names tell the format.
plan::FileReadOptions ReadingOf(const px::FileReading& reading, bool* detect) {
  plan::FileReadOptions read;
  *detect = false;
  switch (reading.format()) {
    case px::FILE_FORMAT_PARQUET:
      read.format = plan::FileFormat::kParquet;
      break;
    case px::FILE_FORMAT_CSV:
      read.format = plan::FileFormat::kCsv;
      break;
    case px::FILE_FORMAT_JSONL:
      read.format = plan::FileFormat::kJsonl;
      break;
    default:  // the number comes from outside
      *detect = true;
      break;
  }
  read.delimiter = reading.delimiter();
  read.quote = reading.quote();
  read.header = reading.header();
  read.null_tokens = ListOf(reading.null_tokens());
  read.date_format = reading.date_format();
  read.timestamp_format = reading.timestamp_format();
  read.encoding = reading.encoding();
  read.best_effort = reading.best_effort();
  read.continue_on_error = reading.continue_on_error();
  return read;
}

void FillNote(const api::WriteOptions& options, px::CommitNote* out) {
  out->set_message(options.message);
  out->set_body(options.body);
  FillPairs(options.properties, out->mutable_properties());
  out->set_request_id(options.request_id);
}

api::WriteOptions NoteOf(const px::CommitNote& note) {
  return {note.message(), note.body(), MapOf(note.properties()), note.request_id()};
}

}  // namespace

void FillCreateTable(const api::CreateTableRequest& request, px::CreateTableRequest* out) {
  out->set_table(request.table);
  out->set_namespace_(request.ns);
  out->set_branch(request.branch);
  FillTexts(request.sources, out->mutable_sources());
  FillTexts(request.partitioned_by, out->mutable_partitioned_by());
  switch (request.if_exists) {
    case api::IfExists::kFail:
      out->set_if_exists(px::IF_EXISTS_FAIL);
      break;
    case api::IfExists::kReplace:
      out->set_if_exists(px::IF_EXISTS_REPLACE);
      break;
    case api::IfExists::kKeep:
      out->set_if_exists(px::IF_EXISTS_KEEP);
      break;
  }
  FillReading(request.read, request.detect_format, out->mutable_reading());
  FillNote(request.options, out->mutable_note());
  out->set_credential(request.credential);
}

base::Result<api::CreateTableRequest> CreateTableRequestOf(const px::CreateTableRequest& request) {
  if (request.table().empty()) return Missing("table");
  api::CreateTableRequest create;
  create.table = request.table();
  create.ns = request.namespace_();
  create.branch = request.branch();
  create.sources = ListOf(request.sources());
  create.partitioned_by = ListOf(request.partitioned_by());
  if (request.if_exists() == px::IF_EXISTS_REPLACE) create.if_exists = api::IfExists::kReplace;
  if (request.if_exists() == px::IF_EXISTS_KEEP) create.if_exists = api::IfExists::kKeep;
  create.read = ReadingOf(request.reading(), &create.detect_format);
  create.options = NoteOf(request.note());
  create.credential = request.credential();
  return create;
}

void FillImportTable(const api::ImportRequest& request, px::ImportTableRequest* out) {
  out->set_table(request.table);
  out->set_namespace_(request.ns);
  out->set_branch(request.branch);
  FillTexts(request.sources, out->mutable_sources());
  out->set_create(request.create);
  FillTexts(request.partitioned_by, out->mutable_partitioned_by());
  out->set_import_duplicate_files(request.import_duplicate_files);
  out->set_accept_changed_files(request.accept_changed_files);
  FillReading(request.read, request.detect_format, out->mutable_reading());
  FillNote(request.options, out->mutable_note());
  out->set_credential(request.credential);
}

base::Result<api::ImportRequest> ImportTableRequestOf(const px::ImportTableRequest& request) {
  if (request.table().empty()) return Missing("table");
  api::ImportRequest import;
  import.table = request.table();
  import.ns = request.namespace_();
  import.branch = request.branch();
  import.sources = ListOf(request.sources());
  import.create = request.create();
  import.partitioned_by = ListOf(request.partitioned_by());
  import.import_duplicate_files = request.import_duplicate_files();
  import.accept_changed_files = request.accept_changed_files();
  import.read = ReadingOf(request.reading(), &import.detect_format);
  import.options = NoteOf(request.note());
  import.credential = request.credential();
  return import;
}

base::Status FillPlanRun(const api::PlanRequest& request, px::PlanRunRequest* out) {
  ASSIGN_OR_RETURN(*out->mutable_zip_file(), WriteProjectZip(request.project));
  out->set_ref(request.ref);
  out->set_namespace_(request.ns);
  FillPairs(request.parameters, out->mutable_parameters());
  for (const auto& [name, secret] : request.secrets) {
    px::Secret& sent = (*out->mutable_secrets())[name];
    sent.set_ciphertext(secret.ciphertext);
    sent.set_key(secret.key);
  }
  return base::Ok();
}

base::Result<api::PlanRequest> PlanRequestOf(const px::PlanRunRequest& request) {
  api::PlanRequest asked;
  asked.ref = request.ref();
  asked.ns = request.namespace_();
  asked.parameters = MapOf(request.parameters());
  for (const auto& [name, secret] : request.secrets()) {
    asked.secrets[name] = api::SecretValue{secret.ciphertext(), secret.key()};
  }
  ASSIGN_OR_RETURN(asked.project, ReadProjectZip(request.zip_file()));
  return asked;
}

}  // namespace wire
