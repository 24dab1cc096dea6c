// The text of a user's file, piece by piece: decompressed, as UTF-8.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "engine/file_reader.h"

namespace engine::internal {

class TextSource {
 public:
  static base::Result<std::unique_ptr<TextSource>> Open(const InputFile& file,
                                                        const InputOptions& options);
  virtual ~TextSource() = default;
  /// Appends the next piece; false at the end.
  virtual base::Result<bool> Append(std::string* out) = 0;
};

/// The place of the first byte that is not UTF-8; npos when there is none.
size_t FindBadUtf8(std::string_view text);

}  // namespace engine::internal
