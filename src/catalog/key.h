// The keys of the catalog's tree: an order in which a namespace stands before its tables, and these
// before its child namespaces.
//
// "a.b" is  a \x01 b \x01;  table "t" in it is  a \x01 b \x01 \x02 t. Names hold no control
// characters, so everything inside a namespace has the namespace's key as prefix.
#pragma once

#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "model/names.h"

namespace catalog {

using KeyName = std::variant<model::Namespace, model::TableName>;

base::Bytes KeyOf(const model::Namespace& ns);
base::Bytes KeyOf(const model::TableName& table);
/// All tables directly in `ns` start with it.
base::Bytes TablesPrefix(const model::Namespace& ns);
bool IsTableKey(base::BytesView key);
/// The key of the namespace that must exist for `key` to exist; empty for a top-level namespace.
base::Bytes ParentKey(base::BytesView key);
/// kCorrupt "catalog.bad_object" for bytes no name has.
base::Result<KeyName> NameOfKey(base::BytesView key);
/// "a.b" or "a.b.t", for messages.
std::string KeyText(base::BytesView key);

}  // namespace catalog
