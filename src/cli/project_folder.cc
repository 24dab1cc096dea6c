#include "cli/project_folder.h"

#include <array>
#include <filesystem>
#include <functional>

#include "base/file.h"
#include "cli/reasons.h"
#include "project/init_template.h"
#include "project/load.h"
#include "project/parameter_edit.h"

namespace cli {
namespace {

constexpr std::array<const char*, 2> kProjectFiles = {"bauplan_project.yml",
                                                      "bauplan_project.yaml"};

std::string In(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

base::Status WriteText(const std::string& path, const std::string& text) {
  return base::WriteFileDurably(path, text);
}

/// The path of the project file; having both spellings, or none, is reported by reading the
/// folder.
base::Result<std::string> ProjectFile(const std::string& folder) {
  RETURN_IF_ERROR(project::LoadProjectFolder(folder));
  std::error_code ignored;
  for (const char* name : kProjectFiles) {
    if (std::filesystem::exists(In(folder, name), ignored)) return In(folder, name);
  }
  return base::Error(base::Code::kNotFound, kNoSuchFile, "no project file in \"" + folder + "\"");
}

base::Result<std::string> ReadText(const std::string& path) {
  return base::ReadFile(path);
}

base::Status Edit(const std::string& folder,
                  const std::function<base::Result<std::string>(const std::string&)>& change) {
  ASSIGN_OR_RETURN(const std::string path, ProjectFile(folder));
  ASSIGN_OR_RETURN(const std::string before, ReadText(path));
  ASSIGN_OR_RETURN(const std::string after, change(before));
  return WriteText(path, after);
}

}  // namespace

base::Result<std::vector<std::string>> ProjectFolder::Init(const std::string& folder,
                                                           const std::string& name) {
  std::error_code ignored;
  for (const char* file : kProjectFiles) {
    if (std::filesystem::exists(In(folder, file), ignored)) {
      return base::Error(base::Code::kAlreadyExists, kFileExists,
                         "\"" + In(folder, file) + "\" exists: this folder is a project already");
    }
  }
  RETURN_IF_ERROR(base::MakeFolders(folder));
  std::vector<std::string> written;
  for (const auto& [file, text] : project::InitFiles(name, rng_)) {
    if (std::filesystem::exists(In(folder, file), ignored)) continue;
    RETURN_IF_ERROR(WriteText(In(folder, file), text));
    written.push_back(file);
  }
  return written;
}

base::Result<api::ProjectSnapshot> ProjectFolder::Read(const std::string& folder) {
  ASSIGN_OR_RETURN(project::Snapshot files, project::LoadProjectFolder(folder));
  return api::ProjectSnapshot{std::move(files)};
}

base::Result<std::vector<ProjectParameter>> ProjectFolder::Parameters(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string path, ProjectFile(folder));
  ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  ASSIGN_OR_RETURN(const std::vector<project::ParameterDecl> found, project::ListParameters(text));
  std::vector<ProjectParameter> parameters;
  for (const project::ParameterDecl& each : found) {
    const bool secret =
        each.type == project::ParameterType::kSecret || each.type == project::ParameterType::kVault;
    ProjectParameter& parameter = parameters.emplace_back();
    parameter.name = each.name;
    parameter.type = project::ParameterTypeName(each.type);
    parameter.has_default = secret ? !each.secret_text.empty() : each.default_value.has_value();
    if (parameter.has_default)
      parameter.value = secret ? "********" : each.default_value->ToString();
    parameter.required = each.required;
    parameter.description = each.description;
  }
  return parameters;
}

base::Result<std::string> ProjectFolder::Id(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::string path, ProjectFile(folder));
  ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  return project::ProjectId(text);
}

base::Status ProjectFolder::SetParameter(const std::string& folder, const ParameterEdit& edit) {
  project::ParameterChange change{edit.name,        edit.value,    {},
                                  edit.description, edit.required, edit.key};
  if (!edit.type.empty()) {
    change.type = project::ParseParameterType(edit.type);
    if (!change.type.has_value()) {
      return base::Error(base::Code::kInvalidArgument, kUsage,
                         "\"" + edit.type + "\" is no type: write str, int, float, bool or secret");
    }
  }
  return Edit(folder, [&](const std::string& text) { return project::SetParameter(text, change); });
}

base::Status ProjectFolder::RemoveParameter(const std::string& folder, const std::string& name) {
  return Edit(folder,
              [&](const std::string& text) { return project::RemoveParameter(text, name); });
}

}  // namespace cli
