// Changes a caller asks for as edits of a tree: what each finds there, what the tree becomes, and
// whether that tree is whole.
#pragma once

#include <vector>

#include "base/result.h"
#include "catalog/reader_internal.h"

namespace catalog {

struct Staged {
  TreeEdits edits;
  std::vector<Op> ops;
  std::vector<model::RunId> value_runs;  // of all values put
};

/// `head` names the commit in errors, `tree` is its root. Values put become `run`'s work.
base::Result<Staged> StageChanges(Reader& reader, const model::CommitId& head,
                                  const base::Bytes& tree, const std::vector<Change>& changes,
                                  const model::RunId& run);

/// The tree after the edits. catalog.no_namespace when a key put has no namespace,
/// catalog.namespace_not_empty when a deleted one still holds something.
base::Result<base::Bytes> ApplyWhole(Reader& reader, const model::CommitId& head,
                                     const base::Bytes& tree, const TreeEdits& edits);

base::Error NoTable(const std::string& table, const model::CommitId& commit,
                    const std::vector<std::string>& known);
base::Error NoNamespace(Reader& reader, const base::Bytes& tree, const std::string& ns,
                        const model::CommitId& commit);
base::Result<std::vector<model::Namespace>> NamespacesIn(Reader& reader, const base::Bytes& tree,
                                                         const NamespacePage& page = {});

}  // namespace catalog
