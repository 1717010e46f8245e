#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

TEST(Locks, CountsByDatabaseAndMode) {
  EXPECT_EQ(test::emitted_from(locks(), {{{"datname", "lake"}, {"mode", "accesssharelock"}, {"count", "12"}},
                                         {{"datname", "lake"}, {"mode", "accessexclusivelock"}, {"count", "0"}}}),
            "pg_locks_count{datname=\"lake\",mode=\"accesssharelock\"} 12\n"
            "pg_locks_count{datname=\"lake\",mode=\"accessexclusivelock\"} 0\n");
}

TEST(Locks, AsksForEveryMode) {
  for (const char* mode : {"accesssharelock", "rowsharelock", "rowexclusivelock", "shareupdateexclusivelock",
                           "sharelock", "sharerowexclusivelock", "exclusivelock", "accessexclusivelock", "sireadlock"})
    EXPECT_THAT(test::statement(locks(), 180000), HasSubstr("'" + std::string(mode) + "'"));
}

}  // namespace
}  // namespace pgwatch::collectors
