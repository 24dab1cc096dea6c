// Exchange: where the outputs of a run's tasks wait in shared memory for the tasks that read them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "columnar/segment.h"
#include "columnar/table_descriptor.h"
#include "model/ids.h"

namespace runtime {

/// Owner of task outputs of one worker process; thread-safe. An output lives until every consumer
/// announced for it has let go, or its run is dropped. Beyond the memory budget the outputs
/// least recently used are spilled to files in `spill_folder`, which readers map instead.
class Exchange {
 public:
  struct Options {
    uint64_t memory_bytes_max = 4ull << 30;
    std::string spill_folder;  // must exist; files in it are unlinked as soon as they are open
  };
  explicit Exchange(Options options);

  struct Published {
    uint64_t bytes = 0;
    uint64_t bytes_spilled = 0;  // moved to disk to make room, this time
  };
  /// The output of `task`, kept for `consumers` calls of Done (0 = until DropRun). Replaces an
  /// earlier attempt's output. kResourceExhausted "runtime.spill_failed".
  base::Result<Published> Publish(const model::RunId& run, const model::TaskId& task,
                                  columnar::SharedTable table, uint32_t consumers);
  /// kNotFound "runtime.no_such_output". The table stays usable whatever happens here later.
  base::Result<columnar::SharedTable> Find(const model::TaskId& task) const;
  /// One consumer has read it for the last time.
  void Done(const model::TaskId& task);
  void DropRun(const model::RunId& run);

  uint64_t bytes_in_memory() const { return ledger_.bytes_in_memory(); }
  std::vector<columnar::SegmentRecord> Records() const { return ledger_.Records(); }

 private:
  struct Output {
    model::RunId run;
    std::shared_ptr<const columnar::TableDescriptor> descriptor;
    std::vector<uint64_t> segments;  // in the ledger
    uint32_t consumers = 0;
    bool counted = false;
    uint64_t last_used = 0;
  };
  struct State {
    uint64_t clock = 0;
    uint64_t spills = 0;
    std::map<model::TaskId, Output> outputs;
  };
  void Forget(const Output& output);
  base::Result<uint64_t> MakeRoom();

  const Options options_;
  columnar::SegmentLedger ledger_;
  base::Guarded<State> state_;
};

}  // namespace runtime
