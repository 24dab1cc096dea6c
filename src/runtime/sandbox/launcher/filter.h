// The system calls a sandbox may make, as a list of the allowed ones: what is not named is refused.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "runtime/sandbox/launcher/wire.h"

namespace runtime::launcher {

using Filter = std::vector<sock_filter>;

/// Built once. With `connect_notifies` connect(2) asks a broker outside (see broker.h) and
/// listen(2) is refused.
Failure BuildFilter(bool connect_notifies, Filter& out);

/// For the calling thread and all it starts. `listener` (may be null) receives the descriptor on
/// which the broker listens.
Failure LoadFilter(const Filter& filter, int* listener);

}  // namespace runtime::launcher
