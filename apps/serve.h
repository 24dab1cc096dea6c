// cli::Serving: a server over an embedded lake.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "api/catalog_api.h"
#include "cli/serving.h"
#include "embedded/embedded.h"

namespace apps {

/// Opens the lake through the backend, so that it is opened in one way only.
class LakeServing final : public cli::Serving {
 public:
  using OpenLake = std::function<base::Result<embedded::Embedded*>(
      const base::Context& ctx, const cli::LakeChoice& lake, const cli::ServeChoice& choice)>;
  LakeServing(std::ostream& notices, OpenLake open_lake)
      : notices_(notices), open_lake_(std::move(open_lake)) {}

  base::Status Serve(const base::Context& ctx, const cli::LakeChoice& lake,
                     const cli::ServeChoice& choice,
                     const std::function<void(const cli::ServingPlace&)>& on_ready) override;

 private:
  std::ostream& notices_;
  const OpenLake open_lake_;
};

}  // namespace apps
