// The rows of a query on their way to the user, with the query's job record written when they end.
#pragma once

#include "api/jobs_api.h"
#include "columnar/stream.h"
#include "control/parts.h"

namespace control {

/// `rows` as they are; when they end, fail or are dropped, `record` is finished accordingly and
/// stored. `parts` outlives the stream.
columnar::Stream RecordWhenOver(Parts& parts, api::JobRecord record, columnar::Stream rows);

/// Stores the record of a query that failed before it had rows.
void RecordFailure(Parts& parts, api::JobRecord record, const base::Error& error);

}  // namespace control
