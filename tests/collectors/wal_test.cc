#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(Wal, TellsHowManySegmentsThereAreAndHowLarge) {
  EXPECT_EQ(test::emitted_from(wal(), {{{"segments", "3"}, {"size_bytes", "50331648"}}}),
            "pg_wal_segments 3\n"
            "pg_wal_size_bytes 50331648\n");
}

TEST(Wal, GivesNoSizeWhereThereAreNoSegments) {
  EXPECT_EQ(test::emitted_from(wal(), {{{"segments", "0"}}}), "pg_wal_segments 0\n");
}

}  // namespace
}  // namespace pgwatch::collectors
