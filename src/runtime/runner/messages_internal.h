// The bodies of the runner's messages.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "columnar/segment.h"
#include "runtime/runner/protocol.h"

namespace runtime {

struct EncodedCall {
  std::string body;
  columnar::Segments segments;  // in the order of their attached descriptors, each once
};
base::Result<EncodedCall> EncodeCall(const RunnerCall& call);

base::Result<RunnerHello> DecodeHello(const std::string& body);

struct DecodedReply {
  RunnerReply reply;
  std::optional<columnar::TableDescriptor> table;  // segment 0 = the output, then the call's
  std::optional<base::Error> error;
};
base::Result<DecodedReply> DecodeReply(const std::string& body);

}  // namespace runtime
