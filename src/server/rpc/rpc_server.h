// gRPC and Arrow Flight over connections that were accepted elsewhere.
#pragma once

#include <memory>
#include <string>

#include "base/file.h"
#include "server/net/front_door.h"
#include "server/rpc/job_methods.h"

namespace server {

struct RpcLimits {
  int request_bytes_max = 128 << 20;  // a project's archive travels in one message
  uint64_t memory_bytes_max = 1ull << 30;
  uint32_t streams_max = 128;  // results being sent at once
  base::Duration heartbeat = std::chrono::seconds(10);
  base::Duration reader_time = std::chrono::minutes(5);  // for a reader to take a message
};

/// Thread-safe.
class RpcServer {
 public:
  struct Parts {
    JobMethods& methods;
    JobFeeds& feeds;
    ResultShelf& shelf;
    api::Accounts& accounts;
    WorkPool& pool;
    Metrics& metrics;
    RequestLog& log;
    const base::Clock& clock;
  };
  /// `public_url` is where clients fetch results, "" = where they found us.
  static base::Result<std::unique_ptr<RpcServer>> Start(const Parts& parts, const TlsFiles& tls,
                                                        const std::string& public_url,
                                                        const RpcLimits& limits);
  /// Ends what is open.
  ~RpcServer();

  void Adopt(base::Fd connection, bool tls);
  /// No new jobs from here on.
  void RefuseJobs();
  /// Subscribers are told to come back, the rest may end until the time is over.
  void Drain(base::Duration patience);

 private:
  struct State;
  explicit RpcServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace server
