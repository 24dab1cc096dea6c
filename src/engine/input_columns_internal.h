// Which column of a file is which column of the schema, and the readers behind file_reader.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/stream.h"
#include "engine/file_reader.h"

namespace engine::internal {

inline constexpr int64_t kInputBatchRows = 64 * 1024;

/// For each of `names`, its place in the schema; nothing for a column to leave out. kUserCode
/// "engine.changed_header".
base::Result<std::vector<std::optional<size_t>>> PlacesOf(const std::vector<std::string>& names,
                                                          const InputFile& file,
                                                          const InputOptions& options,
                                                          const columnar::Schema& schema);

base::Result<columnar::Schema> InferCsv(const base::Context& ctx,
                                        const std::vector<InputFile>& files,
                                        const InputOptions& options);
base::Result<columnar::Stream> ReadCsv(const base::Context& ctx, const InputFile& file,
                                       const InputOptions& options, const columnar::Schema& schema);
base::Result<columnar::Schema> InferJson(const base::Context& ctx,
                                         const std::vector<InputFile>& files,
                                         const InputOptions& options);
base::Result<columnar::Stream> ReadJson(const base::Context& ctx, const InputFile& file,
                                        const InputOptions& options,
                                        const columnar::Schema& schema);

}  // namespace engine::internal
