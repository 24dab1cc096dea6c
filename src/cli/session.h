// One command's run: the flags, what was found around the process, and the lake, opened when first
// asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/main.h"
#include "cli/services.h"
#include "cli/style.h"

namespace cli {

/// What a command gives back: the same answer for programs and for people.
struct Reply {
  Json json;
  std::string text;                          // whole lines
  std::vector<api::Diagnostic> diagnostics;  // of a project: shown before the text
  int exit_code = 0;
  std::optional<base::Error> error = {};  // of a job that failed: shown before the text
  bool written = false;  // the command wrote its answer to `out` itself, piece by piece
};

class Session {
 public:
  Session(Backend& backend, const Surroundings& surroundings, GlobalFlags flags);

  Backend& backend() { return backend_; }
  const Surroundings& around() const { return around_; }
  const GlobalFlags& flags() const { return flags_; }
  const Style& style() const { return style_; }          // of `out`
  const Style& err_style() const { return err_style_; }  // of `err`
  const base::Context& ctx() const { return ctx_; }
  LakeChoice& lake() { return lake_; }

  /// Opens the lake the first time.
  base::Result<Services> Open();
  /// `given`, or the active branch.
  base::Result<std::string> BranchOr(const std::string& given);
  /// A path as the user wrote it, seen from the folder the program was started in.
  std::string PathOf(const std::string& written) const;
  /// The project's files, kept for showing lines of them in errors.
  base::Result<api::ProjectSnapshot> ReadProject(const std::string& folder);
  const api::ProjectSnapshot& sources() const { return sources_; }
  /// A line on `err`, unless -q or JSON.
  void Say(const std::string& line) const;

 private:
  Backend& backend_;
  const Surroundings& around_;
  GlobalFlags flags_;
  Style style_;
  Style err_style_;
  base::Context ctx_;
  LakeChoice lake_;
  std::optional<Services> services_;
  api::ProjectSnapshot sources_;
};

}  // namespace cli
