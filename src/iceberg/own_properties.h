// Properties of tables that our readers heed, and no other program writes.
#pragma once

namespace iceberg {

/// "true": columns are found by name, whatever ids the files carry; they are others'.
inline constexpr char kByNameProperty[] = "boathouse.columns-by-name";
/// The name of the server's credential by which the data files are read.
inline constexpr char kCredentialProperty[] = "boathouse.credential";

}  // namespace iceberg
