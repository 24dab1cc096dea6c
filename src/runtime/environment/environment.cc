#include "runtime/environment/environment.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/file.h"
#include "base/sha256.h"
#include "runtime/environment/reasons.h"
#include "runtime/environment/requirements.h"
#include "runtime/environment/resolver.h"
#include "runtime/environment/tree_store.h"

namespace runtime {
namespace {

// Raised when the rules by which pyarrow is added change: old locks are then resolved anew.
constexpr char kInjectionRules[] = "1";
constexpr int kPyarrowTriesMax = 5;
constexpr int kPyarrowNeedingNumpy2 = 26;  // its metadata does not say so, its import does
constexpr auto kImportTimeMax = std::chrono::minutes(5);
constexpr const char* kImportTested[] = {"numpy", "pyarrow", "pandas", "polars", "duckdb"};

int Major(const std::string& version) {
  return std::atoi(version.c_str());
}

const LockedPackage* Find(const std::vector<LockedPackage>& packages, const std::string& name) {
  for (const LockedPackage& package : packages) {
    if (package.name == name) return &package;
  }
  return nullptr;
}

// Everything a resolution depends on; its hash names the cached lock. Not the version of uv: to
// know it a process would have to start, and a newer uv is no reason to change an environment that
// exists. The lock itself names the version that made it.
std::string ResolutionKey(const std::vector<std::string>& lines, const Interpreter& interpreter,
                          const Variables& variables) {
  std::string text = std::string("rules ") + kInjectionRules + "\n" + interpreter.version + "\n" +
                     interpreter.ext_suffix + "\n" + interpreter.libc + "\n";
  for (const std::string& variable : IndexVariables(variables)) text += variable + "\n";
  text += "requirements\n";
  for (const std::string& line : lines) text += line + "\n";
  return base::Sha256Hex(text);
}

std::string StoreFolder(const EnvironmentOptions& options) {
  if (!options.store.empty()) return options.store;
  const auto value = [&](const char* name) {
    const auto found = options.variables.find(name);
    return found == options.variables.end() ? std::string() : found->second;
  };
  if (!value("BOATHOUSE_STORE").empty()) return value("BOATHOUSE_STORE");
  if (!value("XDG_CACHE_HOME").empty()) return value("XDG_CACHE_HOME") + "/boathouse/store";
  return (value("HOME").empty() ? "/var/cache" : value("HOME") + "/.cache") + "/boathouse/store";
}

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(size));
  }
  return text;
}

std::string LastLine(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  const size_t start = text.rfind('\n', end);
  return text.substr(start == std::string::npos ? 0 : start + 1, end - start);
}

/// One Prepare: what it needs at hand.
struct Preparation {
  const base::Context& ctx;
  const EnvironmentOptions& options;
  const std::string& store;
  SandboxLauncher& launcher;
  Interpreter interpreter;
  const OutputCallback& output;
  TreeStore trees{store};

  base::Result<Command> Uv() const {
    ASSIGN_OR_RETURN(std::string uv, FindUv(options.uv, options.variables));
    return Command{.argv = {std::move(uv)}, .variables = UvVariables(options.variables)};
  }

  base::Result<ReadyEnvironment> Build(EnvLock lock) const;
  base::Status TestImports(const ReadyEnvironment& environment) const;
  base::Result<ReadyEnvironment> ResolveAnew(const std::vector<std::string>& lines) const;
  base::Result<ReadyEnvironment> BuildStored(const std::string& digest) const;
  base::Status Store(const ReadyEnvironment& environment) const;
};

base::Result<ReadyEnvironment> Preparation::Build(EnvLock lock) const {
  ReadyEnvironment ready;
  const std::vector<LockedPackage> missing = trees.Missing(lock.packages, interpreter);
  if (!missing.empty()) {
    ASSIGN_OR_RETURN(const Command uv, Uv());
    RETURN_IF_ERROR(trees.Fill(ctx, uv, interpreter, missing, output));
    ready.wheels_unpacked = static_cast<uint32_t>(missing.size());
  }
  // Of two wheels with one file the later wins, as with pip: it lies on top.
  for (auto package = lock.packages.rbegin(); package != lock.packages.rend(); ++package) {
    ready.layers.push_back(trees.TreePath(*package, interpreter));
  }
  ASSIGN_OR_RETURN(std::string bottom, trees.BaseLayer(interpreter));
  ready.layers.push_back(std::move(bottom));
  ready.lock_digest = LockDigest(lock);
  ready.lock = std::move(lock);
  ready.interpreter = interpreter;
  ready.binds = interpreter.binds;
  ready.site_packages = "/env/lib/python" + interpreter.short_version + "/site-packages";
  return ready;
}

