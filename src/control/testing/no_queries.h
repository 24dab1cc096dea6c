// Ports of the control plane for tests that run no SQL and prepare no environment.
#pragma once

#include <functional>
#include <string>

#include "api/worker_gateway.h"
#include "control/ports.h"

namespace control::testing {

class NoQueries final : public QueryAnalyzer, public api::QueryRunner, public Environments {
 public:
  base::Result<QueryNames> Analyze(const std::string&) const override { return QueryNames{}; }
  base::Result<columnar::Stream> RunQuery(const base::Context&, const base::Bytes&) override {
    return base::Error(base::Code::kUnimplemented, "test.none", "no queries here");
  }
  base::Result<PreparedEnvironment> Prepare(const base::Context&, const plan::EnvironmentSpec&,
                                            const std::string&,
                                            const std::function<void(std::string_view)>&) override {
    return PreparedEnvironment{};
  }
};

}  // namespace control::testing
