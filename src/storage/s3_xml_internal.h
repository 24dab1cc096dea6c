// The few XML documents an S3 service answers with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/s3_store.h"

namespace storage {

/// The text between <name> and </name>, the first one's, entities decoded; empty when absent. No
/// attributes, no nesting of the same name: enough for what S3 sends.
std::string XmlText(std::string_view document, std::string_view name);

struct ListPage {
  std::vector<S3Object> objects;  // keys as the service has them
  std::string next;               // continuation token; empty = the last page
};
/// A ListObjectsV2 answer with url-encoded keys. kUnavailable "storage.service_failed" when it is
/// none.
base::Result<ListPage> ParseListPage(std::string_view document);

/// The pieces of a multipart upload as the request that completes it.
std::string CompletionXml(const std::vector<std::string>& etags);

}  // namespace storage
