// The reasons of the engine's errors: stable, documented, what tests assert on.
#pragma once

namespace engine::reason {

// kCorrupt: a file is truncated or not what it claims to be. Context: file.
inline constexpr char kCorruptFile[] = "engine.corrupt_file";
// kUserCode: a column cannot be read or written as the type asked for. Context: column.
inline constexpr char kIncompatibleColumn[] = "engine.incompatible_column";
// kUserCode: a value does not fit its column exactly (ns → µs, decimal → long). Context: column.
inline constexpr char kInexactValue[] = "engine.inexact_value";
// kUserCode: the rows have a column the table lacks. Context: column.
inline constexpr char kExtraColumn[] = "engine.extra_column";
// kUserCode: the rows lack a required column. Context: column.
inline constexpr char kMissingColumn[] = "engine.missing_column";
// kUserCode: null in a required column. Context: column.
inline constexpr char kNullInRequired[] = "engine.null_in_required";
// kUserCode: two columns of one name. Context: column.
inline constexpr char kDuplicateColumn[] = "engine.duplicate_column";
// kUserCode: SQL that does not parse, or several statements. Has a place.
inline constexpr char kBadSql[] = "engine.bad_sql";
// kUserCode: SQL that parses and cannot be bound or run.
inline constexpr char kSqlFailed[] = "engine.sql_failed";
// kUserCode: a table the caller did not provide. Has a place. Context: table.
inline constexpr char kUnknownTable[] = "engine.unknown_table";
// kUserCode: `$name` without a value. Has a place. Context: parameter.
inline constexpr char kUnknownParameter[] = "engine.unknown_parameter";
// kPermissionDenied: SQL that would change something.
inline constexpr char kReadOnlySql[] = "engine.read_only_sql";
// kPermissionDenied: SQL that would read files or settings. Has a place.
inline constexpr char kNoFileAccess[] = "engine.no_file_access";
// kResourceExhausted: the memory limit was reached and could not be spilled.
inline constexpr char kOutOfMemory[] = "engine.out_of_memory";
// kCancelled: the caller asked to stop.
inline constexpr char kCancelled[] = "engine.cancelled";
// kDeadlineExceeded: the time the caller allowed was over before the query was.
inline constexpr char kDeadlineExceeded[] = "engine.deadline_exceeded";
// kUserCode: a whole number of a result does not fit a long. column.
inline constexpr char kIntegerOverflow[] = "engine.integer_overflow";
// kFailedPrecondition: a source that can be read once was opened again.
inline constexpr char kReadOnce[] = "engine.read_once";
// kInvalidArgument: a column that is not there. Context: column.
inline constexpr char kUnknownColumn[] = "engine.unknown_column";
// kInvalidArgument: a filter that is not one boolean expression. Has a place.
inline constexpr char kBadFilter[] = "engine.bad_filter";
// kInvalidArgument: an overwrite filter that says more than it may.
inline constexpr char kBadOverwriteFilter[] = "engine.bad_overwrite_filter";
// kUserCode: a CSV row or value that cannot be read. Has a place.
inline constexpr char kBadCsv[] = "engine.bad_csv";
// kUserCode: a JSON line that cannot be read. Has a place.
inline constexpr char kBadJson[] = "engine.bad_json";
// kUserCode: bytes that are not text in the encoding named. Has a place.
inline constexpr char kBadEncoding[] = "engine.bad_encoding";
// kUserCode: a file without any column. Context: file.
inline constexpr char kNoColumns[] = "engine.no_columns";
// kUserCode: a file whose columns do not fit the table. Context: file, column.
inline constexpr char kChangedHeader[] = "engine.changed_header";
// kInternal: a step of Arrow's that should not fail did.
inline constexpr char kArrowFailed[] = "engine.arrow_failed";
// kInternal: DuckDB could not be opened.
inline constexpr char kOpenFailed[] = "engine.open_failed";

}  // namespace engine::reason
