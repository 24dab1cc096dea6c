#include "catalog/records.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/cbor.h"
#include "catalog/run_ids_internal.h"

namespace catalog {
namespace {

constexpr int64_t kVersion = 1;
constexpr size_t kRefNameBytesMax = 255;
constexpr std::array<std::string_view, 3> kRefKindNames = {"branch", "tag", "commit"};
constexpr std::array<std::string_view, 6> kPhaseNames = {"running", "checked", "published",
                                                         "failed",  "aborted", "released"};

template <class Enum, size_t n>
base::Result<Enum> EnumOf(const std::array<std::string_view, n>& names, std::string_view name) {
  for (size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return base::Error(
      base::Code::kUnimplemented, "base.newer_version",
      "a record says \"" + std::string(name) + "\", which this program does not know: upgrade");
}

template <class IdType>
base::Status ReadId(base::CborFields& fields, int64_t key, IdType& id) {
  ASSIGN_OR_RETURN(std::string text, fields.TextOr(key, ""));
  id = IdType(std::move(text));
  return base::Ok();
}

base::Status ReadTime(base::CborFields& fields, int64_t key, base::Instant& time) {
  ASSIGN_OR_RETURN(const int64_t micros, fields.Int(key));
  time = base::FromMicros(micros);
  return base::Ok();
}

base::Status ReadKeys(base::CborFields& fields, int64_t key, std::vector<base::Bytes>& keys) {
  ASSIGN_OR_RETURN(const base::Cbor::Array* list, fields.List(key));
  for (const base::Cbor& item : *list) {
    const auto* bytes = item.As<base::Cbor::ByteString>();
    if (bytes == nullptr) {
      return base::Error(base::Code::kCorrupt, kBadObject,
                         "a run's record lists a key that is none");
    }
    keys.push_back(bytes->bytes);
  }
  return base::Ok();
}

}  // namespace

std::string RefKey(std::string_view name) {
  return std::string(kRefPrefix) + std::string(name);
}

std::string RunKey(const model::RunId& run) {
  return std::string(kRunPrefix) + run.text();
}

std::string IdemKey(std::string_view request_id) {
  return std::string(kIdemPrefix) + std::string(request_id);
}

std::string_view RefKindName(RefKind kind) {
  return kRefKindNames[static_cast<size_t>(kind)];
}

std::string_view RunPhaseName(RunPhase phase) {
  return kPhaseNames[static_cast<size_t>(phase)];
}

bool IsClosed(RunPhase phase) {
  return phase == RunPhase::kPublished || phase == RunPhase::kReleased;
}

bool RefPolicy::IsProtected(std::string_view ref) const {
  for (const std::string& pattern : protected_refs) {
    if (pattern == ref) return true;
    if (pattern.ends_with('*') &&
        ref.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1))) {
      return true;
    }
  }
  return false;
}

base::Bytes EncodeRefRecord(const RefRecord& record) {
  base::Cbor::Map map{{0, "ref"},
                      {1, kVersion},
                      {2, base::Cbor::OfBytes(HashOf(record.commit))},
                      {3, RefKindName(record.kind)},
                      {4, record.created_by},
                      {5, base::Micros(record.created)}};
  if (!record.run_id.empty()) map[6] = record.run_id.text();
  return base::EncodeCbor(map);
}

base::Result<RefRecord> DecodeRefRecord(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, "ref", kVersion));
  RefRecord record;
  ASSIGN_OR_RETURN(const base::Bytes hash, fields.ByteString(2));
  record.commit = CommitIdFromHash(hash);
  ASSIGN_OR_RETURN(const std::string kind, fields.Text(3));
  ASSIGN_OR_RETURN(record.kind, EnumOf<RefKind>(kRefKindNames, kind));
  ASSIGN_OR_RETURN(record.created_by, fields.Text(4));
  RETURN_IF_ERROR(ReadTime(fields, 5, record.created));
  RETURN_IF_ERROR(ReadId(fields, 6, record.run_id));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeRunState(const RunState& record) {
  base::Cbor::Array keys;
  for (const base::Bytes& key : record.published_keys) keys.push_back(base::Cbor::OfBytes(key));
  return base::EncodeCbor(
      base::Cbor::Map{{0, "run"},
                      {1, kVersion},
                      {2, record.id.text()},
                      {3, RunPhaseName(record.phase)},
                      {4, record.branch},
                      {5, base::Cbor::OfBytes(HashOf(record.base_commit))},
                      {6, record.target},
                      {7, record.job_id.text()},
                      {8, record.project_id.text()},
                      {9, record.user},
                      {10, record.command},
                      {11, base::Micros(record.created)},
                      {12, base::Micros(record.ended)},
                      {13, record.error},
                      {14, record.released_by},
                      {15, record.released_why},
                      {16, base::Cbor::OfBytes(HashOf(record.published_commit))},
                      {17, std::move(keys)}});
}

