#include <array>
#include <charconv>
#include <utility>

#include "proto/commander.pb.h"
#include "wire/job_requests.h"
#include "wire/project_zip.h"
#include "wire/reasons.h"

namespace wire {
namespace {

constexpr int32_t kPriorityMin = 1;
constexpr int32_t kPriorityMax = 10;
constexpr char kMain[] = "main";

base::Error BadField(const std::string& field, const std::string& why) {
  return base::Error(base::Code::kInvalidArgument, kBadField, "field \"" + field + "\" " + why)
      .Set("field", field);
}

/// "on" and "off"; empty is what `otherwise` says.
base::Result<bool> Switch(const std::string& field, const std::string& value, bool otherwise) {
  if (value.empty()) return otherwise;
  if (value == "on") return true;
  if (value == "off") return false;
  return BadField(field, "is \"" + value + "\": give on or off");
}

base::Result<api::PreviewMode> Preview(const std::string& value) {
  if (value.empty() || value == "off") return api::PreviewMode::kOff;
  if (value == "on" || value == "head") return api::PreviewMode::kHead;
  if (value == "tail") return api::PreviewMode::kTail;
  return BadField("preview", "is \"" + value + "\": give on, off, head or tail");
}

base::Result<int32_t> PriorityOf(const pb::JobRequestCommon& common) {
  if (!common.has_priority()) return api::RunRequest().priority;
  if (common.priority() < kPriorityMin || common.priority() > kPriorityMax) {
    return BadField("priority", "is " + std::to_string(common.priority()) + ": give 1 to 10");
  }
  return common.priority();
}

std::string Shortest(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end.ptr};
}

/// The value as text, as a command line would give it. None: the default of the project is meant.
std::optional<std::string> ValueOf(const pb::Parameter& parameter) {
  switch (parameter.value_case()) {
    case pb::Parameter::kIntValue:
      if (!parameter.int_value().has_value()) return {};
      return std::to_string(parameter.int_value().value());
    case pb::Parameter::kFloatValue:
      if (!parameter.float_value().has_value()) return {};
      return Shortest(parameter.float_value().value());
    case pb::Parameter::kBoolValue:
      if (!parameter.bool_value().has_value()) return {};
      return parameter.bool_value().value() ? "true" : "false";
    case pb::Parameter::kStrValue:
      if (!parameter.str_value().has_value()) return {};
      return parameter.str_value().value();
    case pb::Parameter::kSecretValue:  // never among the plain ones
      return {};
    case pb::Parameter::kVaultValue:
      if (!parameter.vault_value().has_value()) return {};
      return parameter.vault_value().value();
    case pb::Parameter::VALUE_NOT_SET:
      return {};
  }
  return {};
}

std::map<std::string, std::string> ArgsOf(const pb::JobRequestCommon& common) {
  return {common.args().begin(), common.args().end()};
}

/// Clients have no field for it; they have arguments.
std::string CredentialOf(const pb::JobRequestCommon& common) {
  const auto found = common.args().find("credential");
  return found == common.args().end() ? std::string() : found->second;
}

std::string BranchOr(const std::string& given) {
  return given.empty() ? kMain : given;
}

}  // namespace

const char* OnOff(bool on) {
  return on ? "on" : "off";
}

const char* PreviewName(api::PreviewMode mode) {
  switch (mode) {
    case api::PreviewMode::kOff:
      return "off";
    case api::PreviewMode::kHead:
      return "head";
    case api::PreviewMode::kTail:
      return "tail";
  }
  return "off";
}

