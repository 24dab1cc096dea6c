// Makes the Python environment of a function: resolve once into a lock, unpack each wheel once into
// a store, compose by mounting.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "plan/task_spec.h"
#include "runtime/environment/interpreter.h"
#include "runtime/environment/lock.h"
#include "runtime/sandbox/sandbox.h"

namespace runtime {

struct EnvironmentOptions {
  std::string store;  // empty = $BOATHOUSE_STORE, else $XDG_CACHE_HOME or ~/.cache /boathouse/store
  std::string uv;     // empty = $BOATHOUSE_UV, ../libexec/boathouse/uv, PATH
  Variables variables = CurrentVariables();  // UV_*, PIP_*, PATH, HOME, BOATHOUSE_*
};

/// Everything a SandboxSpec needs of an environment. All paths stay valid: the store only grows.
struct ReadyEnvironment {
  std::string lock_digest;  // sha256 hex of the lock's bytes
  EnvLock lock;
  Interpreter interpreter;
  std::vector<std::string> layers;         // SandboxSpec::environment_layers, top first
  std::vector<ReadOnlyBind> binds;         // SandboxSpec::binds: interpreter and system
  std::string python = "/env/bin/python";  // argv[0] inside
  std::string site_packages;               // "/env/lib/python3.11/site-packages"
  bool resolved_now = false;     // false = from the cached lock: no uv process was started
  uint32_t wheels_unpacked = 0;  // 0 = all were in the store
};

/// What uv says while it works, line by line, for the user's log.
using OutputCallback = std::function<void(std::string_view line)>;

/// The store of locks and unpacked wheels. Safe for several threads and processes at once (one lock
/// file per key). `launcher` is borrowed for its lifetime: every new environment is import-tested
/// in a sandbox before it is published.
class EnvironmentStore {
 public:
  static base::Result<std::unique_ptr<EnvironmentStore>> Open(EnvironmentOptions options,
                                                              SandboxLauncher& launcher);

  /// `requirements_txt` adds to the spec's packages, which win (F-027); pyarrow is added at a
  /// version that works with the numpy chosen. If `spec.lock_digest` is set, exactly that lock is
  /// used (kNotFound environment.no_lock if the store lacks it). Errors: see reasons.h.
  base::Result<ReadyEnvironment> Prepare(const base::Context& ctx,
                                         const plan::EnvironmentSpec& spec,
                                         const std::string& requirements_txt,
                                         const OutputCallback& output);

  /// The layers as one folder of hard links (made once): for Isolation::kNone and for kernels
  /// without any overlay. Put it as the only layer.
  base::Result<std::string> ComposeTree(const ReadyEnvironment& environment);

  const std::string& folder() const { return store_; }

 private:
  EnvironmentStore(EnvironmentOptions options, std::string store, SandboxLauncher& launcher)
      : options_(std::move(options)), store_(std::move(store)), launcher_(launcher) {}

  EnvironmentOptions options_;
  std::string store_;
  SandboxLauncher& launcher_;
};

}  // namespace runtime
