// What all REST resources share: refs as they come in paths, pages, writes, and errors as replies.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/catalog_api.h"
#include "base/result.h"
#include "server/http/message.h"
#include "server/rest/resources.h"
#include "wire/catalog_json.h"
#include "wire/error_kind.h"

namespace server::rest {

HttpReply Json(int status, std::string body);
HttpReply Refuse(const base::Error& error, const wire::Asked& asked);

/// "-" is the default branch.
std::string RefText(const std::string& sent);
/// Whether the query parameter is "true".
bool Flag(const Call& call, const std::string& key);

/// What any ref stands for. To a client of ours nothing but its text: the port that is asked says
/// what is wrong with it.
base::Result<api::RefEntry> Resolve(const Call& call, const std::string& sent);
/// A branch or tag under its own name: "main@3f…" is none. To a client of ours as above.
base::Result<api::RefEntry> Named(const Call& call, const std::string& sent, api::RefKind kind);
/// The ref's commit, as text that reads the same whatever happens to the ref.
std::string Pinned(const api::RefEntry& ref);

/// A text that must be there: "wire.bad_body".
base::Result<std::string> Need(const std::optional<std::string>& text, const std::string& field);

/// What the body says to write into a commit.
api::WriteOptions WriteOptionsOf(const wire::RequestBody& body);

/// A page of a listing: where it starts, and how long it may be.
struct Page {
  std::string scope;
  std::string cursor;  // empty = from the start
  uint32_t limit = 0;
  bool empty = false;  // nothing was asked for

  /// One more than the page holds, to know whether another follows.
  uint32_t ask() const { return limit + 1; }
};

/// From max_records and pagination_token. `scope` names the listing; the filters of the request are
/// added to it. "wire.bad_page_token", "wire.bad_body".
base::Result<Page> PageOf(const Call& call, std::string scope, uint32_t limit_max);

std::string MakeToken(const Page& page, const std::string& cursor);

/// Cuts what was found (asked for with ask()) to the page; the token for what follows, if anything
/// does. `cursor_of` makes an item's cursor.
template <class T, class CursorOf>
std::string CutPage(const Page& page, std::vector<T>& found, const CursorOf& cursor_of) {
  if (found.size() <= page.limit) return "";
  found.resize(page.limit);
  return MakeToken(page, cursor_of(found.back()));
}

}  // namespace server::rest