base::Result<api::RunRequest> RunRequestOf(const pb::CodeSnapshotRunRequest& request) {
  api::RunRequest run;
  run.ref = BranchOr(request.ref());
  run.ns = request.namespace_();
  run.dry_run = request.dry_run() == pb::JOB_REQUEST_OPTIONAL_BOOL_TRUE;
  ASSIGN_OR_RETURN(run.transaction, Switch("transaction", request.transaction(), true));
  ASSIGN_OR_RETURN(run.strict, Switch("strict", request.strict(), false));
  ASSIGN_OR_RETURN(run.cache, Switch("cache", request.cache(), true));
  ASSIGN_OR_RETURN(run.preview, Preview(request.preview()));
  ASSIGN_OR_RETURN(run.priority, PriorityOf(request.job_request_common()));
  run.args = ArgsOf(request.job_request_common());
  run.request_id = request.job_request_common().boathouse_request_id();
  for (const pb::Parameter& parameter : request.parameters()) {
    if (parameter.has_secret_value() && parameter.secret_value().has_value()) {
      run.secrets[parameter.name()] =
          api::SecretValue{parameter.secret_value().value(), parameter.secret_value().key()};
    }
    if (auto value = ValueOf(parameter)) run.parameters[parameter.name()] = *std::move(value);
  }
  ASSIGN_OR_RETURN(run.project, ReadProjectZip(request.zip_file()));
  return run;
}

base::Result<api::RunRequest> RerunRequestOf(const pb::CodeSnapshotReRunRequest& request,
                                             const api::JobRecord& before,
                                             api::ProjectSnapshot project) {
  const auto was = [&](const char* key, bool otherwise) {
    const auto found = before.details.find(key);
    return found == before.details.end() ? otherwise : found->second == "on";
  };
  const auto text = [&](const char* key) {
    const auto found = before.details.find(key);
    return found == before.details.end() ? std::string() : found->second;
  };
  api::RunRequest run;
  run.project = std::move(project);
  run.parameters = before.parameters;
  run.ref = request.ref().empty() ? before.ref : request.ref();
  run.ns = request.namespace_().empty() ? text("namespace") : request.namespace_();
  run.dry_run = request.dry_run() == pb::JOB_REQUEST_OPTIONAL_BOOL_UNSPECIFIED
                    ? text("dry_run") == "true"
                    : request.dry_run() == pb::JOB_REQUEST_OPTIONAL_BOOL_TRUE;
  ASSIGN_OR_RETURN(run.transaction,
                   Switch("transaction", request.transaction(), was("transaction", true)));
  ASSIGN_OR_RETURN(run.strict, Switch("strict", request.strict(), was("strict", false)));
  ASSIGN_OR_RETURN(run.cache, Switch("cache", request.cache(), was("cache", true)));
  ASSIGN_OR_RETURN(run.preview, Preview(request.preview()));
  ASSIGN_OR_RETURN(run.priority, PriorityOf(request.job_request_common()));
  run.args = ArgsOf(request.job_request_common());
  return run;
}

base::Result<api::QueryRequest> QueryRequestOf(const pb::QueryRunRequest& request) {
  if (request.sql_query().empty()) return BadField("sql_query", "is empty");
  RETURN_IF_ERROR(Switch("cache", request.cache(), true));
  RETURN_IF_ERROR(PriorityOf(request.job_request_common()));
  api::QueryRequest query;
  query.sql = request.sql_query();
  query.ref = BranchOr(request.ref());
  query.ns = request.namespace_();
  query.rows_max = request.boathouse_rows_max();
  return query;
}

base::Status FillRunRequest(const api::RunRequest& run, pb::CodeSnapshotRunRequest* out) {
  pb::JobRequestCommon& common = *out->mutable_job_request_common();
  for (const auto& [key, value] : run.args) (*common.mutable_args())[key] = value;
  common.set_priority(run.priority);
  common.set_boathouse_request_id(run.request_id);
  out->set_ref(run.ref);
  out->set_namespace_(run.ns);
  out->set_dry_run(run.dry_run ? pb::JOB_REQUEST_OPTIONAL_BOOL_TRUE
                               : pb::JOB_REQUEST_OPTIONAL_BOOL_FALSE);
  out->set_transaction(OnOff(run.transaction));
  out->set_strict(OnOff(run.strict));
  out->set_cache(OnOff(run.cache));
  out->set_preview(PreviewName(run.preview));
  for (const auto& [name, value] : run.parameters) {
    pb::Parameter& parameter = *out->add_parameters();
    parameter.set_name(name);
    parameter.mutable_str_value()->set_value(value);
  }
  for (const auto& [name, secret] : run.secrets) {
    pb::Parameter& parameter = *out->add_parameters();
    parameter.set_name(name);
    parameter.mutable_secret_value()->set_value(secret.ciphertext);
    parameter.mutable_secret_value()->set_key(secret.key);
  }
  ASSIGN_OR_RETURN(*out->mutable_zip_file(), WriteProjectZip(run.project));
  return base::Ok();
}

