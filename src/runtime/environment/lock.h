// EnvLock: what the requirements of an environment resolved to, once and for all.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace runtime {

/// One wheel, named so that nothing about it can change.
struct LockedPackage {
  std::string name;      // normalised: "python-dateutil"
  std::string version;   // "2.9.0.post0"
  std::string file;      // file name of the wheel; its tags are in it
  std::string sha256;    // hex
  std::string location;  // URL or path it was found at when resolved
  bool operator==(const LockedPackage&) const = default;
};

/// Ordered: of two wheels with the same file the later one wins, as with pip.
struct EnvLock {
  std::string python_version;  // "3.11"
  std::string abi_tag;         // "cp311"
  std::string libc;            // "glibc 2.36"
  std::string resolver;        // "uv 0.13.9"
  std::vector<LockedPackage> packages;
  bool operator==(const EnvLock&) const = default;
};

/// Canonical JSON with "format": 1 first; the digest is over these bytes.
base::Bytes EncodeLock(const EnvLock& lock);
/// kCorrupt environment.bad_lock.
base::Result<EnvLock> DecodeLock(base::BytesView bytes);
std::string LockDigest(const EnvLock& lock);

/// Reads uv's `pylock.toml`. kCorrupt environment.bad_lock for anything it should not contain
/// (a package without a wheel, without a hash).
base::Result<std::vector<LockedPackage>> ReadPylock(std::string_view text);

}  // namespace runtime
