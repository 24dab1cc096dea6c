// The reasons of this module's errors: code, sentence and context keys of each.
#pragma once

namespace iceberg {

/// kCorrupt: an Avro file, a manifest or a manifest list is not what the format says.
inline constexpr char kBadAvro[] = "iceberg.bad_avro";
/// kCorrupt: a manifest or manifest list lacks a required field, or holds a value out of range.
inline constexpr char kBadManifest[] = "iceberg.bad_manifest";
/// kCorrupt: a metadata file is not JSON, or a required field is missing or has another type.
inline constexpr char kBadMetadata[] = "iceberg.bad_metadata";
/// kUnimplemented: the table's format version is newer than 3.
inline constexpr char kNewerFormat[] = "iceberg.newer_format";
/// kUnimplemented: the snapshot holds delete files of a kind that is not read.
inline constexpr char kDeleteFiles[] = "iceberg.delete_files";
/// kUnimplemented: a transform, compression codec or type of somebody else we do not know.
inline constexpr char kUnsupported[] = "iceberg.unsupported";
/// kCorrupt: a deletion vector is not what the format says. Context: "file".
inline constexpr char kBadVector[] = "iceberg.bad_deletion_vector";
/// kInvalidArgument: partition text that does not parse, or a transform that does not fit its
/// column's type. Context: "field".
inline constexpr char kBadPartition[] = "iceberg.bad_partition";
/// kInvalidArgument: a partition field names a column the schema does not have. Context: "column".
inline constexpr char kUnknownColumn[] = "iceberg.unknown_column";
/// kNotFound: the metadata holds no snapshot, schema or spec of this id.
inline constexpr char kNoSuchSnapshot[] = "iceberg.no_such_snapshot";
inline constexpr char kNoSuchSchema[] = "iceberg.no_such_schema";
inline constexpr char kNoSuchSpec[] = "iceberg.no_such_spec";
/// kConflict: a change removes a data file that the base no longer holds. Context: "file".
inline constexpr char kFileGone[] = "iceberg.file_gone";
/// kInvalidArgument: a change whose parts do not fit together (no schema for a create, ...).
inline constexpr char kBadChange[] = "iceberg.bad_change";

/// kInvalidArgument: a requirement or an update of a commit cannot be read, is not known or does
/// not fit the table.
inline constexpr char kBadUpdate[] = "iceberg.bad_update";
/// kConflict: the table is not as a commit requires.
inline constexpr char kRequirementFailed[] = "iceberg.requirement_failed";
/// kConflict: an id or a sequence number of a commit means something else already.
inline constexpr char kIdTaken[] = "iceberg.id_taken";

}  // namespace iceberg
