#include "cli/main.h"

#include <exception>
#include <utility>

#include "base/log.h"
#include "cli/execute.h"
#include "cli/parse.h"
#include "cli/reasons.h"
#include "cli/render_error.h"

namespace cli {
namespace {

int Fail(const base::Error& error, bool json, const Surroundings& around, const Sources& sources,
         const Style& style) {
  if (json) {
    around.out << Json::Object({{"error", ErrorJson(error)}}).Print() << "\n";
  } else {
    around.err << RenderError(error, sources, style);
  }
  around.out.flush();
  around.err.flush();
  return ExitCode(error);
}

void SetVerbosity(const GlobalFlags& flags) {
  if (flags.verbosity > 0) {
    base::SetLogLevel(flags.verbosity > 1 ? base::LogLevel::kDebug : base::LogLevel::kInfo);
  }
}

int Run(const std::vector<std::string>& arguments, Backend& backend, const Surroundings& around) {
  base::Result<Invocation> invocation = Parse(arguments);
  if (!invocation.ok()) {
    const Style style{around.err_is_terminal && !around.no_color, around.unicode};
    return Fail(invocation.error(), AsksForJson(arguments), around, {}, style);
  }
  SetVerbosity(invocation->flags);
  Session session(backend, around, invocation->flags);
  const base::Result<Reply> reply = std::visit(
      [&](const auto& command) { return Execute(session, command); }, invocation->command);
  const bool json = session.flags().json;
  const Sources& sources = session.sources().files;
  if (!reply.ok()) return Fail(reply.error(), json, around, sources, session.err_style());
  if (reply->written) {
    around.out.flush();
    return around.out ? reply->exit_code : 1;
  }
  if (json) {
    around.out << reply->json.Print() << "\n";
  } else {
    around.err << RenderDiagnostics(reply->diagnostics, sources, session.err_style()) << std::flush;
    if (reply->error.has_value()) {
      around.err << RenderError(*reply->error, sources, session.err_style()) << std::flush;
    }
    around.out << reply->text;
  }
  around.out.flush();
  if (!around.out) return 1;  // nobody reads: a closed pipe or a full disk
  return reply->exit_code;
}

}  // namespace

int Main(const std::vector<std::string>& arguments, Backend& backend,
         const Surroundings& surroundings) noexcept {
  const Style plain{false, surroundings.unicode};
  try {
    return Run(arguments, backend, surroundings);
  } catch (const std::exception& failure) {
    return Fail(base::Error(base::Code::kInternal, kUnexpected, failure.what()), false,
                surroundings, {}, plain);
  } catch (...) {
    return Fail(base::Error(base::Code::kInternal, kUnexpected, "an unknown exception"), false,
                surroundings, {}, plain);
  }
}

}  // namespace cli
