// WorkFolder: a process's own place for unpacked code and spilled data.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/rng.h"

namespace embedded {

/// Goes with its owner; one that a killed process left is removed by the next process that makes
/// one in the same place.
class WorkFolder {
 public:
  static base::Result<std::unique_ptr<WorkFolder>> Make(const std::string& inside, base::Rng& rng);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  explicit WorkFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

}  // namespace embedded
