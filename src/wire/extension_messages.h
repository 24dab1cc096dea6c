// The messages of our extension service by name, for headers that hand them on without reading
// them.
#pragma once

namespace boathouse::v1 {

class CreateTableRequest;
class ImportTableRequest;
class PlanRunRequest;
class PlanRunResponse;
class SubmittedJob;

}  // namespace boathouse::v1

namespace wire {

namespace px = boathouse::v1;

}  // namespace wire
