// The command line's local ports: result files, the doctor, lakes as folders.
#pragma once

#include <string>
#include <vector>

#include "cli/services.h"
#include "installation.h"
#include "settings.h"

namespace apps {

class ArrowResultFiles final : public cli::ResultFiles {
 public:
  base::Result<uint64_t> Write(const base::Context& ctx, Format format, columnar::Stream stream,
                               const std::string& path) override;
};

class MachineDoctor final : public cli::Doctor {
 public:
  MachineDoctor(Installation installation, FileSettings& settings)
      : installation_(std::move(installation)), settings_(settings) {}
  std::vector<cli::Probe> Examine(const base::Context& ctx, const cli::LakeChoice& lake) override;

 private:
  const Installation installation_;
  FileSettings& settings_;
};

class FolderLakes final : public cli::LakeAdmin {
 public:
  explicit FolderLakes(FileSettings& settings) : settings_(settings) {}
  base::Result<cli::LakeDescription> Create(const base::Context& ctx,
                                            const cli::LakeChoice& lake) override;
  base::Result<cli::LakeDescription> Describe(const base::Context& ctx,
                                              const cli::LakeChoice& lake) override;
  base::Result<cli::LakeDescription> Adopt(const base::Context& ctx,
                                           const cli::LakeChoice& lake) override;

 private:
  FileSettings& settings_;
};

}  // namespace apps
