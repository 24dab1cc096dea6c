#include "runtime/environment/resolver.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "runtime/environment/reasons.h"
#include "runtime/environment/requirements.h"

namespace runtime {
namespace {

constexpr const char* kIndexVariables[] = {
    "UV_DEFAULT_INDEX", "UV_EXCLUDE_NEWER",  "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS",
    "UV_INDEX",         "UV_INDEX_STRATEGY", "UV_INDEX_URL",       "UV_NO_INDEX",
    "UV_PRERELEASE",    "UV_RESOLUTION",     "UV_CONSTRAINT",      "UV_OVERRIDE"};
constexpr char kSystemCertificates[] = "/etc/ssl/certs/ca-certificates.crt";

std::string OwnFolder() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  const std::string program(path, size > 0 ? static_cast<size_t>(size) : 0);
  return program.substr(0, program.rfind('/'));
}

std::string WithoutCredentials(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t at = url.find('@');
  if (scheme == std::string::npos || at == std::string::npos) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

}  // namespace

base::Result<std::string> FindUv(const std::string& wanted, const Variables& variables) {
  std::vector<std::string> candidates;
  if (!wanted.empty()) {
    candidates.push_back(wanted);
  } else if (const auto found = variables.find("BOATHOUSE_UV"); found != variables.end()) {
    candidates.push_back(found->second);
  } else {
    const std::string own = OwnFolder();
    candidates = {own + "/../libexec/boathouse/uv", own + "/uv", own + "/../../deps/uv/bin/uv",
                  own + "/../deps/uv/bin/uv", own + "/deps/uv/bin/uv"};
    const auto path = variables.find("PATH");
    std::stringstream folders(path == variables.end() ? "" : path->second);
    for (std::string folder; std::getline(folders, folder, ':');) {
      candidates.push_back(folder + "/uv");
    }
  }
  for (const std::string& candidate : candidates) {
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return base::Error(base::Code::kFailedPrecondition, reasons::kNoResolver,
                     "uv, which resolves packages, is not on this machine" +
                         (candidates.size() == 1 ? " at '" + candidates[0] + "'" : std::string()) +
                         "; install it ('pip install uv') or point BOATHOUSE_UV at it");
}

base::Result<std::string> UvVersion(const base::Context& ctx, const std::string& uv) {
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommand(ctx, {.argv = {uv, "--version"}}));
  const size_t second = output.out.find(' ', output.out.find(' ') + 1);
  if (output.exit_code != 0 || output.out.rfind("uv ", 0) != 0) {
    return base::Error(base::Code::kFailedPrecondition, reasons::kNoResolver,
                       "'" + uv + "' does not run as uv; install it again");
  }
  return output.out.substr(0, std::min(second, output.out.find('\n')));
}

Variables UvVariables(const Variables& variables) {
  Variables out = variables;
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON",
                           "UV_SYSTEM_PYTHON", "UV_PROJECT", "UV_REQUIRE_HASHES"}) {
    out.erase(name);
  }
  const auto rename = [&](const char* from, const char* to, const char* other) {
    const auto found = variables.find(from);
    if (found == variables.end() || variables.count(to) > 0 || variables.count(other) > 0) return;
    out[to] = found->second;
  };
  rename("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL");
  rename("PIP_EXTRA_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL");
  rename("PIP_NO_INDEX", "UV_NO_INDEX", "UV_NO_INDEX");
  out["NO_COLOR"] = "1";
  // An index behind a company's proxy is known by the machine's certificates, not by uv's own.
  if (access(kSystemCertificates, R_OK) == 0) out.try_emplace("UV_SYSTEM_CERTS", "1");
  return out;
}

std::vector<std::string> IndexVariables(const Variables& variables) {
  const Variables seen = UvVariables(variables);
  std::vector<std::string> out;
  for (const char* name : kIndexVariables) {
    const auto found = seen.find(name);
    if (found != seen.end()) {
      out.push_back(std::string(name) + "=" + WithoutCredentials(found->second));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> IndexOptions(const Variables& variables) {
  for (const char* name : {"UV_NO_INDEX", "PIP_NO_INDEX"}) {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) continue;
    if (found->second != "0" && found->second != "false") return {"--no-index"};
  }
  return {};
}

std::string IndexName(const Variables& variables) {
  const Variables seen = UvVariables(variables);
  const auto value = [&](const char* name) {
    const auto found = seen.find(name);
    return found == seen.end() ? std::string() : WithoutCredentials(found->second);
  };
  if (!IndexOptions(variables).empty()) return value("UV_FIND_LINKS");
  for (const char* name : {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}) {
    if (const std::string index = value(name); !index.empty()) return index;
  }
  return "https://pypi.org/simple";
}

base::Result<std::vector<LockedPackage>> Resolve(const base::Context& ctx, const Command& uv,
                                                 const Interpreter& interpreter,
                                                 const std::vector<std::string>& lines) {
  Command command = uv;
  // Wheels only: building from source would run the package's code outside of any sandbox.
  const std::vector<std::string> words = {"pip",        "compile",  "--format",       "pylock.toml",
                                          "--no-build", "--python", interpreter.path, "--no-header",
                                          "-q",         "-"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const std::vector<std::string> index = IndexOptions(uv.variables);
  command.argv.insert(command.argv.end(), index.begin(), index.end());
  for (const std::string& line : lines) command.input += line + "\n";
  if (command.input.empty()) command.input = "\n";
  // What it says goes into the error: said as well while it runs, it would be there twice.
  ASSIGN_OR_RETURN(const CommandOutput answer, RunCommand(ctx, command));
  if (answer.exit_code != 0) return ResolverError(answer.error, IndexName(uv.variables));
  return ReadPylock(answer.out);
}

}  // namespace runtime
