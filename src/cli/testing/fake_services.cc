#include "cli/testing/fake_services.h"

namespace cli {
namespace {

base::Error Missing(const std::string& what) {
  return base::Error(base::Code::kNotFound, "fake.missing", "no " + what);
}

}  // namespace

model::CommitId FakeLake::CommitOf(char digit) {
  return model::CommitId(std::string(64, digit));
}

FakeLake::FakeLake() {
  refs["main"] = {"main", api::RefKind::kBranch, CommitOf('a')};
}

base::Result<api::RefEntry> FakeLake::Moved(const std::string& name, const std::string& call) {
  calls.push_back(call);
  if (failure.has_value()) return *failure;
  return api::RefEntry{name, api::RefKind::kBranch, CommitOf('b')};
}

base::Result<Services> FakeLake::Open(const base::Context&, const LakeChoice& lake) {
  opened = lake;
  if (failure.has_value() && failure->reason == "fake.no_lake") return *failure;
  return Services{this, this, this, this, this};
}

base::Status FakeLake::Serve(const base::Context&, const LakeChoice&, const ServeChoice& choice,
                             const std::function<void(const ServingPlace&)>& on_ready) {
  served = choice;
  on_ready(ServingPlace{"/lake", {"http://127.0.0.1:8080"}});
  return base::Ok();
}

base::Status FakeLake::SetActiveBranch(const LakeChoice&, const std::string& branch) {
  active = branch;
  return base::Ok();
}

base::Result<std::string> FakeLake::Get(const std::string& key) {
  if (!config.contains(key)) return Missing("setting " + key);
  return config[key];
}

base::Status FakeLake::Set(const std::string& key, const std::string& value) {
  config[key] = value;
  return base::Ok();
}

base::Result<LakeDescription> FakeLake::Create(const base::Context&, const LakeChoice& lake) {
  return LakeDescription{lake.path, "id-1", 1, "file://" + lake.path, "ada", true};
}
base::Result<LakeDescription> FakeLake::Describe(const base::Context&, const LakeChoice& lake) {
  if (lake.path.empty()) return Missing("lake");
  return LakeDescription{lake.path, "id-1", 1, "file://" + lake.path, "ada", false};
}
base::Result<LakeDescription> FakeLake::Adopt(const base::Context& ctx, const LakeChoice& lake) {
  calls.push_back("adopt");
  return Describe(ctx, lake);
}

base::Result<std::vector<std::string>> FakeLake::Init(const std::string& folder,
                                                      const std::string& name) {
  calls.push_back("init " + folder + " " + name);
  return std::vector<std::string>{"bauplan_project.yml", "models.py"};
}
base::Result<api::ProjectSnapshot> FakeLake::Read(const std::string& folder) {
  calls.push_back("read " + folder);
  return api::ProjectSnapshot{project_files};
}
base::Result<std::vector<ProjectParameter>> FakeLake::Parameters(const std::string&) {
  return parameters;
}
base::Status FakeLake::SetParameter(const std::string&, const ParameterEdit& change) {
  edit = change;
  return base::Ok();
}
base::Status FakeLake::RemoveParameter(const std::string&, const std::string& name) {
  calls.push_back("parameter rm " + name);
  return base::Ok();
}
base::Result<uint64_t> FakeLake::Write(const base::Context&, Format, columnar::Stream,
                                       const std::string& path) {
  calls.push_back("write " + path);
  return uint64_t{3};
}

base::Result<api::RefEntry> FakeLake::Get(const base::Context&, const std::string& ref) {
  const auto found = refs.find(ref);
  if (found == refs.end()) return Missing("ref " + ref);
  return found->second;
}
base::Result<std::vector<api::RefEntry>> FakeLake::ListBranches(const base::Context&,
                                                                const api::ListOptions& options) {
  calls.push_back("branches " + options.name + " " + options.user);
  if (failure.has_value()) return *failure;
  std::vector<api::RefEntry> out;
  for (const auto& [name, ref] : refs) {
    if (ref.kind == api::RefKind::kBranch) out.push_back(ref);
  }
  return out;
}
base::Result<std::vector<api::RefEntry>> FakeLake::ListTags(const base::Context&,
                                                            const api::ListOptions&) {
  std::vector<api::RefEntry> out;
  for (const auto& [name, ref] : refs) {
    if (ref.kind == api::RefKind::kTag) out.push_back(ref);
  }
  return out;
}
base::Result<api::RefEntry> FakeLake::CreateBranch(const base::Context&, const std::string& name,
                                                   const std::string& from) {
  return Moved(name, "create branch " + name + " from " + from);
}
base::Result<api::RefEntry> FakeLake::CreateTag(const base::Context&, const std::string& name,
                                                const std::string& from) {
  return Moved(name, "create tag " + name + " from " + from);
}
base::Status FakeLake::Delete(const base::Context&, const std::string& name, api::RefKind) {
  calls.push_back("delete " + name);
  return failure.has_value() ? base::Status(*failure) : base::Ok();
}
base::Result<api::RefEntry> FakeLake::Rename(const base::Context&, const std::string& name,
                                             const std::string& to, api::RefKind) {
  return Moved(to, "rename " + name + " to " + to);
}
base::Result<api::RefEntry> FakeLake::Merge(const base::Context&,
                                            const api::MergeRequest& request) {
  return Moved(request.into, "merge " + request.source + " into " + request.into);
}
base::Result<std::vector<api::TableDifference>> FakeLake::Diff(const base::Context&,
                                                               const std::string& from,
                                                               const std::string& to) {
  calls.push_back("diff " + from + " " + to);
  return differences;
}
base::Result<std::vector<api::CommitEntry>> FakeLake::Log(const base::Context&,
                                                          const std::string& ref,
                                                          const api::CommitFilter& filter) {
  calls.push_back("log " + ref + " " + std::to_string(filter.limit));
  return commits;
}

base::Result<std::vector<std::string>> FakeLake::List(const base::Context&, const std::string&,
                                                      const api::ListOptions&) {
  return namespace_names;
}
base::Result<api::RefEntry> FakeLake::Create(const base::Context&, const std::string& branch,
                                             const std::string& ns, const api::WriteOptions&) {
  return Moved(branch, "create namespace " + ns + " on " + branch);
}
base::Result<api::RefEntry> FakeLake::Delete(const base::Context&, const std::string& branch,
                                             const std::string& ns, const api::WriteOptions&) {
  return Moved(branch, "delete namespace " + ns + " on " + branch);
}

base::Result<std::vector<api::TableEntry>> FakeLake::List(const base::Context&,
                                                          const std::string& ref,
                                                          const api::TableListOptions&) {
  calls.push_back("tables " + ref);
  std::vector<api::TableEntry> out;
  for (const api::TableDescription& table : table_list) {
    out.push_back({table.ns, table.name, table.kind});
  }
  return out;
}
base::Result<api::TableDescription> FakeLake::Get(const base::Context&, const std::string&,
                                                  const std::string& table, const std::string&) {
  for (const api::TableDescription& each : table_list) {
    if (each.name == table) return each;
  }
  return Missing("table " + table);
}
base::Result<api::RefEntry> FakeLake::Drop(const base::Context&, const std::string& branch,
                                           const std::string& table, const std::string&,
                                           const api::WriteOptions&) {
  return Moved(branch, "drop " + table + " on " + branch);
}
base::Result<api::RefEntry> FakeLake::Revert(const base::Context&,
                                             const api::RevertRequest& request) {
  return Moved(request.into, "revert " + request.table + " from " + request.source);
}

base::Result<model::JobId> FakeLake::Submit(const base::Context&, const api::JobRequest& request) {
  submitted = request;
  if (submit_failure.has_value()) return *submit_failure;
  return jobs.at(0).id;
}
base::Result<api::JobRecord> FakeLake::Follow(
    const base::Context&, const model::JobId& job, uint64_t from_sequence,
    const std::function<void(const api::JobEvent&)>& sink) {
  calls.push_back("follow " + job.text());
  for (const api::JobEvent& event : events) {
    if (event.sequence >= from_sequence) sink(event);
  }
  return jobs.at(0);
}
base::Result<api::JobRecord> FakeLake::Cancel(const base::Context&, const model::JobId& job) {
  calls.push_back("cancel " + job.text());
  return jobs.at(0);
}
base::Result<api::JobRecord> FakeLake::Get(const base::Context&, const model::JobId& id) {
  for (const api::JobRecord& job : jobs) {
    if (job.id == id) return job;
  }
  return Missing("job " + id.text());
}
base::Result<std::vector<api::JobRecord>> FakeLake::List(const base::Context&,
                                                         const api::JobFilter&) {
  return jobs;
}
base::Result<api::ProjectSnapshot> FakeLake::GetSnapshot(const base::Context&,
                                                         const model::JobId&) {
  return api::ProjectSnapshot{project_files};
}
base::Result<api::PlanReport> FakeLake::Plan(const base::Context&,
                                             const api::PlanRequest& request) {
  calls.push_back("plan " + request.ref);
  return report;
}
base::Result<api::QueryResult> FakeLake::Query(const base::Context&,
                                               const api::QueryRequest& request) {
  queried = request;
  return failure.value_or(Missing("rows"));
}

}  // namespace cli
