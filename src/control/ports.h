// What the control plane asks of others, filled by the composition root: it runs no SQL and
// prepares no environment itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "plan/task_spec.h"

namespace control {

/// The names a query mentions, as written ("t", "ns.t"), each once.
struct QueryNames {
  std::vector<std::string> tables;
  bool lists_tables = false;  // SHOW TABLES
};

/// Thread-safe. Errors carry line and column in the text.
class QueryAnalyzer {
 public:
  virtual ~QueryAnalyzer() = default;
  virtual base::Result<QueryNames> Analyze(const std::string& sql) const = 0;
};

struct PreparedEnvironment {
  std::string digest;
  uint32_t packages = 0;
  bool resolved_now = false;
};

/// Makes an environment ready on the workers, once. Thread-safe.
class Environments {
 public:
  virtual ~Environments() = default;
  virtual base::Result<PreparedEnvironment> Prepare(
      const base::Context& ctx, const plan::EnvironmentSpec& environment,
      const std::string& requirements_txt,
      const std::function<void(std::string_view)>& on_line) = 0;
};

}  // namespace control
