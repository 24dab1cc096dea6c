// Finds the Python interpreters of this machine and what each needs to run inside a sandbox.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/sandbox/spec.h"

namespace runtime {

/// The variables of a process; passed in, so that tests own them.
using Variables = std::map<std::string, std::string>;
Variables CurrentVariables();

struct Interpreter {
  std::string path;                 // real path of the binary
  std::string version;              // "3.11.7"
  std::string short_version;        // "3.11"
  std::string prefix;               // sys.base_prefix
  std::string abi_tag;              // "cp311"
  std::string ext_suffix;           // ".cpython-311-x86_64-linux-gnu.so"
  std::string libc;                 // "glibc 2.36"
  std::vector<ReadOnlyBind> binds;  // what it needs of the host, the system's libraries included
};

/// All that run, best first per version: $BOATHOUSE_PYTHON_<X>_<Y>, versions/*/bin of pyenv, uv's
/// managed ones, /usr/bin/python3.X, PATH (shims left out). Starts each candidate once (~20 ms).
std::vector<Interpreter> FindInterpreters(const Variables& variables);

/// The one for "3.11" or "3.11.7"; "" = 3.11 if there, else the newest. kFailedPrecondition
/// environment.no_interpreter naming the versions found and how to add one. Starts only candidates
/// whose name can match.
base::Result<Interpreter> FindInterpreter(const std::string& version, const Variables& variables);

/// /usr, the library links or folders beside it, certificates, time zones: for any program.
std::vector<ReadOnlyBind> SystemBinds();

}  // namespace runtime
