#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) { return test::emitted(roles(), test::answer(roles(), rows)); }

TEST(Roles, TellTheirConnectionLimits) {
  EXPECT_EQ(emitted({{{"rolname", "postgres"}, {"connection_limit", "-1"}},
                     {{"rolname", "O'Brien \"x\""}, {"connection_limit", "0"}}}),
            "pg_roles_connection_limit{rolname=\"postgres\"} -1\n"
            "pg_roles_connection_limit{rolname=\"O'Brien \\\"x\\\"\"} 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
