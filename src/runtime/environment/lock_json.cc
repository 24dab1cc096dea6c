#include <nlohmann/json.hpp>

#include "runtime/environment/lock.h"
#include "runtime/environment/reasons.h"

namespace runtime {
namespace {

constexpr int kFormat = 1;

base::Error BadLock(const std::string& why) {
  return base::Error(base::Code::kCorrupt, reasons::kBadLock, "an environment lock " + why);
}

}  // namespace

base::Bytes EncodeLock(const EnvLock& lock) {
  nlohmann::ordered_json out;
  out["format"] = kFormat;
  out["python"] = lock.python_version;
  out["abi"] = lock.abi_tag;
  out["libc"] = lock.libc;
  out["resolver"] = lock.resolver;
  out["packages"] = nlohmann::ordered_json::array();
  for (const LockedPackage& package : lock.packages) {
    nlohmann::ordered_json entry;
    entry["name"] = package.name;
    entry["version"] = package.version;
    entry["file"] = package.file;
    entry["sha256"] = package.sha256;
    entry["location"] = package.location;
    out["packages"].push_back(std::move(entry));
  }
  return out.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

base::Result<EnvLock> DecodeLock(base::BytesView bytes) {
  const auto in = nlohmann::json::parse(bytes, nullptr, false);
  if (!in.is_object()) return BadLock("is not JSON");
  if (!in.contains("format") || in["format"] != kFormat) return BadLock("has an unknown format");
  try {
    EnvLock lock;
    lock.python_version = in.at("python").get<std::string>();
    lock.abi_tag = in.at("abi").get<std::string>();
    lock.libc = in.at("libc").get<std::string>();
    lock.resolver = in.at("resolver").get<std::string>();
    for (const auto& entry : in.at("packages")) {
      LockedPackage package;
      package.name = entry.at("name").get<std::string>();
      package.version = entry.at("version").get<std::string>();
      package.file = entry.at("file").get<std::string>();
      package.sha256 = entry.at("sha256").get<std::string>();
      package.location = entry.at("location").get<std::string>();
      lock.packages.push_back(std::move(package));
    }
    return lock;
  } catch (const nlohmann::json::exception& error) {
    return BadLock(std::string("lacks a field: ") + error.what());
  }
}

}  // namespace runtime
