// A lake of values: the ports answer from what a test put in, and remember what they were asked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/services.h"
#include "cli/serving.h"

namespace cli {

/// Implements every port the command line knows. Answers are the public fields; `calls` says what
/// was asked, in order. `failure`, when set, is what every port answers.
class FakeLake final : public Backend,
                       public Settings,
                       public Doctor,
                       public LakeAdmin,
                       public Projects,
                       public Serving,
                       public ResultFiles,
                       public api::Refs,
                       public api::Namespaces,
                       public api::Tables,
                       public api::Jobs {
 public:
  std::vector<std::string> calls;
  std::optional<ServeChoice> served;
  std::optional<base::Error> failure;
  std::map<std::string, api::RefEntry> refs;
  std::vector<std::string> namespace_names;
  std::vector<api::TableDescription> table_list;
  std::vector<api::CommitEntry> commits;
  std::vector<api::TableDifference> differences;
  std::vector<api::JobRecord> jobs;
  std::vector<api::JobEvent> events;
  std::optional<base::Error> submit_failure;
  std::optional<api::JobRequest> submitted;
  std::optional<api::QueryRequest> queried;
  api::PlanReport report;
  std::map<std::string, std::string> config = {{"active_branch", ""}, {"user", ""}};
  std::string active = "main";
  std::vector<Probe> probes;
  std::vector<ProjectParameter> parameters;
  std::optional<ParameterEdit> edit;
  std::map<std::string, std::string> project_files;
  std::optional<LakeChoice> opened;

  FakeLake();
  static model::CommitId CommitOf(char digit);

  // Backend
  base::Result<Services> Open(const base::Context& ctx, const LakeChoice& lake) override;
  Settings& settings() override { return *this; }
  Doctor& doctor() override { return *this; }
  LakeAdmin& lakes() override { return *this; }
  Projects& projects() override { return *this; }
  Serving& serving() override { return *this; }
  std::string version() const override { return "0.1.0"; }
  std::map<std::string, std::string> components() const override { return {{"engine", "1.0"}}; }
  // Settings
  base::Result<std::string> ActiveBranch(const LakeChoice&) override { return active; }
  base::Status SetActiveBranch(const LakeChoice&, const std::string& branch) override;
  base::Result<std::map<std::string, std::string>> List() override { return config; }
  base::Result<std::string> Get(const std::string& key) override;
  base::Status Set(const std::string& key, const std::string& value) override;
  // Doctor, LakeAdmin
  std::vector<Probe> Examine(const base::Context&, const LakeChoice&) override { return probes; }
  base::Result<LakeDescription> Create(const base::Context&, const LakeChoice&) override;
  base::Result<LakeDescription> Describe(const base::Context&, const LakeChoice&) override;
  base::Result<LakeDescription> Adopt(const base::Context&, const LakeChoice&) override;
  // Projects, ResultFiles
  base::Status Serve(const base::Context&, const LakeChoice&, const ServeChoice& choice,
                     const std::function<void(const ServingPlace&)>& on_ready) override;

  base::Result<std::vector<std::string>> Init(const std::string&, const std::string&) override;
  base::Result<api::ProjectSnapshot> Read(const std::string& folder) override;
  base::Result<std::vector<ProjectParameter>> Parameters(const std::string&) override;
  base::Result<std::string> Id(const std::string&) override {
    return std::string("5c2c1d2e-0000-4000-8000-000000000001");
  }
  base::Status SetParameter(const std::string&, const ParameterEdit& edit) override;
  base::Status RemoveParameter(const std::string&, const std::string& name) override;
  base::Result<uint64_t> Write(const base::Context&, Format, columnar::Stream,
                               const std::string& path) override;
  // Refs
  base::Result<api::RefEntry> Get(const base::Context&, const std::string& ref) override;
  base::Result<std::vector<api::RefEntry>> ListBranches(const base::Context&,
                                                        const api::ListOptions&) override;
  base::Result<std::vector<api::RefEntry>> ListTags(const base::Context&,
                                                    const api::ListOptions&) override;
  base::Result<api::RefEntry> CreateBranch(const base::Context&, const std::string& name,
                                           const std::string& from) override;
  base::Result<api::RefEntry> CreateTag(const base::Context&, const std::string& name,
                                        const std::string& from) override;
  base::Status Delete(const base::Context&, const std::string& name, api::RefKind) override;
  base::Result<api::RefEntry> Rename(const base::Context&, const std::string& name,
                                     const std::string& to, api::RefKind) override;
  base::Result<api::RefEntry> Merge(const base::Context&, const api::MergeRequest&) override;
  base::Result<std::vector<api::TableDifference>> Diff(const base::Context&,
                                                       const std::string& from,
                                                       const std::string& to) override;
  base::Result<std::vector<api::CommitEntry>> Log(const base::Context&, const std::string& ref,
                                                  const api::CommitFilter&) override;
  // Namespaces
  base::Result<std::vector<std::string>> List(const base::Context&, const std::string& ref,
                                              const api::ListOptions&) override;
  base::Result<api::RefEntry> Create(const base::Context&, const std::string& branch,
                                     const std::string& ns, const api::WriteOptions&) override;
  base::Result<api::RefEntry> Delete(const base::Context&, const std::string& branch,
                                     const std::string& ns, const api::WriteOptions&) override;
  // Tables
  base::Result<std::vector<api::TableEntry>> List(const base::Context&, const std::string& ref,
                                                  const api::TableListOptions&) override;
  base::Result<api::TableDescription> Get(const base::Context&, const std::string& ref,
                                          const std::string& table, const std::string& ns) override;
  base::Result<api::RefEntry> Drop(const base::Context&, const std::string& branch,
                                   const std::string& table, const std::string& ns,
                                   const api::WriteOptions&) override;
  base::Result<api::RefEntry> Revert(const base::Context&, const api::RevertRequest&) override;
  // Jobs
  base::Result<model::JobId> Submit(const base::Context&, const api::JobRequest&) override;
  base::Result<api::JobRecord> Follow(
      const base::Context&, const model::JobId&, uint64_t from_sequence,
      const std::function<void(const api::JobEvent&)>& sink) override;
  base::Result<api::JobRecord> Cancel(const base::Context&, const model::JobId&) override;
  base::Result<api::JobRecord> Get(const base::Context&, const model::JobId&) override;
  base::Result<std::vector<api::JobRecord>> List(const base::Context&,
                                                 const api::JobFilter&) override;
  base::Result<api::ProjectSnapshot> GetSnapshot(const base::Context&,
                                                 const model::JobId&) override;
  base::Result<api::PlanReport> Plan(const base::Context&, const api::PlanRequest&) override;
  base::Result<api::QueryResult> Query(const base::Context&, const api::QueryRequest&) override;

 private:
  base::Result<api::RefEntry> Moved(const std::string& name, const std::string& call);
};

}  // namespace cli
