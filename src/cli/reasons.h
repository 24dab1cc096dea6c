// Reasons of errors that the command line itself makes.
#pragma once

namespace cli {

inline constexpr char kUsage[] = "cli.usage";                     // wrong arguments: exit code 2
inline constexpr char kUnknownSetting[] = "cli.unknown_setting";  // no such configuration key
inline constexpr char kFileExists[] = "cli.file_exists";          // init would overwrite a project
inline constexpr char kNoSuchFile[] = "cli.no_such_file";         // -f or --file names none
inline constexpr char kUnexpected[] = "cli.unexpected";           // an exception reached the top
inline constexpr char kExportFailed[] = "cli.export_failed";      // a result could not be written
inline constexpr char kNoNamespace[] = "cli.no_namespace";        // a listing names none there is
inline constexpr char kNotABranch[] = "cli.not_a_branch";         // only branches can be active
inline constexpr char kLocalOnly[] = "cli.local_only";            // not what a server can be asked

}  // namespace cli
