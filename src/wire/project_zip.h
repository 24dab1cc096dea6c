// A project's files from the zip a client sends, and into one: hostile archives are refused.
#pragma once

#include <cstdint>
#include <string>

#include "api/jobs_api.h"
#include "base/bytes.h"
#include "base/result.h"

namespace wire {

struct ZipLimits {
  uint64_t files_max = 10'000;
  uint64_t bytes_max = 256ull << 20;  // of all files, unpacked; what an entry claims is not trusted
};

/// kInvalidArgument "wire.bad_zip" for bytes that are no zip, damaged or encrypted entries, names
/// that are absolute, leave the folder, repeat or are no UTF-8, and links; kResourceExhausted
/// "wire.zip_too_large" beyond the limits. Folders are passed over.
base::Result<api::ProjectSnapshot> ReadProjectZip(base::BytesView zip,
                                                  const ZipLimits& limits = {});

/// The same files give the same bytes.
base::Result<base::Bytes> WriteProjectZip(const api::ProjectSnapshot& project);

}  // namespace wire
