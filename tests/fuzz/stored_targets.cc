// What is stored: our records, and Iceberg's files, which others write too.
#include "api/job_record_cbor.h"
#include "base/cbor.h"
#include "base/cbor_stream.h"
#include "catalog/commit.h"
#include "catalog/records.h"
#include "catalog/table_state.h"
#include "columnar/table_descriptor.h"
#include "fuzz.h"
#include "iceberg/avro.h"
#include "iceberg/deletion_vector.h"
#include "iceberg/manifest.h"
#include "iceberg/partition.h"
#include "iceberg/table_metadata.h"
#include "plan/task_outcome_cbor.h"
#include "plan/task_spec_cbor.h"

namespace fuzz {
namespace {

void Cbor(std::string_view input) {
  const auto value = base::DecodeCbor(input);
  if (value.ok()) Expect(base::EncodeCbor(*value) == input, "a value has one encoding");
  base::CborReader reader(input);
  while (reader.Uint() || reader.Text() || reader.ByteString() || reader.ArrayOf() ||
         reader.MapOf()) {
  }
}

template <class Decode, class Encode>
void BothWays(std::string_view input, Decode decode, Encode encode) {
  const auto value = decode(input);
  if (!value.ok()) return;
  const auto again = decode(encode(*value));
  Expect(again.ok(), "what was read is written so that it reads again");
}

void Records(std::string_view input) {
  BothWays(input, catalog::DecodeRefRecord, catalog::EncodeRefRecord);
  BothWays(input, catalog::DecodeRunState, catalog::EncodeRunState);
  BothWays(input, catalog::DecodeRefPolicy, catalog::EncodeRefPolicy);
  BothWays(input, catalog::DecodeIdemRecord, catalog::EncodeIdemRecord);
  (void)catalog::DecodeCommit(input);
  (void)catalog::DecodeTableState(input);
  (void)catalog::DecodeNamespaceEntry(input);
  BothWays(input, api::DecodeJobRecord, api::EncodeJobRecord);
  BothWays(input, api::DecodeJobEvent, api::EncodeJobEvent);
  BothWays(input, api::DecodeSnapshot, api::EncodeSnapshot);
}

void Tasks(std::string_view input) {
  BothWays(input, plan::DecodeTaskSpec, plan::EncodeTaskSpec);
  BothWays(input, plan::DecodeTaskOutcome, plan::EncodeTaskOutcome);
  (void)columnar::DecodeDescriptor(input);
  (void)iceberg::DecodeManifestFile(input);
  (void)iceberg::DecodePartitionSpec(input);
}

void Avro(std::string_view input) {
  (void)iceberg::avro::ReadFile(input);
  (void)iceberg::avro::ParseSchema(input);
}

void Manifests(std::string_view input) {
  (void)iceberg::DecodeManifest(input);
  (void)iceberg::DecodeManifestList(input);
}

void DeletionVector(std::string_view input) {
  const auto rows = iceberg::DecodeDeletionVector(input);
  if (!rows.ok()) return;
  for (size_t i = 1; i < rows->size(); ++i)
    Expect((*rows)[i - 1] < (*rows)[i], "ascending, each once");
}

void Metadata(std::string_view input) {
  const auto metadata = iceberg::ParseTableMetadata(input);
  (void)iceberg::ParseSchemaJson(input);
  (void)iceberg::ParsePartitionFieldsJson(input, 0);
  if (!metadata.ok()) return;
  (void)iceberg::WriteTableMetadata(*metadata);
}

}  // namespace

std::vector<Target> StoredTargets() {
  const std::vector<std::string> cbor = {"\xa0", "\x80", "\x9b", "\xbb", "\x5b",
                                         "\x7b", "\xf6", "\xfb", "\x1b", "\x3b"};
  return {{"cbor", Cbor, cbor},
          {"records", Records, cbor},
          {"tasks", Tasks, cbor},
          {"avro",
           Avro,
           {"Obj\x01", "avro.schema", "avro.codec", "null", "deflate", "zstandard", "\"record\"",
            "\"fixed\"", "\"array\""}},
          {"manifests",
           Manifests,
           {"Obj\x01", "avro.schema", "avro.codec", "null", "deflate", "\"field-id\"",
            "partition-spec", "content"}},
          {"deletion_vector", DeletionVector, {"\xd1\xd3\x39\x64"}},
          {"table_metadata",
           Metadata,
           {"{", "}", "[", "]", ",", "\"struct\"", "\"list\"", "\"map\"", "\"decimal(9,2)\"",
            "\"fixed[16]\"", "bucket[16]", "truncate[4]", "null", "1e400", "\"element\"",
            "\"snapshots\""}}};
}

}  // namespace fuzz
