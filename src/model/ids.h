// The ids users meet, each a type of its own.
#pragma once

#include "base/id.h"

namespace model {

using CommitId =
    base::Id<struct CommitTag>;  // 64 lower-case hexadecimal digits: sha256 of the stored commit
using JobId = base::Id<struct JobTag>;          // UUID
using RunId = base::Id<struct RunTag>;          // UUID; the run of a job that writes
using TaskId = base::Id<struct TaskTag>;        // UUID; one node of one run
using ProjectId = base::Id<struct ProjectTag>;  // UUID from the project file
using TableUuid = base::Id<struct TableTag>;    // UUID of an Iceberg table

}  // namespace model
