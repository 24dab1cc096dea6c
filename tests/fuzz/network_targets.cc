// What the network sends: requests, bodies, archives.
#include <sstream>

#include "base/percent.h"
#include "fuzz.h"
#include "server/flight/criteria.h"
#include "server/http/gunzip.h"
#include "server/http/target.h"
#include "server/iceberg/bodies.h"
#include "server/net/sniff.h"
#include "wire/catalog_json.h"
#include "wire/page_token.h"
#include "wire/project_zip.h"

namespace fuzz {
namespace {

const std::vector<std::string> kJson = {
    "{",        "}",        "[",          "]",          ":",          ",",
    "null",     "true",     "1e999",      "\"\"",       "\\u0000",    "\\ud800",
    "\"type\"", "\"name\"", "\"schema\"", "\"fields\"", "\"struct\"", "\"list\""};

void HttpTarget(std::string_view input) {
  const auto target = server::ParseTarget(input);
  if (!target.ok()) return;
  std::string again;
  for (const std::string& segment : target->path) again += "/" + base::PercentEncode(segment);
  for (const std::string& segment : target->path) {
    Expect(segment != "." && segment != "..", "no segment climbs");
    Expect(segment.find('\0') == std::string::npos, "no segment holds a NUL");
  }
  if (target->path.empty() || target->path.back().empty()) return;
  const auto same = server::ParseTarget(again);
  Expect(same.ok() && same->path == target->path, "an encoded path reads back");
}

void Sniff(std::string_view input) {
  const server::Spoken spoken = server::Sniff(input);
  (void)server::ReadClientHello(input);
  if (spoken == server::Spoken::kUnknownYet) return;
  Expect(
      server::Sniff(std::string(input) + "more") == spoken || input.size() < server::kHelloBytesMax,
      "what was told stays told");
}

void Gunzip(std::string_view input) {
  constexpr uint64_t kMax = 1 << 20;
  const auto plain = server::Gunzip(input, kMax);
  Expect(!plain.ok() || plain->size() <= kMax, "no more than may be");
}

void ProjectZip(std::string_view input) {
  constexpr uint64_t kMax = 1 << 20;
  const auto project = wire::ReadProjectZip(input, wire::ZipLimits{100, kMax});
  if (!project.ok()) return;
  uint64_t total = 0;
  for (const auto& [name, content] : project->files) {
    Expect(!name.empty() && name.front() != '/' &&
               ("/" + name + "/").find("/../") == std::string::npos,
           "names stay inside");
    total += content.size();
  }
  Expect(total <= kMax && project->files.size() <= 100, "the limits hold");
  const auto packed = wire::WriteProjectZip(*project);
  Expect(packed.ok(), "what was read is written");
  const auto again = wire::ReadProjectZip(*packed);
  Expect(again.ok() && again->files == project->files, "what was written reads back");
}

void WireJson(std::string_view input) {
  (void)wire::ParseRequestBody(input);
  (void)wire::ParseProperties(input);
}

void FlightCriteria(std::string_view input) {
  (void)server::RowsMaxOf(input);
}

void IcebergBodies(std::string_view input) {
  const std::string body(input);
  (void)server::iceberg::ReadNamespace(body);
  (void)server::iceberg::ReadPropertiesChange(body);
  (void)server::iceberg::ReadTableDraft(body);
  (void)server::iceberg::ReadTableCommit(body);
  (void)server::iceberg::ReadTransaction(body);
  (void)server::iceberg::ReadRegister(body);
  (void)server::iceberg::ReadRename(body);
  (void)server::iceberg::ReadForm(body);
}

}  // namespace

std::vector<Target> NetworkTargets() {
  return {{"http_target",
           HttpTarget,
           {"/", "%", "%2e", "%2F", "%00", "?", "&", "=", "+", "..", "catalog", "v0"}},
          {"sniff",
           Sniff,
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET ", "\x16\x03\x01", "h2", "http/1.1",
            std::string("\0\x10", 2)}},
          {"gunzip", Gunzip, {"\x1f\x8b\x08"}},
          {"project_zip",
           ProjectZip,
           {"PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "../", "/"}},
          {"wire_json", WireJson, kJson},
          {"flight_criteria", FlightCriteria, kJson},
          {"iceberg_bodies", IcebergBodies, kJson}};
}

}  // namespace fuzz
