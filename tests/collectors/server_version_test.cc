#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(ServerVersion, IsInTheLabels) {
  EXPECT_EQ(test::emitted_from(server_version(),
                               {{{"version", "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu"},
                                 {"short_version", "15.18.0"},
                                 {"static", "1"}}}),
            "pg_static{version=\"PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu\","
            "short_version=\"15.18.0\"} 1\n");
}

TEST(ServerVersion, IsUntypedAsWithPostgresExporter) { EXPECT_EQ(server_version().columns.back().use, Use::kUntyped); }

}  // namespace
}  // namespace pgwatch::collectors
