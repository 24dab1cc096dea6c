// ControlPlane: all of api in one process, over the parts it is given.
#pragma once

#include "control/jobs_service.h"
#include "control/parts.h"
#include "control/refs_service.h"
#include "control/tables_service.h"

namespace control {

/// Thread-safe. `parts` and what it borrows outlive it.
class ControlPlane {
 public:
  explicit ControlPlane(Parts& parts)
      : refs_(parts), namespaces_(parts), tables_(parts), jobs_(parts) {}
  api::Refs& refs() { return refs_; }
  api::Namespaces& namespaces() { return namespaces_; }
  api::Tables& tables() { return tables_; }
  api::Jobs& jobs() { return jobs_; }

 private:
  RefsService refs_;
  NamespacesService namespaces_;
  TablesService tables_;
  JobsService jobs_;
};

}  // namespace control
