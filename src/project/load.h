// Reads a project: from a folder to its files, from its files to a graph, without running any of
// its code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "project/project_graph.h"
#include "project/sql_analyzer.h"

namespace project {

/// Relative path with forward slashes → content: exactly what F-011 ships.
using Snapshot = std::map<std::string, std::string>;

inline constexpr size_t kFilesMax = 5000;
inline constexpr uint64_t kFileBytesMax = 16ull << 20;

/// Top-level *.py and *.sql, requirements.txt, the project file, and what include_paths matches;
/// hidden files and files that .gitignore or .ignore names are left out. Errors:
/// "project.no_folder", "project.no_file", "project.two_files", "project.link_outside",
/// "project.bad_include", "project.too_large".
base::Result<Snapshot> LoadProjectFolder(const std::string& folder);

/// sha256 over paths and contents in order of path: the same for the same files.
std::string SnapshotDigest(const Snapshot& files);

struct ReadResult {
  std::vector<Diagnostic> diagnostics;  // sorted by place; `graph` is usable only without errors
  ProjectGraph graph;
};

/// Pure: the same files give the same result. Never fails as a whole: everything wrong is in
/// `diagnostics`, all of it at once.
ReadResult ReadProject(const Snapshot& files, const SqlAnalyzer& sql);

}  // namespace project
