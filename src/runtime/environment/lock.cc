#include "runtime/environment/lock.h"

#include "base/sha256.h"

namespace runtime {

std::string LockDigest(const EnvLock& lock) {
  return base::Sha256Hex(EncodeLock(lock));
}

namespace {

base::Error BadPylock(const std::string& package, const std::string& what) {
  return base::Error(base::Code::kCorrupt, "environment.bad_lock",
                     "uv's lock: the package '" + package + "' " + what);
}

// The text between quotes after `key = ` from `at` on, before `end`; empty if absent.
std::string QuotedAfter(std::string_view text, std::string_view key) {
  const size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const size_t open = text.find('"', at + key.size());
  if (open == std::string_view::npos) return {};
  const size_t close = text.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  return std::string(text.substr(open + 1, close - open - 1));
}

std::string Unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out += text[i];
      continue;
    }
    auto byte = base::FromHex(text.substr(i + 1, 2));
    if (byte.ok()) {
      out += *byte;
      i += 2;
    } else {
      out += '%';
    }
  }
  return out;
}

base::Result<LockedPackage> ReadPackage(std::string_view block) {
  LockedPackage package;
  package.name = QuotedAfter(block, "\nname = ");
  package.version = QuotedAfter(block, "\nversion = ");
  const size_t wheels = block.find("\nwheels = [");
  if (wheels == std::string_view::npos) {
    return BadPylock(package.name, "has no wheel for this machine");
  }
  std::string_view wheel = block.substr(wheels);
  wheel = wheel.substr(0, wheel.find("} }"));
  package.location = QuotedAfter(wheel, "url = ");
  if (package.location.empty()) package.location = QuotedAfter(wheel, "path = ");
  package.sha256 = QuotedAfter(wheel, "sha256 = ");
  const std::string path = package.location.substr(0, package.location.find_first_of("?#"));
  package.file = Unescaped(path.substr(path.rfind('/') + 1));
  const bool is_wheel = package.file.size() > 4 && package.file.ends_with(".whl");
  if (package.sha256.size() != 64 || !is_wheel) {
    return BadPylock(package.name, "has a wheel without a name or a hash");
  }
  return package;
}

}  // namespace

base::Result<std::vector<LockedPackage>> ReadPylock(std::string_view text) {
  constexpr std::string_view kBlock = "[[packages]]";
  std::vector<LockedPackage> packages;
  for (size_t at = text.find(kBlock); at != std::string_view::npos;) {
    const size_t next = text.find(kBlock, at + 1);
    ASSIGN_OR_RETURN(LockedPackage package, ReadPackage(text.substr(at, next - at)));
    packages.push_back(std::move(package));
    at = next;
  }
  return packages;
}

}  // namespace runtime
