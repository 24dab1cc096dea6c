#include "cli/follow_job.h"

#include <stop_token>

#include "cli/interrupts.h"

namespace cli {
namespace {

ProgressOptions OptionsFor(const Session& session, bool own_job) {
  const Surroundings& around = session.around();
  const bool json = session.flags().json;
  ProgressOptions options;
  options.live = around.err_is_terminal && !json;
  options.quiet = session.flags().quiet;
  options.width = around.width < 40 ? 40 : around.width;
  options.show_times = !around.err_is_terminal && !own_job;
  return options;
}

}  // namespace

base::Result<api::JobRecord> SubmitAndFollow(Session& session, const api::JobRequest& request,
                                             std::vector<RunProgress::Preview>* previews) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  ASSIGN_OR_RETURN(const model::JobId job, services.jobs->Submit(session.ctx(), request));
  return FollowToTheEnd(session, job, true, previews);
}

base::Result<api::JobRecord> FollowToTheEnd(Session& session, const model::JobId& job,
                                            bool cancel_on_interrupt,
                                            std::vector<RunProgress::Preview>* previews) {
  ASSIGN_OR_RETURN(const Services services, session.Open());
  std::ostream nowhere(nullptr);
  const bool silent = session.flags().json && session.flags().verbosity == 0;
  RunProgress progress(silent ? nowhere : session.around().err, session.around().clock,
                       session.err_style(), OptionsFor(session, cancel_on_interrupt));
  std::stop_source stop;
  const InterruptWatch watch(session.around().handle_signals, stop, [&progress] {
    progress.Say("stopping; the target stays as it was (Ctrl-C again ends at once)");
  });
  uint64_t next = 0;
  const auto sink = [&](const api::JobEvent& event) {
    next = event.sequence + 1;
    progress.OnEvent(event);
  };
  base::Context ctx = session.ctx();
  ctx.stop = stop.get_token();
  base::Result<api::JobRecord> ended = services.jobs->Follow(ctx, job, next, sink);
  const bool interrupted =
      !ended.ok() && stop.stop_requested() && ended.error().code == base::Code::kCancelled;
  if (interrupted && cancel_on_interrupt) {
    RETURN_IF_ERROR(services.jobs->Cancel(session.ctx(), job));
    ended = services.jobs->Follow(session.ctx(), job, next, sink);
  }
  if (previews != nullptr) *previews = progress.previews();
  return ended;
}

}  // namespace cli
