#include "exporter/calendar/special_days.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch {
namespace {

using std::chrono::year;

std::string error_of(const std::string& text) {
  try {
    read_special_days(text, "x.csv");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(SpecialDays, AreReadFromLines) {
  const SpecialDays days = read_special_days(
      "# holidays\n\n2026-11-26\n 2026-11-27 , 13:00 ,day after # half\r\n2026-12-25,,Christmas, of course\n", "x.csv");
  EXPECT_EQ(days.holidays, (std::set<std::chrono::year_month_day>{year{2026} / 11 / 26, year{2026} / 12 / 25}));
  ASSERT_EQ(days.early_close.size(), 1U);
  EXPECT_EQ(days.early_close.at(year{2026} / 11 / 27), std::chrono::hours{13});
}

TEST(SpecialDays, AnEmptyFileHasNone) {
  EXPECT_TRUE(read_special_days("", "x.csv").holidays.empty());
  EXPECT_TRUE(read_special_days("\n# none\n", "x.csv").holidays.empty());
}

TEST(SpecialDays, AMistakeIsShownWhereItStands) {
  EXPECT_EQ(error_of("2026-11-26\n\n26.11.2026"), "x.csv:3: expected a date, as 2026-11-27, found \"26.11.2026\"");
  EXPECT_EQ(error_of("date,close,name\n"), "x.csv:1: expected a date, as 2026-11-27, found \"date\"");
}

TEST(SpecialDays, AHalfDayIsNotTakenForAHoliday) {
  for (const std::string close : {"1pm", "13.00", "Christmas"})
    EXPECT_EQ(error_of("2026-12-24," + close),
              "x.csv:1: expected the time of an early close, as 13:00, or none, as 2026-12-25,,Christmas, found \"" +
                  close + '"');
}

TEST(SpecialDays, ADateStandsOnce) {
  EXPECT_EQ(error_of("2026-12-24,13:00\n2026-12-24"), "x.csv:2: 2026-12-24 stands here twice");
  EXPECT_EQ(error_of("2026-12-24\n2026-12-24"), "x.csv:2: 2026-12-24 stands here twice");
  EXPECT_EQ(error_of("2026-12-24,13:00\n2026-12-24,12:00"), "x.csv:2: 2026-12-24 stands here twice");
}

}  // namespace
}  // namespace pgwatch
