// A stream of rows as Arrow Flight's messages: schema first, then batches, each small enough to be
// sent, without copying the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/stream.h"

namespace server {

/// Bytes that stay alive as long as `owner`.
struct Piece {
  std::string_view bytes;
  std::shared_ptr<const void> owner;
};

/// One message: the flatbuffer that describes it, and its body in pieces (with their padding).
struct FlightMessage {
  std::string header;
  std::vector<Piece> body;
  uint64_t body_bytes = 0;
};

/// The schema as Flight describes it in an offer: an encapsulated IPC message.
base::Result<std::string> EncapsulatedSchema(columnar::Stream& rows);

/// Reads a stream and cuts it. One thread at a time.
class FlightMessages {
 public:
  struct Limits {
    uint64_t message_bytes_wanted = 1ull << 20;
    uint64_t message_bytes_max = (4ull << 20) - 1024;  // what clients take, less the envelope
  };
  static base::Result<std::unique_ptr<FlightMessages>> Open(columnar::Stream rows, Limits limits);
  ~FlightMessages();

  /// False at the end. kResourceExhausted "server.too_large" for a row that fits no message; else
  /// the error of the stream.
  base::Result<bool> Next(FlightMessage* out);

 private:
  struct State;
  explicit FlightMessages(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace server
