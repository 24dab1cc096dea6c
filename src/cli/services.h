// What the command line needs from the rest: the api ports at a lake, and a few local things that
// are no business of a server.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/accounts_api.h"
#include "api/catalog_api.h"
#include "api/credentials_api.h"
#include "api/jobs_api.h"
#include "api/tables_api.h"
#include "base/context.h"
#include "base/result.h"

namespace cli {

/// Which lake, as whom, and how: what the global flags say. Empty = the backend decides
/// (environment, file, default).
struct LakeChoice {
  std::string path;
  std::string user;
  bool unisolated = false;  // functions may run without a sandbox where the machine forbids one
  // Of a lake to create.
  std::string warehouse = {};  // "s3://bucket/prefix"
  std::string s3_endpoint = {};
  std::string s3_region = {};
  // The lake of a server instead of one on this machine.
  std::string server = {};   // "https://host:port"
  std::string ca_file = {};  // certificates that are trusted instead of the system's
};

struct LakeDescription {
  std::string path;
  std::string lake_id;
  uint32_t format_version = 0;
  std::string root_uri;
  std::string user;
  bool created = false;        // by this very call
  std::string warehouse = {};  // where its files are; empty = in its folder
};

/// What a user sets once. Implementations keep the active branch per lake and user.
class Settings {
 public:
  virtual ~Settings() = default;
  /// "main" when none was chosen.
  virtual base::Result<std::string> ActiveBranch(const LakeChoice& lake) = 0;
  virtual base::Status SetActiveBranch(const LakeChoice& lake, const std::string& branch) = 0;
  /// All keys with their present values, unset ones empty.
  virtual base::Result<std::map<std::string, std::string>> List() = 0;
  /// kNotFound "cli.unknown_setting" with the nearest key.
  virtual base::Result<std::string> Get(const std::string& key) = 0;
  virtual base::Status Set(const std::string& key, const std::string& value) = 0;
};

enum class ProbeState { kGood, kWarning, kBad };

/// One thing that was looked at: "user namespaces", good, "functions run isolated", "".
struct Probe {
  std::string name;
  ProbeState state = ProbeState::kGood;
  std::string meaning;
  std::string remedy;  // what to type; empty when good
};

/// Looks at the machine and the lake; must work where everything else does not.
class Doctor {
 public:
  virtual ~Doctor() = default;
  virtual std::vector<Probe> Examine(const base::Context& ctx, const LakeChoice& lake) = 0;
};

/// Lakes as folders.
class LakeAdmin {
 public:
  virtual ~LakeAdmin() = default;
  /// Creates it when there is none.
  virtual base::Result<LakeDescription> Create(const base::Context& ctx,
                                               const LakeChoice& lake) = 0;
  /// Fails when there is none; never creates.
  virtual base::Result<LakeDescription> Describe(const base::Context& ctx,
                                                 const LakeChoice& lake) = 0;
  /// Accepts a lake that was moved: its absolute root becomes the folder it is in now.
  virtual base::Result<LakeDescription> Adopt(const base::Context& ctx, const LakeChoice& lake) = 0;
};

/// One entry of a project file's `parameters:` map.
struct ProjectParameter {
  std::string name;
  std::string type;   // "str", "int", "float", "bool", "secret", "vault"
  std::string value;  // the default as written; secrets come masked
  bool has_default = false;
  bool required = false;
  std::string description;
};

/// A change to one; what is not set stays as it is.
struct ParameterEdit {
  std::string name;
  std::string type;  // empty = unchanged
  std::optional<std::string> value;
  std::optional<std::string> description;
  std::optional<bool> required;
  std::string key;  // of a secret's value, which comes encrypted: names the key
};

/// Projects as folders: reading and editing without running anything. cli/project_folder.h is the
/// one for real folders.
class Projects {
 public:
  virtual ~Projects() = default;
  /// Writes the files of a fresh project; those that exist stay, a project file that exists is
  /// kAlreadyExists "cli.file_exists". Returns the names of the files written.
  virtual base::Result<std::vector<std::string>> Init(const std::string& folder,
                                                      const std::string& name) = 0;
  /// The files that ship with a run (F-011).
  virtual base::Result<api::ProjectSnapshot> Read(const std::string& folder) = 0;
  virtual base::Result<std::vector<ProjectParameter>> Parameters(const std::string& folder) = 0;
  /// `project.id`, in lower case.
  virtual base::Result<std::string> Id(const std::string& folder) = 0;
  /// Adds or changes one in place, keeping comments and layout of the file.
  virtual base::Status SetParameter(const std::string& folder, const ParameterEdit& edit) = 0;
  virtual base::Status RemoveParameter(const std::string& folder, const std::string& name) = 0;
};

/// Writes a query's result in the formats that need an Arrow or Parquet writer.
class ResultFiles {
 public:
  enum class Format { kParquet, kArrow };
  virtual ~ResultFiles() = default;
  /// Reads `stream` to its end; returns the number of rows. The file appears whole or not at all.
  virtual base::Result<uint64_t> Write(const base::Context& ctx, Format format,
                                       columnar::Stream stream, const std::string& path) = 0;
};

/// The ports at one open lake. Borrowed: they live as long as the backend.
struct Services {
  api::Refs* refs = nullptr;
  api::Namespaces* namespaces = nullptr;
  api::Tables* tables = nullptr;
  api::Jobs* jobs = nullptr;
  ResultFiles* result_files = nullptr;
  api::Accounts* accounts = nullptr;
  api::Credentials* credentials = nullptr;
};

class Serving;

/// Implemented by the composition root. Nothing is opened before the command that needs it asks:
/// `--help`, `version`, `init` and `parameter` touch no lake.
class Backend {
 public:
  virtual ~Backend() = default;
  /// Opens the lake, creating it when there is none, or turns to the server that was chosen; called
  /// at most once per process.
  virtual base::Result<Services> Open(const base::Context& ctx, const LakeChoice& lake) = 0;
  virtual Settings& settings() = 0;
  virtual Doctor& doctor() = 0;
  virtual LakeAdmin& lakes() = 0;
  virtual Projects& projects() = 0;
  virtual Serving& serving() = 0;
  /// "0.1.0"; and what it was built with, by name: "duckdb" → "1.5.4".
  virtual std::string version() const = 0;
  virtual std::map<std::string, std::string> components() const = 0;
};

}  // namespace cli
