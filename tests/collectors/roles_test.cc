#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Roles, TellTheirConnectionLimits) {
  EXPECT_EQ(test::emitted_from(roles(), {{{"rolname", "postgres"}, {"connection_limit", "-1"}},
                                         {{"rolname", "O'Brien \"x\""}, {"connection_limit", "0"}}}),
            "pg_roles_connection_limit{rolname=\"postgres\"} -1\n"
            "pg_roles_connection_limit{rolname=\"O'Brien \\\"x\\\"\"} 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
