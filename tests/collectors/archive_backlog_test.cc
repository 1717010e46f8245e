#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(ArchiveBacklog, TellsHowMuchWaitsAndSinceWhen) {
  EXPECT_EQ(
      test::emitted_from(archive_backlog(), {{{"enabled", "t"}, {"segments", "4"}, {"oldest_age_seconds", "90.5"}}}),
      R"(pg_archive_backlog_enabled 1
pg_archive_backlog_oldest_age_seconds 90.5
pg_archive_backlog_segments 4
)");
}

TEST(ArchiveBacklog, IsUnknownWhereTheServerDoesNotArchive) {
  EXPECT_EQ(test::emitted_from(archive_backlog(), {{{"enabled", "f"}}}), "pg_archive_backlog_enabled 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