base::Result<RunState> DecodeRunState(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, "run", kVersion));
  RunState record;
  RETURN_IF_ERROR(ReadId(fields, 2, record.id));
  ASSIGN_OR_RETURN(const std::string phase, fields.Text(3));
  ASSIGN_OR_RETURN(record.phase, EnumOf<RunPhase>(kPhaseNames, phase));
  ASSIGN_OR_RETURN(record.branch, fields.Text(4));
  ASSIGN_OR_RETURN(const base::Bytes base_commit, fields.ByteString(5));
  record.base_commit = CommitIdFromHash(base_commit);
  ASSIGN_OR_RETURN(record.target, fields.Text(6));
  RETURN_IF_ERROR(ReadId(fields, 7, record.job_id));
  RETURN_IF_ERROR(ReadId(fields, 8, record.project_id));
  ASSIGN_OR_RETURN(record.user, fields.Text(9));
  ASSIGN_OR_RETURN(record.command, fields.Text(10));
  RETURN_IF_ERROR(ReadTime(fields, 11, record.created));
  RETURN_IF_ERROR(ReadTime(fields, 12, record.ended));
  ASSIGN_OR_RETURN(record.error, fields.Text(13));
  ASSIGN_OR_RETURN(record.released_by, fields.Text(14));
  ASSIGN_OR_RETURN(record.released_why, fields.Text(15));
  ASSIGN_OR_RETURN(const base::Bytes published, fields.ByteString(16));
  record.published_commit = CommitIdFromHash(published);
  RETURN_IF_ERROR(ReadKeys(fields, 17, record.published_keys));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

base::Bytes EncodeRefPolicy(const RefPolicy& record) {
  return base::EncodeCbor(
      base::Cbor::Map{{0, "policy"}, {1, kVersion}, {2, base::CborTexts(record.protected_refs)}});
}

base::Result<RefPolicy> DecodeRefPolicy(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, "policy", kVersion));
  RefPolicy policy;
  ASSIGN_OR_RETURN(policy.protected_refs, fields.Texts(2));
  RETURN_IF_ERROR(fields.Finish());
  return policy;
}

base::Bytes EncodeIdemRecord(const IdemRecord& record) {
  return base::EncodeCbor(base::Cbor::Map{{0, "idem"},
                                          {1, kVersion},
                                          {2, record.operation},
                                          {3, record.ref},
                                          {4, base::Cbor::OfBytes(HashOf(record.commit))},
                                          {5, record.changed},
                                          {6, base::Micros(record.created)}});
}

base::Result<IdemRecord> DecodeIdemRecord(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(auto fields, base::CborFields::OfObject(value, "idem", kVersion));
  IdemRecord record;
  ASSIGN_OR_RETURN(record.operation, fields.Text(2));
  ASSIGN_OR_RETURN(record.ref, fields.Text(3));
  ASSIGN_OR_RETURN(const base::Bytes hash, fields.ByteString(4));
  record.commit = CommitIdFromHash(hash);
  ASSIGN_OR_RETURN(record.changed, fields.Bool(5));
  RETURN_IF_ERROR(ReadTime(fields, 6, record.created));
  RETURN_IF_ERROR(fields.Finish());
  return record;
}

std::string RunBranchName(const RunState& run) {
  const std::time_t seconds = static_cast<std::time_t>(base::Micros(run.created) / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 16> stamp{};
  std::strftime(stamp.data(), stamp.size(), "%Y%m%d%H%M%S", &utc);
  const std::string tail = "-bpln-tx-" + run.command + "-" + stamp.data() + "-" + run.job_id.text();
  std::string head = run.user + "." + run.target;
  if (head.size() + tail.size() > kRefNameBytesMax) {
    size_t keep = kRefNameBytesMax > tail.size() ? kRefNameBytesMax - tail.size() : 0;
    while (keep > 0 && (static_cast<unsigned char>(head[keep]) & 0xC0) == 0x80) --keep;  // UTF-8
    head.resize(keep);
  }
  return head + tail;
}

}  // namespace catalog
