// Refs, commits and tables as text and as JSON: pure functions of what the ports answer.
#pragma once

#include <string>
#include <vector>

#include "api/catalog_api.h"
#include "api/tables_api.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/style.h"

namespace cli {

/// The first 12 digits.
std::string ShortHash(const model::CommitId& commit);

Json RefJson(const api::RefEntry& ref);
/// `active` is marked with a star.
std::string RefTable(const std::vector<api::RefEntry>& refs, const std::string& active,
                     const Style& style);

Json CommitJson(const api::CommitEntry& commit);
std::string CommitText(const api::CommitEntry& commit, LogFormat format, const Style& style);

Json DifferenceJson(const api::TableDifference& difference);
std::string DifferenceText(const std::vector<api::TableDifference>& differences,
                           const Style& style);

Json TableEntryJson(const api::TableEntry& table);
std::string TableTable(const std::vector<api::TableEntry>& tables, const Style& style);

Json TableJson(const api::TableDescription& table);
std::string TableText(const api::TableDescription& table, const Style& style);

}  // namespace cli
