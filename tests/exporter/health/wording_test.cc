#include "exporter/health/wording.h"

#include <gtest/gtest.h>

#include <limits>

#include "exporter/health/check.h"

namespace pgwatch::health {
namespace {

constexpr double kKibibyte = 1024;
constexpr double kMebibyte = 1024 * kKibibyte;

TEST(Wording, SaysBytesInTheUnitThatFits) {
  EXPECT_EQ(worded(0, Unit::kBytes), "0 B");
  EXPECT_EQ(worded(1023, Unit::kBytes), "1023 B");
  EXPECT_EQ(worded(1.5 * kKibibyte, Unit::kBytes), "1.5 KiB");
  EXPECT_EQ(worded(256 * kMebibyte, Unit::kBytes), "256 MiB");
  EXPECT_EQ(worded(1.25 * kMebibyte * kKibibyte, Unit::kBytes), "1.25 GiB");
  EXPECT_EQ(worded(5000 * kMebibyte * kMebibyte * kKibibyte, Unit::kBytes), "5000 PiB");
}

TEST(Wording, SaysTimesInTwoUnitsAtMost) {
  EXPECT_EQ(worded(0, Unit::kSeconds), "0 ms");
  EXPECT_EQ(worded(0.25, Unit::kSeconds), "250 ms");
  EXPECT_EQ(worded(1.5, Unit::kSeconds), "1.5 s");
  EXPECT_EQ(worded(60, Unit::kSeconds), "1 m");
  EXPECT_EQ(worded(90.4, Unit::kSeconds), "1 m 30 s");
  EXPECT_EQ(worded(12'059, Unit::kSeconds), "3 h 20 m");
  EXPECT_EQ(worded(90'000, Unit::kSeconds), "1 d 1 h");
}

TEST(Wording, RoundsBeforeItChoosesTheUnit) {
  EXPECT_EQ(worded(0.9994, Unit::kSeconds), "999 ms");
  EXPECT_EQ(worded(0.9998, Unit::kSeconds), "1 s");
  EXPECT_EQ(worded(59.94, Unit::kSeconds), "59.9 s");
  EXPECT_EQ(worded(59.97, Unit::kSeconds), "1 m");
  EXPECT_EQ(worded(3'599.8, Unit::kSeconds), "1 h");
  EXPECT_EQ(worded(1023.9 * kKibibyte, Unit::kBytes), "1 MiB");
}

TEST(Wording, RoundsToThreeDigitsAndNeverToAPowerOfTen) {
  EXPECT_EQ(worded(999.6 * kKibibyte, Unit::kBytes), "1000 KiB");
  EXPECT_EQ(worded(9.999, Unit::kNone), "10");
  EXPECT_EQ(worded(99.96, Unit::kNone), "100");
  EXPECT_EQ(worded(12.345, Unit::kNone), "12.3");
  EXPECT_EQ(worded(123'456, Unit::kNone), "123456");
}

TEST(Wording, SaysThatNoNumberIsUnknown) {
  EXPECT_EQ(worded(std::numeric_limits<double>::quiet_NaN(), Unit::kBytes), "unknown");
  EXPECT_EQ(worded(std::numeric_limits<double>::infinity(), Unit::kSeconds), "unknown");
}

TEST(Beyond, NamesTheGravestThresholdReached) {
  const Threshold threshold = {.warning = 60, .critical = 300};
  EXPECT_EQ(beyond(59.9, threshold, Unit::kSeconds), "");
  EXPECT_EQ(beyond(60, threshold, Unit::kSeconds), " (warning from 1 m)");
  EXPECT_EQ(beyond(300, threshold, Unit::kSeconds), " (critical from 5 m)");
}

TEST(Compare, HoldsWhatIsAtTheThresholdToBeBeyondIt) {
  const Threshold threshold = {.warning = 1, .critical = 2};
  EXPECT_EQ(compare(0.99, threshold), Status::kOk);
  EXPECT_EQ(compare(1, threshold), Status::kWarning);
  EXPECT_EQ(compare(2, threshold), Status::kCritical);
}

TEST(Compare, IsWellWithoutAThreshold) {
  EXPECT_EQ(compare(1e12, {}), Status::kOk);
  EXPECT_EQ(compare(1e12, {.warning = 1, .critical = {}}), Status::kWarning);
}

}  // namespace
}  // namespace pgwatch::health
