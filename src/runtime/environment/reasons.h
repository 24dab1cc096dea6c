// The stable reasons of errors from runtime/environment.
#pragma once

namespace runtime::reasons {

/// No interpreter of the asked version. Context: "version", "found" (versions, comma separated).
inline constexpr char kNoInterpreter[] = "environment.no_interpreter";
/// A package or a version of it is in none of the indexes. Context: "package", "index".
inline constexpr char kNoPackage[] = "environment.no_package";
/// The packages cannot be installed together.
inline constexpr char kConflict[] = "environment.conflict";
/// A version or a line of requirements.txt is not valid. Context: "package".
inline constexpr char kBadRequirement[] = "environment.bad_requirement";
/// A program of the host could not be started.
inline constexpr char kCommandFailed[] = "environment.command_failed";
/// uv was needed (nothing cached) and not found.
inline constexpr char kNoResolver[] = "environment.no_resolver";
/// uv failed for another reason (index unreachable, ...).
inline constexpr char kResolverFailed[] = "environment.resolver_failed";
/// A wheel could not be fetched, did not match its hash or could not be unpacked. Context:
/// "package".
inline constexpr char kInstallFailed[] = "environment.install_failed";
/// A lock asked for by its digest is not in this store.
inline constexpr char kNoLock[] = "environment.no_lock";
/// A stored lock or uv's output cannot be read.
inline constexpr char kBadLock[] = "environment.bad_lock";
/// The environment was built but importing its platform packages failed. Context: "detail".
inline constexpr char kImportFailed[] = "environment.import_failed";

}  // namespace runtime::reasons
