#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "project/load.h"
#include "project/path_pattern_internal.h"
#include "project/project_file_internal.h"

namespace project {
namespace {
namespace fs = std::filesystem;
using base::Code;
using base::Error;

constexpr int kFolderDepthMax = 32;

Error Fail(Code code, std::string_view reason, std::string message) {
  return Error(code, std::string(reason), std::move(message));
}

class Loader {
 public:
  explicit Loader(fs::path root) : root_(std::move(root)) {}

  base::Result<Snapshot> Run() {
    RETURN_IF_ERROR(AddRules(""));
    RETURN_IF_ERROR(ProjectFile());
    RETURN_IF_ERROR(TopLevel());
    if (!includes_.empty()) RETURN_IF_ERROR(Included("", 0));
    return std::move(files_);
  }

 private:
  /// Both kinds of ignore files, as the stock client reads them.
  base::Status AddRules(const std::string& folder) {
    for (const char* name : {".gitignore", ".ignore"}) {
      const fs::path file = root_ / folder / name;
      std::error_code ignored;
      if (!fs::is_regular_file(file, ignored)) continue;
      ASSIGN_OR_RETURN(const std::string text, base::ReadFile(file.string()));
      rules_.Add(folder, text);
    }
    return base::Ok();
  }

  base::Status ProjectFile() {
    std::error_code ignored;
    const bool yml = fs::exists(root_ / "bauplan_project.yml", ignored);
    const bool yaml = fs::exists(root_ / "bauplan_project.yaml", ignored);
    if (yml && yaml) {
      return Fail(Code::kInvalidArgument, reasons::kTwoFiles,
                  "\"" + root_.string() +
                      "\" has bauplan_project.yml and bauplan_project.yaml: remove one of them");
    }
    if (!yml && !yaml) {
      return Fail(Code::kNotFound, reasons::kNoFile,
                  "no bauplan_project.yml in \"" + root_.string() +
                      "\": go to a project, or make one with `boathouse init`");
    }
    const std::string name = yml ? "bauplan_project.yml" : "bauplan_project.yaml";
    RETURN_IF_ERROR(AddFile(name));
    Findings findings;  // said again, with everything else, when the snapshot is read
    ProjectGraph graph;
    includes_ = ReadProjectFile(name, files_[name], graph, findings);
    for (Diagnostic& found : findings.Take()) {
      if (found.error.reason == reasons::kBadInclude) return std::move(found.error);
    }
    return base::Ok();
  }

  static bool IsShipped(const std::string& name) {
    return name.ends_with(".py") || name.ends_with(".sql") || name == "requirements.txt";
  }

  base::Status TopLevel() {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(""));
    for (const std::string& name : names) {
      if (!IsShipped(name) || rules_.Ignores(name, false)) continue;
      std::error_code ignored;
      if (fs::is_regular_file(root_ / name, ignored)) RETURN_IF_ERROR(AddFile(name));
    }
    return base::Ok();
  }

  /// Files of sub-folders that a pattern of include_paths names.
  base::Status Included(const std::string& folder, int depth) {
    if (depth > kFolderDepthMax) return base::Ok();
    ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder));
    for (const std::string& name : names) {
      const std::string path = folder.empty() ? name : folder + "/" + name;
      std::error_code ignored;
      const bool is_folder = fs::is_directory(root_ / path, ignored);
      if (rules_.Ignores(path, is_folder)) continue;
      if (is_folder) {
        if (fs::is_symlink(root_ / path, ignored)) continue;  // could lead round in circles
        RETURN_IF_ERROR(AddRules(path));
        RETURN_IF_ERROR(Included(path, depth + 1));
      } else if (!files_.contains(path) &&
                 std::any_of(includes_.begin(), includes_.end(), [&](const std::string& pattern) {
                   return MatchesPattern(pattern, path);
                 })) {
        RETURN_IF_ERROR(AddFile(path));
      }
    }
    return base::Ok();
  }

  /// Names that are not hidden, sorted.
  base::Result<std::vector<std::string>> Names(const std::string& folder) const {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(root_ / folder, error), end; !error && entry != end;
         entry.increment(error)) {
      std::string name = entry->path().filename().string();
      if (!name.starts_with('.')) names.push_back(std::move(name));
    }
    if (error) return base::IoError("list folder", (root_ / folder).string(), error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  base::Status AddFile(const std::string& path) {
    const fs::path file = root_ / path;
    std::error_code error;
    if (fs::is_symlink(file, error)) {
      const fs::path target = fs::canonical(file, error);
      const std::string inside = (fs::canonical(root_, error) / "").string();
      if (error || !target.string().starts_with(inside)) {
        return Fail(Code::kInvalidArgument, reasons::kLinkOutside,
                    "\"" + path + "\" is a link that leads out of the project: copy the file");
      }
    }
    const uintmax_t size = fs::file_size(file, error);
    if (error) return base::IoError("read file", file.string(), error.value());
    if (size > kFileBytesMax || files_.size() >= kFilesMax) {
      return Fail(Code::kResourceExhausted, reasons::kTooLarge,
                  "\"" + path + "\" is too much: a project has at most " +
                      std::to_string(kFilesMax) + " files of " +
                      std::to_string(kFileBytesMax >> 20) + " MiB each");
    }
    ASSIGN_OR_RETURN(files_[path], base::ReadFile(file.string()));
    return base::Ok();
  }

  fs::path root_;
  Snapshot files_;
  IgnoreRules rules_;
  std::vector<std::string> includes_;
};

}  // namespace

base::Result<Snapshot> LoadProjectFolder(const std::string& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return Fail(Code::kNotFound, reasons::kNoFolder, "there is no folder \"" + folder + "\"");
  }
  return Loader(folder).Run();
}

}  // namespace project
