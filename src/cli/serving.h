// What `boathouse serve` needs from the program it is part of.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "cli/services.h"

namespace cli {

struct ServeChoice {
  bool init = false;         // make organisation, first admin and key where there are none
  std::string organization;  // of --init
  std::string username;
  std::string listen = "127.0.0.1:8080";
  std::string socket;           // path of a unix socket beside it; empty = none
  std::string tls_certificate;  // PEM; empty = no TLS
  std::string tls_key;
  bool insecure_public = false;   // a public address without TLS is meant
  std::string public_url;         // where clients reach us, when that is not where they found us
  uint32_t jobs_running_max = 8;  // more are queued
  std::vector<std::string> import_folders;  // of this machine, open to callers
  std::string access_log;                   // file, "-" = standard error, empty = none
  uint32_t drain_seconds = 30;  // how long running jobs may go on once it is asked to stop
};

/// What is up: told once, before the first request is answered.
struct ServingPlace {
  std::string lake;
  std::vector<std::string> addresses;  // "http://127.0.0.1:8080", "unix:/run/b.sock"
  std::string user;                    // made now, with its key; else empty
  std::string key;                     // shown this once
};

/// Serves a lake until `ctx` says stop, then drains.
class Serving {
 public:
  virtual ~Serving() = default;
  virtual base::Status Serve(const base::Context& ctx, const LakeChoice& lake,
                             const ServeChoice& choice,
                             const std::function<void(const ServingPlace&)>& on_ready) = 0;
};

}  // namespace cli
