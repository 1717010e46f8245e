#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatArchiver, TellsWhatWasArchivedAndWhatFailed) {
  EXPECT_EQ(test::emitted_from(stat_archiver(),
                               {{{"archived_count", "812"}, {"failed_count", "3"}, {"last_archive_age", "12.5"}}}),
            "pg_stat_archiver_archived_count 812\n"
            "pg_stat_archiver_failed_count 3\n"
            "pg_stat_archiver_last_archive_age 12.5\n");
}

TEST(StatArchiver, GivesNoAgeWhereNothingWasEverArchived) {
  EXPECT_EQ(test::emitted_from(stat_archiver(), {{{"archived_count", "0"}, {"failed_count", "0"}}}),
            "pg_stat_archiver_archived_count 0\n"
            "pg_stat_archiver_failed_count 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
