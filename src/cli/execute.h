// One function per command: a value from the parser in, calls on the ports, a reply out.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "cli/session.h"

namespace cli {

base::Result<Reply> Execute(Session& session, const Overview& command);
base::Result<Reply> Execute(Session& session, const HelpText& command);
base::Result<Reply> Execute(Session& session, const Version& command);
base::Result<Reply> Execute(Session& session, const DescribeSetup& command);
base::Result<Reply> Execute(Session& session, const Diagnose& command);
base::Result<Reply> Execute(Session& session, const Completion& command);
base::Result<Reply> Execute(Session& session, const InitProject& command);
base::Result<Reply> Execute(Session& session, const RunProject& command);
base::Result<Reply> Execute(Session& session, const PlanProject& command);
base::Result<Reply> Execute(Session& session, const RunQuery& command);
base::Result<Reply> Execute(Session& session, const BranchList& command);
base::Result<Reply> Execute(Session& session, const BranchCreate& command);
base::Result<Reply> Execute(Session& session, const BranchRemove& command);
base::Result<Reply> Execute(Session& session, const BranchShow& command);
base::Result<Reply> Execute(Session& session, const Checkout& command);
base::Result<Reply> Execute(Session& session, const BranchDiff& command);
base::Result<Reply> Execute(Session& session, const BranchMerge& command);
base::Result<Reply> Execute(Session& session, const BranchRename& command);
base::Result<Reply> Execute(Session& session, const TagList& command);
base::Result<Reply> Execute(Session& session, const TagCreate& command);
base::Result<Reply> Execute(Session& session, const TagRemove& command);
base::Result<Reply> Execute(Session& session, const TagRename& command);
base::Result<Reply> Execute(Session& session, const CommitLog& command);
base::Result<Reply> Execute(Session& session, const NamespaceList& command);
base::Result<Reply> Execute(Session& session, const NamespaceCreate& command);
base::Result<Reply> Execute(Session& session, const NamespaceRemove& command);
base::Result<Reply> Execute(Session& session, const TableList& command);
base::Result<Reply> Execute(Session& session, const TableShow& command);
base::Result<Reply> Execute(Session& session, const TableRemove& command);
base::Result<Reply> Execute(Session& session, const TableCreate& command);
base::Result<Reply> Execute(Session& session, const TableImport& command);
base::Result<Reply> Execute(Session& session, const TableRevert& command);
base::Result<Reply> Execute(Session& session, const JobList& command);
base::Result<Reply> Execute(Session& session, const JobShow& command);
base::Result<Reply> Execute(Session& session, const JobLogs& command);
base::Result<Reply> Execute(Session& session, const JobStop& command);
base::Result<Reply> Execute(Session& session, const ParameterList& command);
base::Result<Reply> Execute(Session& session, const ParameterSet& command);
base::Result<Reply> Execute(Session& session, const ParameterRemove& command);
base::Result<Reply> Execute(Session& session, const ConfigGet& command);
base::Result<Reply> Execute(Session& session, const ConfigSet& command);
base::Result<Reply> Execute(Session& session, const ConfigList& command);
base::Result<Reply> Execute(Session& session, const LakeCreate& command);
base::Result<Reply> Execute(Session& session, const LakeShow& command);
base::Result<Reply> Execute(Session& session, const LakeAdopt& command);
base::Result<Reply> Execute(Session& session, const UserList& command);
base::Result<Reply> Execute(Session& session, const UserCreate& command);
base::Result<Reply> Execute(Session& session, const UserUpdate& command);
base::Result<Reply> Execute(Session& session, const KeyList& command);
base::Result<Reply> Execute(Session& session, const KeyCreate& command);
base::Result<Reply> Execute(Session& session, const KeyRevoke& command);
base::Result<Reply> Execute(Session& session, const KeyRotate& command);
base::Result<Reply> Execute(Session& session, const CredentialList& command);
base::Result<Reply> Execute(Session& session, const CredentialSet& command);
base::Result<Reply> Execute(Session& session, const CredentialRemove& command);
base::Result<Reply> Execute(Session& session, const Serve& command);

}  // namespace cli
