#include "cli/session.h"

#include <filesystem>

namespace cli {

Session::Session(Backend& backend, const Surroundings& surroundings, GlobalFlags flags)
    : backend_(backend), around_(surroundings), flags_(std::move(flags)) {
  const bool plain = surroundings.no_color || flags_.no_color;
  style_ = Style{surroundings.out_is_terminal && !plain && !flags_.json, surroundings.unicode};
  err_style_ = Style{surroundings.err_is_terminal && !plain, surroundings.unicode};
  lake_ = LakeChoice{flags_.lake.empty() ? "" : PathOf(flags_.lake), flags_.user, false};
  lake_.server = flags_.server;
  lake_.ca_file = flags_.ca_file.empty() ? "" : PathOf(flags_.ca_file);
}

base::Result<Services> Session::Open() {
  if (!services_.has_value()) {
    ASSIGN_OR_RETURN(Services opened, backend_.Open(ctx_, lake_));
    services_ = opened;
  }
  return *services_;
}

base::Result<std::string> Session::BranchOr(const std::string& given) {
  if (!given.empty()) return given;
  return backend_.settings().ActiveBranch(lake_);
}

std::string Session::PathOf(const std::string& written) const {
  const std::filesystem::path path(written);
  if (path.is_absolute() || written.find("://") != std::string::npos) return written;
  if (around_.folder == ".") return written;
  return (std::filesystem::path(around_.folder) / path).lexically_normal().string();
}

base::Result<api::ProjectSnapshot> Session::ReadProject(const std::string& folder) {
  ASSIGN_OR_RETURN(sources_, backend_.projects().Read(PathOf(folder)));
  return sources_;
}

void Session::Say(const std::string& line) const {
  if (!flags_.quiet && !flags_.json) around_.err << line << "\n" << std::flush;
}

}  // namespace cli
