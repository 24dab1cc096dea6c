#include "cli/secrets.h"

#include <utility>

#include "base/crypto/base64.h"
#include "base/crypto/rsa.h"
#include "cli/reasons.h"

namespace cli {

base::Result<api::SecretValue> EncryptSecret(Session& session, const std::string& project_id,
                                             const std::string& plain) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const api::Organization own, services.accounts->GetOrganization(session.ctx()));
  auto sealed = base::crypto::RsaOaepEncrypt(own.secret_public_key, project_id + "=" + plain);
  if (!sealed.ok()) {
    return base::Error(base::Code::kInvalidArgument, kUsage,
                       "a secret has at most 400 bytes: keep a long one elsewhere, and its key "
                       "here")
        .CausedBy(std::move(sealed).error());
  }
  return api::SecretValue{base::crypto::ToBase64(*sealed), own.secret_key_name};
}

base::Result<std::map<std::string, api::SecretValue>> TakeSecrets(Session& session,
                                                                  const std::string& folder,
                                                                  KeyValues& parameters) {
  std::map<std::string, api::SecretValue> secrets;
  if (parameters.empty()) return secrets;
  Projects& projects = session.backend().projects();
  const auto declared = projects.Parameters(session.PathOf(folder));
  if (!declared.ok()) return secrets;  // what is wrong with the project is told in planning
  for (const ProjectParameter& parameter : *declared) {
    const auto given = parameters.find(parameter.name);
    if (parameter.type != "secret" || given == parameters.end()) continue;
    ASSIGN_OR_RETURN(const std::string id, projects.Id(session.PathOf(folder)));
    ASSIGN_OR_RETURN(secrets[parameter.name], EncryptSecret(session, id, given->second));
    parameters.erase(given);
  }
  return secrets;
}

}  // namespace cli
