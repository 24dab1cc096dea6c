#include <chrono>

#include "model/ref.h"
#include "server/rest/reply.h"
#include "server/rest/resources.h"

namespace server::rest {
namespace {

constexpr uint32_t kPageMax = 100;

struct Span {
  base::Instant first;
  base::Instant last;
};

/// All moments a date or time stands for: "2026-11-22" is a whole day, "…T10:00:00" one second.
base::Result<Span> SpanOf(const std::string& text) {
  ASSIGN_OR_RETURN(const base::Instant first, model::ParseTime(text));
  constexpr size_t kDateBytes = 10;
  base::Duration length(1);
  if (text.size() <= kDateBytes) {
    length = std::chrono::hours(24);
  } else if (text.find('.') == std::string::npos) {
    length = std::chrono::seconds(1);
  }
  return Span{first, first + length - base::Duration(1)};
}

base::Status ReadDates(const Call& call, api::CommitFilter& filter) {
  const std::string date(call.request.Query("filter_by_authored_date"));
  if (!date.empty()) {
    ASSIGN_OR_RETURN(const Span span, SpanOf(date));
    filter.since = span.first;
    filter.until = span.last;
  }
  const std::string start(call.request.Query("filter_by_authored_date_start_at"));
  if (!start.empty()) {
    ASSIGN_OR_RETURN(const Span span, SpanOf(start));
    if (!filter.since || *filter.since < span.first) filter.since = span.first;
  }
  const std::string end(call.request.Query("filter_by_authored_date_end_at"));
  if (!end.empty()) {
    ASSIGN_OR_RETURN(const Span span, SpanOf(end));
    if (!filter.until || *filter.until > span.last) filter.until = span.last;
  }
  return base::Ok();
}

base::Result<api::CommitFilter> FilterOf(const Call& call, const Page& page) {
  const HttpRequest& request = call.request;
  api::CommitFilter filter;
  filter.search = true;
  filter.message = std::string(request.Query("filter_by_message"));
  filter.author = std::string(request.Query("filter_by_author_username"));
  filter.author_name = std::string(request.Query("filter_by_author_name"));
  filter.author_email = std::string(request.Query("filter_by_author_email"));
  filter.expression = std::string(request.Query("filter"));
  if (const std::string parent(request.Query("filter_by_parent_hash")); !parent.empty()) {
    filter.parent = model::CommitId(parent);
  }
  if (const auto properties = request.Query("filter_by_properties"); !properties.empty()) {
    ASSIGN_OR_RETURN(filter.properties, wire::ParseProperties(properties));
  }
  RETURN_IF_ERROR(ReadDates(call, filter));
  if (call.ours()) {
    filter.search = Flag(call, "search");
    if (const std::string after(request.Query("after")); !after.empty()) {
      filter.after = model::CommitId(after);
    }
  }
  if (!page.cursor.empty()) filter.after = model::CommitId(page.cursor);
  filter.limit = page.ask();
  return filter;
}

}  // namespace

HttpReply ListCommits(const Call& call) {
  const wire::Asked asked{.operation = wire::Operation::kRead, .ref = call.names[0]};
  const base::Result<Page> page = PageOf(call, "commits\n" + call.names[0], kPageMax);
  if (!page.ok()) return Refuse(page.error(), asked);
  const auto at = Resolve(call, call.names[0]);
  if (!at.ok()) return Refuse(at.error(), asked);
  if (page->empty) return Json(200, wire::CommitsBody({}, *at, ""));
  const base::Result<api::CommitFilter> filter = FilterOf(call, *page);
  if (!filter.ok()) return Refuse(filter.error(), asked);
  // At the commit that was resolved: what comes meanwhile stands before the page, not in it.
  auto found = call.ports.refs.Log(call.ctx, Pinned(*at), *filter);
  if (!found.ok()) return Refuse(found.error(), asked);
  const std::string next =
      CutPage(*page, *found, [](const api::CommitEntry& commit) { return commit.id.text(); });
  return Json(200, wire::CommitsBody(*found, *at, next, call.dialect()));
}

}  // namespace server::rest
