// Encrypts what users give for secret parameters, before it goes anywhere.
#pragma once

#include <string>

#include "api/jobs_api.h"
#include "base/result.h"
#include "cli/command.h"
#include "cli/session.h"

namespace cli {

/// `plain` for this project under the organisation's key. Opens the lake. kInvalidArgument
/// "cli.usage" for more than the key can take (446 bytes with the project's id).
base::Result<api::SecretValue> EncryptSecret(Session& session, const std::string& project_id,
                                             const std::string& plain);

/// Moves the secret ones out of `parameters`, encrypted; what the project does not know stays.
base::Result<std::map<std::string, api::SecretValue>> TakeSecrets(Session& session,
                                                                  const std::string& folder,
                                                                  KeyValues& parameters);

}  // namespace cli
