// The reasons of errors of lakes as folders, each with its code.
#pragma once

namespace embedded {

inline constexpr char kNoLake[] = "lake.none";  // kNotFound: no lake at this path. path
inline constexpr char kMoved[] =
    "lake.moved";  // kFailedPrecondition: made elsewhere. path, made_at
inline constexpr char kNotEmpty[] =
    "lake.not_empty";  // kFailedPrecondition: holds other things. path
inline constexpr char kNewerFormat[] =
    "lake.newer_format";                            // kUnimplemented: made by a newer program. path
inline constexpr char kDamaged[] = "lake.damaged";  // kCorrupt: lake.json cannot be read. path
// kFailedPrecondition: its files are elsewhere than asked for. path
inline constexpr char kOtherWarehouse[] = "lake.other_warehouse";
// kAlreadyExists: another lake has its files there. warehouse
inline constexpr char kWarehouseTaken[] = "lake.warehouse_taken";

}  // namespace embedded
