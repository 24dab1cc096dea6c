// The port for object-store credentials that a server keeps under names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace api {

/// What opens a bucket, or a part of it. Never logged, never in a record, a plan or an error.
struct ObjectCredential {
  std::string endpoint;  // "https://s3.example.org:8333"; empty = the provider's own
  std::string region;
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty = none
  std::string prefix;         // "s3://bucket/folder/": it is for nothing outside; empty = anything
};

/// A credential as lists show it: without what is secret.
struct CredentialEntry {
  std::string name;
  std::string endpoint;
  std::string region;
  std::string access_key;
  std::string prefix;
  base::Instant changed{};
};

/// Thread-safe. Stored encrypted. Reasons: "credentials.none" (kNotFound), "credentials.bad_name"
/// (kInvalidArgument); "secrets.*" when the key they are encrypted under is not there.
class Credentials {
 public:
  virtual ~Credentials() = default;
  /// Adds it, or puts it in the place of the one of this name.
  virtual base::Status Set(const base::Context& ctx, const std::string& name,
                           const ObjectCredential& credential) = 0;
  /// With its secrets: for whoever connects, not for showing.
  virtual base::Result<ObjectCredential> Get(const base::Context& ctx, const std::string& name) = 0;
  /// The one whose prefix fits `uri` and is the longest; none when none has a fitting prefix.
  virtual base::Result<std::optional<ObjectCredential>> Find(const base::Context& ctx,
                                                             const std::string& uri) = 0;
  virtual base::Result<std::vector<CredentialEntry>> List(const base::Context& ctx) = 0;
  virtual base::Status Remove(const base::Context& ctx, const std::string& name) = 0;
};

}  // namespace api
