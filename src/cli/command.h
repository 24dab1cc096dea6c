// What a user asked for, as values: argv parsed and checked, nothing done yet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/jobs_api.h"
#include "base/clock.h"
#include "cli/account_command.h"
#include "cli/serving.h"

namespace cli {

using KeyValues = std::map<std::string, std::string>;

struct Version {};
struct Overview {};  // `boathouse` alone
struct HelpText {
  std::string text;
};
struct DescribeSetup {};
struct Diagnose {};
struct Completion {
  std::string shell;
  std::string script;
};

struct InitProject {
  std::string folder = ".";
  std::string name;
};

struct RunProject {
  std::string folder = ".";
  std::string ref;  // empty = the active branch
  std::string ns;
  KeyValues parameters;
  KeyValues args;
  bool no_strict = false;
  bool no_cache = false;
  bool no_transaction = false;
  bool dry_run = false;
  bool unisolated = false;
  std::string preview = "off";
  int32_t priority = 5;
};

struct PlanProject {
  std::string folder = ".";
  std::string ref;
  std::string ns;
  KeyValues parameters;
};

enum class FileFormat { kNone, kCsv, kJson, kJsonl, kParquet, kArrow };
struct RunQuery {
  std::string sql;
  std::string file;  // -f: where the SQL is
  std::string ref;
  std::string ns;
  uint64_t rows_max = 10;
  bool all_rows = false;
  bool no_trunc = false;
  FileFormat format = FileFormat::kNone;
  std::string target;  // --file: where the result goes; "-" = standard output
};

struct BranchList {
  std::string name;
  std::string user;
  uint32_t limit = 0;
};
struct BranchCreate {
  std::string name;
  std::string from;
  bool if_not_exists = false;
};
struct BranchRemove {
  std::string name;
  bool if_exists = false;
};
struct BranchShow {
  std::string name;
  std::string ns;
};
struct Checkout {
  std::string branch;
  bool create = false;
  std::string from;
};
struct BranchDiff {
  std::string from;
  std::string to;  // empty = the active branch
  std::string ns;
};
struct BranchMerge {
  std::string source;
  std::string into;  // empty = the active branch
  std::string message;
  KeyValues properties;
};
struct BranchRename {
  std::string name;
  std::string to;
};

struct TagList {
  std::string name;
  uint32_t limit = 0;
};
struct TagCreate {
  std::string name;
  std::string from;
  bool if_not_exists = false;
};
struct TagRemove {
  std::string name;
  bool if_exists = false;
};
struct TagRename {
  std::string name;
  std::string to;
};

enum class LogFormat { kOneline, kShort, kMedium, kFull, kFuller };
struct CommitLog {
  std::string ref;
  std::string message;
  std::string author;
  KeyValues properties;
  std::optional<base::Instant> since;
  std::optional<base::Instant> until;
  uint32_t limit = 10;
  LogFormat format = LogFormat::kMedium;
};

struct NamespaceList {
  std::string name;
  std::string ref;
  uint32_t limit = 0;
};
struct NamespaceCreate {
  std::string name;
  std::string branch;
  bool if_not_exists = false;
};
struct NamespaceRemove {
  std::string name;
  std::string branch;
  bool if_exists = false;
};

struct TableList {
  std::string name;
  std::string ns;
  std::string ref;
  uint32_t limit = 0;
};
struct TableShow {
  std::string name;
  std::string ns;
  std::string ref;
};
struct TableRemove {
  std::string name;
  std::string ns;
  std::string branch;
  std::string message;
  bool if_exists = false;
};
struct TableCreate {
  api::CreateTableRequest request;
};
struct TableImport {
  api::ImportRequest request;
};
struct TableRevert {
  std::string name;
  std::string ns;
  std::string source;
  std::string into;
  std::string message;
  KeyValues properties;
  bool replace = false;
};

struct JobList {
  std::string user;
  std::vector<std::string> ids;
  std::vector<std::string> kinds;
  std::vector<std::string> statuses;
  uint32_t limit = 10;
};
struct JobShow {
  std::string id;
};
struct JobLogs {
  std::string id;
};
struct JobStop {
  std::string id;
};

struct ParameterList {
  std::string folder = ".";
};
struct ParameterSet {
  std::string folder = ".";
  std::string name;
  std::optional<std::string> value;
  std::string file;  // the value is this file's content
  std::string type;
  std::optional<std::string> description;
  std::optional<bool> required;
};
struct ParameterRemove {
  std::string folder = ".";
  std::string name;
};

struct ConfigGet {
  std::string key;
};
struct ConfigSet {
  std::string key;
  std::string value;
};
struct ConfigList {};

struct LakeCreate {
  std::string warehouse;  // empty = the lake's folder
  std::string s3_endpoint;
  std::string s3_region;
};
struct LakeShow {};
struct LakeAdopt {};

struct Serve {
  ServeChoice choice;
};

using Command =
    std::variant<Overview, HelpText, Version, DescribeSetup, Diagnose, Completion, InitProject,
                 RunProject, PlanProject, RunQuery, BranchList, BranchCreate, BranchRemove,
                 BranchShow, Checkout, BranchDiff, BranchMerge, BranchRename, TagList, TagCreate,
                 TagRemove, TagRename, CommitLog, NamespaceList, NamespaceCreate, NamespaceRemove,
                 TableList, TableShow, TableRemove, TableCreate, TableImport, TableRevert, JobList,
                 JobShow, JobLogs, JobStop, ParameterList, ParameterSet, ParameterRemove, ConfigGet,
                 ConfigSet, ConfigList, LakeCreate, LakeShow, LakeAdopt, UserList, UserCreate,
                 UserUpdate, KeyList, KeyCreate, KeyRevoke, KeyRotate, CredentialList,
                 CredentialSet, CredentialRemove, Serve>;

/// Flags that every command takes.
struct GlobalFlags {
  std::string lake;
  std::string user;
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  uint32_t verbosity = 0;
};

struct Invocation {
  GlobalFlags flags;
  Command command;
};

}  // namespace cli
