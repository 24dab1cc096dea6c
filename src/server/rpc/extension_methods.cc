#include "proto/boathouse.pb.h"
#include "server/rpc/job_methods.h"
#include "wire/extension_requests.h"

namespace server {

namespace px = wire::px;

base::Status JobMethods::CreateTable(const base::Context& ctx,
                                     const px::CreateTableRequest& request, px::SubmittedJob* out) {
  ASSIGN_OR_RETURN(const api::CreateTableRequest create, wire::CreateTableRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, create));
  out->set_job_id(job.text());
  return base::Ok();
}

base::Status JobMethods::PlanTable(const base::Context& ctx, const px::CreateTableRequest& request,
                                   px::SubmittedJob* out) {
  ASSIGN_OR_RETURN(api::CreateTableRequest create, wire::CreateTableRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job,
                   ports_.jobs.Submit(ctx, api::PlanTableRequest{std::move(create)}));
  out->set_job_id(job.text());
  return base::Ok();
}

base::Status JobMethods::ImportTable(const base::Context& ctx,
                                     const px::ImportTableRequest& request, px::SubmittedJob* out) {
  ASSIGN_OR_RETURN(const api::ImportRequest import, wire::ImportTableRequestOf(request));
  ASSIGN_OR_RETURN(const model::JobId job, ports_.jobs.Submit(ctx, import));
  out->set_job_id(job.text());
  return base::Ok();
}

base::Status JobMethods::PlanRun(const base::Context& ctx, const px::PlanRunRequest& request,
                                 px::PlanRunResponse* out) {
  ASSIGN_OR_RETURN(const api::PlanRequest plan, wire::PlanRequestOf(request));
  ASSIGN_OR_RETURN(const api::PlanReport report, ports_.jobs.Plan(ctx, plan));
  wire::FillPlanReport(report, out);
  return base::Ok();
}

}  // namespace server
