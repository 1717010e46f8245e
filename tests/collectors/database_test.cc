#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

TEST(Database, TellsTheSizeAndLimitOfEach) {
  EXPECT_EQ(test::emitted_from(database(),
                               {{{"datname", "lake"}, {"size_bytes", "7959343887"}, {"connection_limit", "-1"}},
                                {{"datname", "template0"}, {"size_bytes", "7676719"}, {"connection_limit", "5"}}}),
            "pg_database_connection_limit{datname=\"lake\"} -1\n"
            "pg_database_connection_limit{datname=\"template0\"} 5\n"
            "pg_database_size_bytes{datname=\"lake\"} 7959343887\n"
            "pg_database_size_bytes{datname=\"template0\"} 7676719\n");
}

// The role may not look into it, or it is gone: that is no size of 0.
TEST(Database, GivesNoSizeWhereThereIsNone) {
  EXPECT_EQ(test::emitted_from(database(), {{{"datname", "closed"}, {"connection_limit", "-1"}}}),
            "pg_database_connection_limit{datname=\"closed\"} -1\n");
}

TEST(Database, WritesAnyNameAsALabel) {
  EXPECT_EQ(test::emitted_from(database(), {{{"datname", "Süd\"\\\n'see"}, {"size_bytes", "1"}}}),
            "pg_database_size_bytes{datname=\"Süd\\\"\\\\\\n'see\"} 1\n");
}

// pg_database_size() fails on what the role may not see and on what is gone.
TEST(Database, AsksForASizeOnlyAfterAskingWhetherItMay) {
  const std::string sql = test::statement(database(), 180000);
  EXPECT_LT(sql.find("has_database_privilege(oid, 'CONNECT') THEN"), sql.find("pg_database_size(oid)"));
  EXPECT_THAT(sql, HasSubstr("IS NOT NULL AND pg_has_role('pg_read_all_stats', 'USAGE')"));
}

TEST(Database, IsAskedByATimer) { EXPECT_EQ(database().lane, Lane::kSlow); }

}  // namespace
}  // namespace pgwatch::collectors
