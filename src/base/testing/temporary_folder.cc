#include "base/testing/temporary_folder.h"

#include <filesystem>
#include <system_error>

#include "base/rng.h"

namespace base::testing {

TemporaryFolder::TemporaryFolder() {
  base::SystemRng rng;
  const auto path = std::filesystem::temp_directory_path() / ("boathouse-" + base::NewUuid(rng));
  std::filesystem::create_directories(path);
  path_ = path.string();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace base::testing
