#include "exporter/calendar/written.h"

#include <gtest/gtest.h>

namespace pgwatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Written, ADateIsReadAndWritten) {
  const auto date = read_date("2026-11-27");
  ASSERT_TRUE(date);
  EXPECT_EQ(*date, std::chrono::year{2026} / 11 / 27);
  EXPECT_EQ(to_text(*date), "2026-11-27");
  EXPECT_EQ(to_text(std::chrono::year{2027} / 1 / 2), "2027-01-02");
}

TEST(Written, ADateThatIsNoneIsRefused) {
  for (const char* text : {"", "2026-11-31", "2027-02-29", "2026-13-01", "2026-1-1", "26-11-27", "2026/11/27",
                           "2026-11-27 ", "-026-11-27", "+026-11-27", "2026-00-10", "2026-10-00"})
    EXPECT_FALSE(read_date(text)) << text;
}

TEST(Written, ATimeIsReadAndWritten) {
  EXPECT_EQ(read_time_of_day("09:30"), hours{9} + minutes{30});
  EXPECT_EQ(read_time_of_day("00:00"), minutes{0});
  EXPECT_EQ(read_time_of_day("24:00"), hours{24});
  EXPECT_EQ(to_text(hours{9} + minutes{5}), "09:05");
}

TEST(Written, ATimeThatIsNoneIsRefused) {
  for (const char* text : {"", "9:30", "09:60", "24:01", "25:00", "09.30", "9am", "09:30:00", "-1:30", "570"})
    EXPECT_FALSE(read_time_of_day(text)) << text;
}

}  // namespace
}  // namespace pgwatch
