// The opaque text that says where a listing goes on.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace wire {

/// `cursor` is whatever the listing needs to go on; `scope` names the listing with its filters, so
/// that no token is taken for another one. A token gives no right: it is checked, not signed.
std::string PageToken(std::string_view scope, std::string_view cursor);

/// kInvalidArgument "wire.bad_page_token" when it was not made for this scope, or was changed.
base::Result<std::string> CursorOf(std::string_view scope, std::string_view token);

}  // namespace wire
