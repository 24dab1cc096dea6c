// The store of unpacked wheels: one read-only prefix tree per wheel, made once, found by content.
#pragma once

#include <string>
#include <vector>

#include "runtime/environment/command.h"
#include "runtime/environment/lock.h"
#include "runtime/environment/resolver.h"

namespace runtime {

/// Where things are under the store's folder. Trees appear complete (by rename) or not at all.
class TreeStore {
 public:
  explicit TreeStore(std::string folder) : folder_(std::move(folder)) {}

  std::string TreePath(const LockedPackage& package, const Interpreter& interpreter) const;
  /// Packages without a tree.
  std::vector<LockedPackage> Missing(const std::vector<LockedPackage>& packages,
                                     const Interpreter& interpreter) const;
  /// Unpacks them; several processes may do so at once (one does the work, the others wait).
  /// `uv.argv` is the program alone. kUnavailable environment.install_failed.
  base::Status Fill(const base::Context& ctx, const Command& uv, const Interpreter& interpreter,
                    std::vector<LockedPackage> packages, const LineCallback& output) const;
  /// The bottom layer: pyvenv.cfg and bin/python, so that sys.prefix is /env.
  base::Result<std::string> BaseLayer(const Interpreter& interpreter) const;
  /// The layers as one folder of hard links, top first; made once.
  base::Result<std::string> Compose(const std::vector<std::string>& layers) const;

 private:
  base::Status Unpack(const base::Context& ctx, const Command& uv, const Interpreter& interpreter,
                      const LockedPackage& package, const std::string& tree) const;
  std::string NewFolder() const;

  std::string folder_;
};

}  // namespace runtime
