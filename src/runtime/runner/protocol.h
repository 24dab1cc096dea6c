// The runner protocol: what host and sandbox say to each other over one SEQPACKET socket. A message
// is one packet: header (magic, version, kind, body length), then a JSON body; a body longer than a
// packet travels in a memfd. Table descriptors and shared memory go as attached descriptors.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "columnar/literal.h"
#include "columnar/table_descriptor.h"
#include "columnar/type.h"

namespace runtime {

inline constexpr uint32_t kRunnerMagic = 0x52484F42;  // "BOHR"
inline constexpr uint16_t kRunnerVersion = 1;

/// What the runner says first.
struct RunnerHello {
  uint16_t version = 0;
  std::string python_version;   // "3.11.2"
  std::string pyarrow_version;  // empty = not importable in this environment
};

enum class CallKind { kModel, kExpectation };

struct RunnerArgument {
  std::string name;  // Python parameter
  std::variant<columnar::SharedTable, columnar::Literal> value;
};

/// One call of a user's function.
struct RunnerCall {
  std::string code_folder = "/code";  // as the sandbox sees it
  std::string file;                   // "models.py", relative to it
  std::string function;
  std::string name;  // of the model, for messages
  CallKind kind = CallKind::kModel;
  std::vector<RunnerArgument> arguments;
  std::map<std::string, std::string> secrets;  // environment variables set before the import
  uint64_t output_bytes_max = 4ull << 30;
  /// The types a model declares for its columns: what an all-null column becomes.
  std::optional<columnar::Schema> contract;
};

struct RunnerReply {
  std::optional<columnar::SharedTable> table;  // kModel: sealed, mapped and validated
  std::optional<bool> check_passed;            // kExpectation
  std::string check_message;                   // the assertion's text, or what was wrong
  bool check_unsupported = false;              // returned neither True nor False (F-089)
  std::vector<std::string> warnings;
  uint64_t bytes_copied = 0;     // by the runner, into the output segment
  uint64_t function_micros = 0;  // inside the user's function
  uint64_t import_micros = 0;    // importing the user's module and pyarrow
};

}  // namespace runtime
