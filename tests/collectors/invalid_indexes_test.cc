#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

test::Row invalid(const std::string& index, const std::string& maintained) {
  return {{"count", "2"},
          {"schemaname", "public"},
          {"relname", "orders"},
          {"indexrelname", index},
          {"maintained", maintained}};
}

TEST(InvalidIndexes, AreCountedAndNamed) {
  EXPECT_EQ(test::emitted_from(invalid_indexes(), {invalid("orders_time", "t"), invalid("orders_time_ccnew", "f")}),
            R"(pg_invalid_indexes_count 2
pg_invalid_indexes_maintained{schemaname="public",relname="orders",indexrelname="orders_time"} 1
pg_invalid_indexes_maintained{schemaname="public",relname="orders",indexrelname="orders_time_ccnew"} 0
)");
}

TEST(InvalidIndexes, AreNoneWhereNoneAreNamed) {
  EXPECT_EQ(test::emitted_from(invalid_indexes(), {{{"count", "0"}}}), "pg_invalid_indexes_count 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
