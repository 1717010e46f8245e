#include "exporter/config/version_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch::config {
namespace {

using testing::ElementsAre;

TEST(VersionRange, OfTwoConditionsIsBoth) {
  EXPECT_THAT(read_version_range(">=10.2.0 <13.0.0"), ElementsAre(VersionSpan{100'002, 130'000}));
  EXPECT_THAT(read_version_range("<13.0.0 <12.0.0 >9.6.3"), ElementsAre(VersionSpan{90'604, 120'000}));
}

TEST(VersionRange, OfAlternativesIsEach) {
  EXPECT_THAT(read_version_range("<=12.4.0 || >=14.0.0"),
              ElementsAre(VersionSpan{0, 120'005}, VersionSpan{140'000, 0}));
}

TEST(VersionRange, TakesWholeReleases) {
  EXPECT_THAT(read_version_range("13.x"), ElementsAre(VersionSpan{130'000, 140'000}));
  EXPECT_THAT(read_version_range("9.6.x"), ElementsAre(VersionSpan{90'600, 90'700}));
  EXPECT_THAT(read_version_range("=15.3.0"), ElementsAre(VersionSpan{150'003, 150'004}));
}

TEST(VersionRange, ThatIsNoneIsRefused) {
  for (const char* text : {"", "new", ">=", "!=13.0.0", ">=13.0.0 ||", "|| 13.x", "13.0.0.0.", "1000.0.0", "13..0"})
    EXPECT_THROW(read_version_range(text), std::invalid_argument) << text;
}

}  // namespace
}  // namespace pgwatch::config
