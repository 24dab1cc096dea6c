#include <algorithm>

#include "api/jobs_api.h"

namespace api {
namespace {

template <class T>
bool Among(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool Fits(const JobRecord& job, const JobFilter& filter) {
  return Among(filter.ids, job.id.text()) && Among(filter.users, job.user) &&
         Among(filter.kinds, job.kind) && Among(filter.statuses, job.status) &&
         (!filter.created_after || job.created >= *filter.created_after) &&
         (!filter.created_before || job.created <= *filter.created_before);
}

}  // namespace api
