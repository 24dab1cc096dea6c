#include "runtime/environment/interpreter.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "runtime/environment/command.h"
#include "runtime/environment/reasons.h"

namespace runtime {
namespace {

namespace fs = std::filesystem;

constexpr char kDefaultVersion[] = "3.11";
constexpr int kMinorMin = 8;
constexpr int kMinorMax = 20;

constexpr char kInspect[] =
    "import sys, sysconfig, platform\n"
    "print('%d.%d.%d' % sys.version_info[:3])\n"
    "print(sys.base_prefix)\n"
    "print(sysconfig.get_config_var('EXT_SUFFIX') or '')\n"
    "print(' '.join(platform.libc_ver()))\n"
    "print(sys.implementation.cache_tag or '')\n";

std::string Value(const Variables& variables, const std::string& name,
                  const std::string& otherwise) {
  const auto found = variables.find(name);
  return found == variables.end() || found->second.empty() ? otherwise : found->second;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// "3.11" of "3.11.7" and of "3.11".
std::string ShortVersion(const std::string& version) {
  const size_t first = version.find('.');
  if (first == std::string::npos) return version;
  return version.substr(0, version.find('.', first + 1));
}

// bin folders of versions/<name>/ whose name starts with one of the prefixes, newest name first.
void AddVersionFolders(const std::string& root, const std::string& prefix,
                       std::vector<std::string>& out) {
  std::error_code ignored;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(root, ignored)) {
    const std::string name = entry.path().filename();
    if (name.rfind(prefix, 0) == 0) found.push_back(entry.path().string() + "/bin");
  }
  std::sort(found.rbegin(), found.rend());
  out.insert(out.end(), found.begin(), found.end());
}

std::vector<std::string> Candidates(const std::string& short_version, const Variables& variables) {
  std::vector<std::string> candidates;
  std::string name = "BOATHOUSE_PYTHON_" + short_version;
  std::replace(name.begin(), name.end(), '.', '_');
  if (const auto found = variables.find(name); found != variables.end()) {
    candidates.push_back(found->second);
  }
  const std::string home = Value(variables, "HOME", "/nonexistent");
  const std::string share = Value(variables, "XDG_DATA_HOME", home + "/.local/share");
  std::vector<std::string> folders;
  AddVersionFolders(Value(variables, "PYENV_ROOT", home + "/.pyenv") + "/versions",
                    short_version + ".", folders);
  AddVersionFolders(Value(variables, "UV_PYTHON_INSTALL_DIR", share + "/uv/python"),
                    "cpython-" + short_version + ".", folders);
  folders.push_back("/usr/bin");
  folders.push_back("/usr/local/bin");
  for (const std::string& folder : Split(Value(variables, "PATH", ""), ':')) {
    // Shims are scripts that start whatever pyenv finds, or fail.
    if (folder.find("/shims") == std::string::npos) folders.push_back(folder);
  }
  for (const std::string& folder : folders)
    candidates.push_back(folder + "/python" + short_version);
  return candidates;
}

// Nothing if the file is no interpreter, or does not run.
base::Result<Interpreter> Inspect(const std::string& candidate) {
  std::error_code failed;
  const std::string path = fs::canonical(candidate, failed);
  const base::Error no(base::Code::kNotFound, reasons::kNoInterpreter, candidate);
  if (failed || access(path.c_str(), X_OK) != 0) return no;
  ASSIGN_OR_RETURN(const CommandOutput output,
                   RunCommand({}, {.argv = {path, "-I", "-S", "-c", kInspect},
                                   .variables = {{"PATH", "/usr/bin:/bin"}}}));
  const std::vector<std::string> lines = Split(output.out, '\n');
  if (output.exit_code != 0 || lines.size() < 5 || lines[4].rfind("cpython-", 0) != 0) return no;
  Interpreter found;
  found.path = path;
  found.version = lines[0];
  found.short_version = ShortVersion(lines[0]);
  found.prefix = lines[1];
  found.ext_suffix = lines[2];
  found.libc = lines[3];
  found.abi_tag = "cp" + lines[4].substr(8);
  found.binds = SystemBinds();
  if (found.prefix != "/usr" && found.prefix.rfind("/usr/", 0) != 0) {
    found.binds.push_back({found.prefix, found.prefix});
  }
  return found;
}

base::Error NoInterpreter(const std::string& version, const Variables& variables) {
  std::string known;
  for (const Interpreter& interpreter : FindInterpreters(variables)) {
    known += (known.empty() ? "" : ", ") + interpreter.version;
  }
  std::string variable = "BOATHOUSE_PYTHON_" + ShortVersion(version);
  std::replace(variable.begin(), variable.end(), '.', '_');
  return base::Error(base::Code::kFailedPrecondition, reasons::kNoInterpreter,
                     "no python " + version + " on this machine (found: " +
                         (known.empty() ? "none" : known) + "); add it with 'uv python install " +
                         version + "' or point " + variable + " at it")
      .Set("version", version)
      .Set("found", known);
}

}  // namespace

Variables CurrentVariables() {
  Variables variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string assignment = *at;
    const size_t equals = assignment.find('=');
    if (equals != std::string::npos) {
      variables[assignment.substr(0, equals)] = assignment.substr(equals + 1);
    }
  }
  return variables;
}

std::vector<ReadOnlyBind> SystemBinds() {
  std::vector<ReadOnlyBind> binds = {{"/usr", "/usr"}};
  std::error_code ignored;
  for (const char* name : {"/lib", "/lib64", "/lib32", "/bin", "/sbin"}) {
    // Where /usr is merged these are links, which every sandbox has.
    if (fs::is_directory(fs::symlink_status(name, ignored))) binds.push_back({name, name});
  }
  for (const char* name : {"/etc/ssl", "/etc/ca-certificates", "/etc/pki", "/etc/ld.so.cache",
                           "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"}) {
    if (fs::exists(name, ignored)) binds.push_back({name, name});
  }
  if (fs::is_regular_file("/etc/localtime", ignored)) {
    binds.push_back({fs::canonical("/etc/localtime", ignored), "/etc/localtime"});
  }
  return binds;
}

std::vector<Interpreter> FindInterpreters(const Variables& variables) {
  std::vector<Interpreter> all;
  for (int minor = kMinorMin; minor <= kMinorMax; ++minor) {
    const std::string version = "3." + std::to_string(minor);
    for (const std::string& candidate : Candidates(version, variables)) {
      auto found = Inspect(candidate);
      if (!found.ok() || found->short_version != version) continue;
      const bool known = std::any_of(all.begin(), all.end(), [&](const Interpreter& other) {
        return other.path == found->path;
      });
      if (!known) all.push_back(std::move(found).value());
    }
  }
  return all;
}

base::Result<Interpreter> FindInterpreter(const std::string& version, const Variables& variables) {
  const std::string wanted = version.empty() ? kDefaultVersion : version;
  const std::string short_version = ShortVersion(wanted);
  const bool well_formed = wanted.find_first_not_of("0123456789.") == std::string::npos &&
                           wanted.rfind("3.", 0) == 0 && wanted.size() > 2;
  if (!well_formed) return NoInterpreter(wanted, variables);
  for (const std::string& candidate : Candidates(short_version, variables)) {
    auto found = Inspect(candidate);
    if (!found.ok() || found->short_version != short_version) continue;
    if (wanted != short_version && found->version != wanted) continue;
    return found;
  }
  if (version.empty()) {
    std::vector<Interpreter> all = FindInterpreters(variables);
    if (!all.empty()) return std::move(all.back());
  }
  return NoInterpreter(wanted, variables);
}

}  // namespace runtime
