#include "iceberg/name_mapping.h"

#include <gtest/gtest.h>

namespace iceberg {
namespace {

TEST(NameMapping, NamesFieldsAtEveryDepth) {
  columnar::Schema schema;
  schema.fields.push_back({1, "id", columnar::TypeId::kLong, true, ""});
  schema.fields.push_back(
      {2, "tags", columnar::Type::List({3, "element", columnar::TypeId::kString, false, ""}), false,
       ""});
  EXPECT_EQ(WriteNameMapping(schema),
            R"([{"field-id":1,"names":["id"]},{"field-id":2,"names":["tags"],)"
            R"("fields":[{"field-id":3,"names":["element"]}]}])");
}

}  // namespace
}  // namespace iceberg
