// Types, schemas, literals, predicates and errors as CBOR values: the pieces the objects of this
// module are made of.
#pragma once

#include "base/cbor.h"
#include "base/error.h"
#include "columnar/literal.h"
#include "columnar/predicate.h"
#include "columnar/text_column.h"
#include "columnar/type.h"

namespace plan {

/// Nesting of types, predicates and error causes that is read; deeper ones are kCorrupt
/// "plan.too_deep".
inline constexpr int kDepthMax = 64;

base::Cbor TypeToCbor(const columnar::Type& type);
base::Result<columnar::Type> TypeFromCbor(const base::Cbor& value);

base::Cbor FieldToCbor(const columnar::Field& field);
base::Result<columnar::Field> FieldFromCbor(const base::Cbor& value);

base::Cbor SchemaToCbor(const columnar::Schema& schema);
base::Result<columnar::Schema> SchemaFromCbor(const base::Cbor& value);

base::Cbor LiteralToCbor(const columnar::Literal& literal);
base::Result<columnar::Literal> LiteralFromCbor(const base::Cbor& value);

base::Cbor PredicateToCbor(const columnar::Predicate& predicate);
base::Result<columnar::Predicate> PredicateFromCbor(const base::Cbor& value);

/// Code, reason, message, context, place, cause.
base::Cbor ErrorToCbor(const base::Error& error);
/// An error as a value (a Result could not tell it from its own).
struct DecodedError {
  base::Error error;
};
base::Result<DecodedError> ErrorFromCbor(const base::Cbor& value);

base::Cbor TextColumnToCbor(const columnar::TextColumn& column);
base::Result<columnar::TextColumn> TextColumnFromCbor(const base::Cbor& value);

}  // namespace plan
