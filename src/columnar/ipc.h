// Tables in Arrow's IPC formats: for files users ask for and for hand-over to other programs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "columnar/stream.h"

namespace columnar {

enum class IpcFormat { kStream, kFile };

/// Writes the whole stream piece by piece; returns the rows. An error of `sink` is returned.
base::Result<uint64_t> WriteIpc(Stream stream, IpcFormat format,
                                const std::function<base::Status(std::string_view)>& sink);

/// Reads IPC bytes of the stream format; they are kept alive by the stream. Validated fully.
base::Result<Stream> ReadIpc(base::Bytes bytes);

}  // namespace columnar