base::Status Preparation::TestImports(const ReadyEnvironment& environment) const {
  std::string code = "import sys\n";
  for (const char* name : kImportTested) {
    if (Find(environment.lock.packages, name) != nullptr)
      code += std::string("import ") + name + "\n";
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return base::IoError("open a pipe", "import test", errno);
  const base::Fd reading(ends[0]);
  base::Fd writing(ends[1]);
  SandboxSpec spec;
  spec.name = "import-test";
  spec.argv = {environment.python, "-I", "-c", code};
  spec.variables = {{"HOME", "/tmp"}, {"LANG", "C.UTF-8"}, {"OPENBLAS_NUM_THREADS", "1"}};
  spec.binds = environment.binds;
  spec.environment_layers = environment.layers;
  if (!launcher.isolated()) {
    ASSIGN_OR_RETURN(std::string tree, trees.Compose(environment.layers));
    spec.environment_layers = {std::move(tree)};
  }
  spec.descriptors = {{ends[1], 2}};
  ASSIGN_OR_RETURN(SandboxProcess process, launcher.Launch(spec));
  writing = base::Fd();
  base::Context bounded = ctx;
  bounded.deadline = std::min(ctx.deadline, base::SystemClock().Now() + kImportTimeMax);
  ASSIGN_OR_RETURN(const SandboxExit exit, process.Wait(bounded));
  if (exit.ok()) return base::Ok();
  const std::string last = LastLine(ReadToEnd(reading.get()));
  const std::string detail = last.empty() ? exit.ToString() : last;
  return base::Error(base::Code::kInvalidArgument, reasons::kImportFailed,
                     "the packages were installed but do not work together: " + detail +
                         "; choose other versions")
      .Set("detail", detail);
}

base::Result<ReadyEnvironment> Preparation::ResolveAnew(
    const std::vector<std::string>& lines) const {
  ASSIGN_OR_RETURN(const Command uv, Uv());
  ASSIGN_OR_RETURN(const std::string version, UvVersion(ctx, uv.argv[0]));
  const bool add_pyarrow = !Asks(lines, "pyarrow");
  std::string injected = "pyarrow";
  base::Error last;
  for (int attempt = 0; attempt < kPyarrowTriesMax; ++attempt) {
    std::vector<std::string> all = lines;
    if (add_pyarrow) all.push_back(injected);
    EnvLock lock{interpreter.short_version, interpreter.abi_tag, interpreter.libc, version, {}};
    ASSIGN_OR_RETURN(lock.packages, Resolve(ctx, uv, interpreter, all));
    const LockedPackage* numpy = Find(lock.packages, "numpy");
    const LockedPackage* pyarrow = Find(lock.packages, "pyarrow");
    if (add_pyarrow && numpy && pyarrow && Major(numpy->version) < 2 &&
        Major(pyarrow->version) >= kPyarrowNeedingNumpy2) {
      injected = "pyarrow<" + std::to_string(kPyarrowNeedingNumpy2);
      continue;
    }
    ASSIGN_OR_RETURN(ReadyEnvironment ready, Build(std::move(lock)));
    base::Status tested = TestImports(ready);
    if (tested.ok()) {
      ready.resolved_now = true;
      return ready;
    }
    if (!add_pyarrow || pyarrow == nullptr || tested.error().reason != reasons::kImportFailed) {
      return std::move(tested).error();
    }
    injected = "pyarrow<" + std::to_string(Major(Find(ready.lock.packages, "pyarrow")->version));
    last = std::move(tested).error();
  }
  return last;
}

base::Status Preparation::Store(const ReadyEnvironment& environment) const {
  return base::WriteFileDurably(store + "/env_locks/" + environment.lock_digest + ".json",
                                EncodeLock(environment.lock));
}

base::Result<ReadyEnvironment> Preparation::BuildStored(const std::string& digest) const {
  const std::string path = store + "/env_locks/" + digest + ".json";
  auto bytes = base::ReadFile(path);
  if (!bytes.ok()) {
    return base::Error(
        base::Code::kNotFound, reasons::kNoLock,
        "the store has no environment lock " + digest + "; resolve the packages again");
  }
  if (base::Sha256Hex(*bytes) != digest) {
    return base::Error(base::Code::kCorrupt, reasons::kBadLock,
                       "the environment lock '" + path + "' was changed; delete it");
  }
  ASSIGN_OR_RETURN(EnvLock lock, DecodeLock(*bytes));
  return Build(std::move(lock));
}

}  // namespace

base::Result<std::unique_ptr<EnvironmentStore>> EnvironmentStore::Open(EnvironmentOptions options,
                                                                       SandboxLauncher& launcher) {
  std::string store = StoreFolder(options) + "/v1";
  for (const char* name : {"", "/env_locks", "/resolved", "/trees", "/building", "/locks"}) {
    RETURN_IF_ERROR(base::MakeFolders(store + name));
  }
  return std::unique_ptr<EnvironmentStore>(
      new EnvironmentStore(std::move(options), std::move(store), launcher));
}

base::Result<ReadyEnvironment> EnvironmentStore::Prepare(const base::Context& ctx,
                                                         const plan::EnvironmentSpec& spec,
                                                         const std::string& requirements_txt,
                                                         const OutputCallback& output) {
  ASSIGN_OR_RETURN(Interpreter interpreter,
                   FindInterpreter(spec.python_version, options_.variables));
  const Preparation preparation{ctx, options_, store_, launcher_, std::move(interpreter), output};
  if (!spec.lock_digest.empty()) return preparation.BuildStored(spec.lock_digest);
  ASSIGN_OR_RETURN(const std::vector<std::string> lines,
                   RequirementLines(spec.packages, requirements_txt));
  const std::string key = ResolutionKey(lines, preparation.interpreter, options_.variables);
  const std::string cached = store_ + "/resolved/" + key;
  auto digest = base::ReadFile(cached);
  if (digest.ok()) return preparation.BuildStored(*digest);
  ASSIGN_OR_RETURN(const base::FileLock lock,
                   base::FileLock::Acquire(store_ + "/locks/resolve-" + key));
  digest = base::ReadFile(cached);  // somebody else may have resolved it while we waited
  if (digest.ok()) return preparation.BuildStored(*digest);
  ASSIGN_OR_RETURN(ReadyEnvironment ready, preparation.ResolveAnew(lines));
  RETURN_IF_ERROR(preparation.Store(ready));
  RETURN_IF_ERROR(base::WriteFileDurably(cached, ready.lock_digest));
  return ready;
}

base::Result<std::string> EnvironmentStore::ComposeTree(const ReadyEnvironment& environment) {
  return TreeStore(store_).Compose(environment.layers);
}

}  // namespace runtime
