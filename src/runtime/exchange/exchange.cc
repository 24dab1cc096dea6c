#include "runtime/exchange/exchange.h"

#include <unistd.h>

#include <utility>

#include "runtime/runner/reasons.h"

namespace runtime {

Exchange::Exchange(Options options) : options_(std::move(options)) {}

void Exchange::Forget(const Output& output) {
  for (const uint64_t id : output.segments) ledger_.Release(id);
}

base::Result<Exchange::Published> Exchange::Publish(const model::RunId& run,
                                                    const model::TaskId& task,
                                                    columnar::SharedTable table,
                                                    uint32_t consumers) {
  Output output;
  output.run = run;
  output.descriptor = table.descriptor;
  output.consumers = consumers;
  output.counted = consumers > 0;
  Published published;
  for (const auto& segment : table.segments) {
    published.bytes += segment->size();
    output.segments.push_back(ledger_.Add(segment, "", run.text()));
  }
  Output replaced;
  state_.With([&](State& state) {
    output.last_used = ++state.clock;
    replaced = std::exchange(state.outputs[task], std::move(output));
  });
  Forget(replaced);
  table = {};  // our caller's hold on the memory must not keep spilled bytes alive
  ASSIGN_OR_RETURN(published.bytes_spilled, MakeRoom());
  return published;
}

base::Result<uint64_t> Exchange::MakeRoom() {
  uint64_t spilled = 0;
  std::map<uint64_t, columnar::SegmentRecord> in_memory;
  for (auto& record : ledger_.Records()) {
    if (record.state == columnar::SegmentState::kSealed) in_memory[record.id] = record;
  }
  while (ledger_.bytes_in_memory() > options_.memory_bytes_max && !in_memory.empty()) {
    uint64_t victim = 0;
    const uint64_t number = state_.With([&](State& state) {
      uint64_t oldest = UINT64_MAX;
      for (const auto& [task, output] : state.outputs) {
        for (const uint64_t id : output.segments) {
          if (!in_memory.contains(id) || output.last_used >= oldest) continue;
          oldest = output.last_used;
          victim = id;
        }
      }
      return ++state.spills;
    });
    if (victim == 0) break;
    const std::string path = options_.spill_folder + "/segment-" + std::to_string(getpid()) + "-" +
                             std::to_string(number);
    base::Status done = ledger_.Spill(victim, path);
    if (!done.ok()) {
      return base::Error(base::Code::kResourceExhausted, reasons::kSpillFailed,
                         "results do not fit into memory and could not be moved to disk")
          .CausedBy(std::move(done).error());
    }
    spilled += in_memory[victim].size;
    in_memory.erase(victim);
  }
  return spilled;
}

base::Result<columnar::SharedTable> Exchange::Find(const model::TaskId& task) const {
  columnar::SharedTable table;
  std::vector<uint64_t> ids;
  state_.With([&](const State& state) {
    const auto found = state.outputs.find(task);
    if (found == state.outputs.end()) return;
    table.descriptor = found->second.descriptor;
    ids = found->second.segments;
  });
  for (const uint64_t id : ids) {
    auto segment = ledger_.Find(id);
    if (segment != nullptr) table.segments.push_back(std::move(segment));
  }
  if (table.descriptor == nullptr || table.segments.size() != ids.size()) {
    return base::Error(base::Code::kNotFound, reasons::kNoSuchOutput,
                       "the result of task " + task.text() + " is not on this worker");
  }
  return table;
}

void Exchange::Done(const model::TaskId& task) {
  Output dropped;
  state_.With([&](State& state) {
    const auto found = state.outputs.find(task);
    if (found == state.outputs.end()) return;
    Output& output = found->second;
    output.last_used = ++state.clock;
    if (!output.counted || --output.consumers > 0) return;
    dropped = std::move(output);
    state.outputs.erase(found);
  });
  Forget(dropped);
}

void Exchange::DropRun(const model::RunId& run) {
  std::vector<Output> dropped;
  state_.With([&](State& state) {
    for (auto at = state.outputs.begin(); at != state.outputs.end();) {
      if (at->second.run != run) {
        ++at;
        continue;
      }
      dropped.push_back(std::move(at->second));
      at = state.outputs.erase(at);
    }
  });
  for (const Output& output : dropped) Forget(output);
}

}  // namespace runtime
