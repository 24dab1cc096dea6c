// The reasons this module's errors carry. Stable: callers and users compare them.
#pragma once

namespace columnar::reasons {

/// kInvalidArgument: a text names no type we know. Context: type.
inline constexpr char kUnknownType[] = "columnar.unknown_type";
/// kInvalidArgument: an Arrow type with no place in a table (interval, union, all-null). Context:
/// column, type.
inline constexpr char kUnsupportedType[] = "columnar.unsupported_type";
/// kInvalidArgument: a predicate or projection names a column the schema lacks. Context: column.
inline constexpr char kUnknownColumn[] = "columnar.unknown_column";
/// kInvalidArgument: two columns of one table have the same name. Context: column.
inline constexpr char kDuplicateColumn[] = "columnar.duplicate_column";
/// kInvalidArgument: values that do not fit the column's type exactly. Context: column, type.
inline constexpr char kBadValue[] = "columnar.bad_value";
/// kCorrupt: bytes that are no single-value serialisation of the type.
inline constexpr char kBadLiteral[] = "columnar.bad_literal";
/// kCorrupt: an Arrow schema or array that breaks the C data interface.
inline constexpr char kBadArrow[] = "columnar.bad_arrow";
/// kCorrupt: a table descriptor that is malformed or points outside its segments.
inline constexpr char kBadDescriptor[] = "columnar.bad_descriptor";
/// kUnimplemented: a table descriptor of a later version.
inline constexpr char kDescriptorVersion[] = "columnar.descriptor_version";
/// kResourceExhausted: shared memory could not be made, grown or mapped, or passed its bound.
inline constexpr char kSegmentFull[] = "columnar.segment_full";
/// kFailedPrecondition: the memory is still mapped for writing by its producer.
inline constexpr char kSegmentBusy[] = "columnar.segment_busy";
/// kInternal: a foreign producer of a stream failed and gave no reason of ours.
inline constexpr char kStreamFailed[] = "columnar.stream_failed";

}  // namespace columnar::reasons
