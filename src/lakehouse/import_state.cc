#include "lakehouse/import_state.h"

#include <iterator>

#include "base/cbor.h"
#include "catalog/tree.h"

namespace lakehouse {
namespace {
constexpr int64_t kVersion = 1;
}

base::Bytes EncodeImportedFile(const ImportedFile& file) {
  using base::Cbor;
  return base::EncodeCbor(Cbor(Cbor::Map{{0, "imported"},
                                         {1, kVersion},
                                         {2, file.uri},
                                         {3, file.identity},
                                         {4, static_cast<int64_t>(file.size_bytes)},
                                         {5, static_cast<int64_t>(file.rows)},
                                         {6, base::Micros(file.at)},
                                         {7, file.snapshot_id},
                                         {8, file.job_id}}));
}

base::Result<ImportedFile> DecodeImportedFile(base::BytesView bytes) {
  ASSIGN_OR_RETURN(const base::Cbor value, base::DecodeCbor(bytes));
  ASSIGN_OR_RETURN(base::CborFields fields,
                   base::CborFields::OfObject(value, "imported", kVersion));
  ImportedFile file;
  ASSIGN_OR_RETURN(file.uri, fields.Text(2));
  ASSIGN_OR_RETURN(file.identity, fields.Text(3));
  ASSIGN_OR_RETURN(const int64_t size, fields.Int(4));
  file.size_bytes = static_cast<uint64_t>(size);
  ASSIGN_OR_RETURN(const int64_t rows, fields.Int(5));
  file.rows = static_cast<uint64_t>(rows);
  ASSIGN_OR_RETURN(const int64_t at, fields.Int(6));
  file.at = base::FromMicros(at);
  ASSIGN_OR_RETURN(file.snapshot_id, fields.Int(7));
  ASSIGN_OR_RETURN(file.job_id, fields.Text(8));
  RETURN_IF_ERROR(fields.Finish());
  return file;
}

base::Result<std::map<std::string, ImportedFile>> FindImported(
    const base::Context& ctx, state::StateStore& store, const base::Bytes& root,
    const std::vector<std::string>& uris) {
  std::map<std::string, ImportedFile> found;
  if (root.empty()) return found;
  catalog::NodeSpace nodes(store, ctx);
  for (const std::string& uri : uris) {
    ASSIGN_OR_RETURN(const auto value, catalog::TreeGet(nodes, root, uri));
    if (!value) continue;
    ASSIGN_OR_RETURN(ImportedFile file, DecodeImportedFile(*value));
    found.emplace(uri, std::move(file));
  }
  return found;
}

base::Result<base::Bytes> AddImported(const base::Context& ctx, state::StateStore& store,
                                      const base::Bytes& root,
                                      const std::vector<ImportedFile>& files,
                                      std::vector<state::Object>& objects) {
  if (files.empty()) return root;
  catalog::NodeSpace nodes(store, ctx);
  catalog::TreeEdits edits;
  for (const ImportedFile& file : files) edits[file.uri] = EncodeImportedFile(file);
  ASSIGN_OR_RETURN(
      base::Bytes fresh,
      catalog::TreeApply(nodes, root.empty() ? catalog::EmptyTree(nodes) : root, edits));
  ASSIGN_OR_RETURN(std::vector<state::Object> made, nodes.ObjectsFor(fresh));
  std::move(made.begin(), made.end(), std::back_inserter(objects));
  return fresh;
}

}  // namespace lakehouse
