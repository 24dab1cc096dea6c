// Whether a Parquet file of somebody else may become a file of a table as it is.
#pragma once

#include <parquet/file_reader.h>

#include "columnar/type.h"

namespace engine::internal {

/// The columns are those of `schema`, in its order (readers show them as the file has them), each
/// stored exactly as its type is; codec, row groups and statistics are such as we write.
bool Fits(const parquet::FileMetaData& metadata, const columnar::Schema& schema);

/// Whether no float or double column has a NaN, which no footer says. Decodes each value of the
/// file for it, so that a file is known to be whole. Throws as parquet does where it is not.
bool HasNoNan(parquet::ParquetFileReader& reader);

}  // namespace engine::internal
