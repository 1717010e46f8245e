#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Connections, TellHowManyAreLeft) {
  EXPECT_EQ(
      test::emitted_from(connections(),
                         {{{"used", "90"}, {"max", "100"}, {"superusers", "3"}, {"roles", "2"}, {"available", "5"}}}),
      R"(pg_connections_available 5
pg_connections_max 100
pg_connections_reserved{whom="superusers"} 3
pg_connections_reserved{whom="roles"} 2
pg_connections_used 90
)");
}

TEST(Connections, KnowNoReserveForRolesWhereThereIsNoSuchSetting) {
  EXPECT_EQ(test::emitted_from(connections(), {{{"superusers", "3"}}}),
            "pg_connections_reserved{whom=\"superusers\"} 3\n");
}

}  // namespace
}  // namespace pgwatch::collectors