void FillQueryRequest(const api::QueryRequest& query, pb::QueryRunRequest* out) {
  out->set_sql_query(query.sql);
  out->set_ref(query.ref);
  out->set_namespace_(query.ns);
  out->set_boathouse_rows_max(query.rows_max);
}

base::Result<api::ImportRequest> ImportRequestOf(const pb::TableDataImportRequest& request) {
  if (request.table_name().empty()) return BadField("table_name", "is empty");
  if (request.search_string().empty()) return BadField("search_string", "is empty");
  api::ImportRequest import;
  import.table = request.table_name();
  import.ns = request.namespace_();
  import.branch = BranchOr(request.branch_name());
  import.sources = {request.search_string()};
  import.import_duplicate_files = request.import_duplicate_files();
  import.credential = CredentialOf(request.job_request_common());
  import.read.best_effort = request.best_effort();
  import.read.continue_on_error = request.continue_on_error();
  return import;
}

base::Result<api::ExternalTableRequest> ExternalTableRequestOf(
    const pb::ExternalTableCreateRequest& request) {
  if (request.table_name().empty()) return BadField("table_name", "is empty");
  if (request.input_files().uris().empty()) return BadField("input_files", "names no files");
  api::ExternalTableRequest external;
  external.table = request.table_name();
  external.ns = request.namespace_();
  external.branch = BranchOr(request.branch_name());
  external.sources.assign(request.input_files().uris().begin(), request.input_files().uris().end());
  external.overwrite = request.overwrite();
  external.credential = CredentialOf(request.job_request_common());
  return external;
}

void FillExternalTable(const api::ExternalTableRequest& external,
                       pb::ExternalTableCreateRequest* out) {
  out->set_table_name(external.table);
  out->set_namespace_(external.ns);
  out->set_branch_name(external.branch);
  for (const std::string& uri : external.sources) out->mutable_input_files()->add_uris(uri);
  out->set_overwrite(external.overwrite);
  if (external.credential.empty()) return;
  (*out->mutable_job_request_common()->mutable_args())["credential"] = external.credential;
}

base::Result<api::PlanTableRequest> PlanTableRequestOf(const pb::TableCreatePlanRequest& request) {
  if (request.table_name().empty()) return BadField("table_name", "is empty");
  if (request.search_string().empty()) return BadField("search_string", "is empty");
  api::PlanTableRequest plan;
  plan.table.table = request.table_name();
  plan.table.ns = request.namespace_();
  plan.table.branch = BranchOr(request.branch_name());
  plan.table.sources = {request.search_string()};
  plan.table.credential = CredentialOf(request.job_request_common());
  if (!request.table_partitioned_by().empty()) {
    plan.table.partitioned_by = {request.table_partitioned_by()};
  }
  if (request.table_replace()) plan.table.if_exists = api::IfExists::kReplace;
  return plan;
}

base::Result<api::ApplyTablePlanRequest> ApplyTablePlanRequestOf(
    const pb::TableCreatePlanApplyRequest& request) {
  if (request.plan_yaml().empty()) return BadField("plan_yaml", "is empty");
  return api::ApplyTablePlanRequest{request.plan_yaml()};
}

}  // namespace wire
