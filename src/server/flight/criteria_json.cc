#include <nlohmann/json.hpp>

#include "server/flight/criteria.h"
#include "server/reasons.h"

namespace server {
namespace {

constexpr size_t kExpressionBytesMax = 64 * 1024;
constexpr int kDepthMax = 16;

}  // namespace

base::Result<uint64_t> RowsMaxOf(std::string_view expression) {
  if (expression.empty()) return 0;
  const base::Error bad(base::Code::kInvalidArgument, kBadBody,
                        "the criteria are no JSON object with \"max_rows\"");
  if (expression.size() > kExpressionBytesMax) return bad;
  const auto shallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    return depth <= kDepthMax;
  };
  const nlohmann::json criteria = nlohmann::json::parse(expression, shallow, false);
  if (!criteria.is_object()) return bad;
  const auto rows = criteria.find("max_rows");
  if (rows == criteria.end() || rows->is_null()) return 0;
  if (!rows->is_number_unsigned()) return bad;
  return rows->get<uint64_t>();
}

}  // namespace server
