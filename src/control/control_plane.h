// ControlPlane: all of api in one process, over the parts it is given.
#pragma once

#include "control/iceberg_service.h"
#include "control/jobs_service.h"
#include "control/parts.h"
#include "control/refs_service.h"
#include "control/tables_service.h"

namespace control {

/// Thread-safe. `parts` and what it borrows outlive it.
class ControlPlane {
 public:
  explicit ControlPlane(Parts& parts)
      : refs_(parts),
        namespaces_(parts),
        tables_(parts),
        jobs_(parts),
        iceberg_namespaces_(parts),
        iceberg_tables_(parts) {}
  api::Refs& refs() { return refs_; }
  api::Namespaces& namespaces() { return namespaces_; }
  api::Tables& tables() { return tables_; }
  api::Jobs& jobs() { return jobs_; }
  uint32_t CountLivingJobs(api::JobStatus status) const { return jobs_.CountLiving(status); }
  api::IcebergNamespaces& iceberg_namespaces() { return iceberg_namespaces_; }
  api::IcebergTables& iceberg_tables() { return iceberg_tables_; }

 private:
  RefsService refs_;
  NamespacesService namespaces_;
  TablesService tables_;
  JobsService jobs_;
  IcebergNamespacesService iceberg_namespaces_;
  IcebergTablesService iceberg_tables_;
};

}  // namespace control
