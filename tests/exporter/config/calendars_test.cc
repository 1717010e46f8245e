// Calendars as people write them, and what they read who mistyped one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "exporter/calendar/shipped.h"
#include "exporter/config/read_calendars.h"

namespace pgwatch::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::year;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Environment kNoVariables = [](const std::string&) { return std::nullopt; };

CalendarSpecs calendars_of(const std::string& text) {
  CalendarSpecs calendars = shipped_calendars();
  read_calendars(Reader("f.yaml", kNoVariables), *parse_document(text, "f.yaml"), calendars);
  return calendars;
}

std::string calendar_error(const std::string& text) {
  try {
    calendars_of(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

const std::string kBerlin =
    "x:\n  timezone: Europe/Berlin\n  sessions: [{days: mon-fri, open: \"09:00\", close: \"17:30\"}]\n";

std::set<unsigned> days_of(const std::string& days) {
  return calendars_of("x: {timezone: UTC, sessions: [{days: " + days + ", open: 09:00, close: 16:00}]}")
      .at("x")
      .sessions[0]
      .days;
}

// A file that is gone with the test.
class Holidays {
 public:
  explicit Holidays(const std::string& text)
      : path_(testing::TempDir() + "pgwatch_holidays_" + std::to_string(getpid())) {
    std::ofstream(path_) << text;
  }
  ~Holidays() { std::remove(path_.c_str()); }
  Holidays(const Holidays&) = delete;
  Holidays& operator=(const Holidays&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(CalendarsRead, AllThatCanBeSaid) {
  const CalendarSpec spec = calendars_of(R"(
x:
  timezone: America/New_York
  sessions:
    - {days: mon-fri, open: "09:30", close: "16:00"}
    - {days: [sun], open: "20:00", close: "02:00"}
  holidays: [2026-11-26, 2026-12-25]
  early_close: {2026-11-27: "13:00"}
  late_open: {2026-11-30: "11:00"}
  valid_until: 2027-12-31
)")
                                .at("x");
  EXPECT_EQ(spec.time_zone, "America/New_York");
  ASSERT_EQ(spec.sessions.size(), 2U);
  EXPECT_EQ(spec.sessions[0].times(), (LocalSession{hours{9} + minutes{30}, hours{16}}));
  EXPECT_EQ(spec.sessions[1].times(), (LocalSession{hours{20}, hours{26}}));
  EXPECT_THAT(spec.special.holidays, ElementsAre(year{2026} / 11 / 26, year{2026} / 12 / 25));
  EXPECT_EQ(spec.special.early_close.at(year{2026} / 11 / 27), hours{13});
  EXPECT_EQ(spec.special.late_open.at(year{2026} / 11 / 30), hours{11});
  EXPECT_EQ(spec.valid_until, year{2027} / 12 / 31);
}

TEST(CalendarsRead, NothingIsAroundTheClock) {
  EXPECT_THAT(calendars_of("x: {}").at("x").sessions, IsEmpty());
  EXPECT_THAT(calendars_of("x:").at("x").sessions, IsEmpty());
}

TEST(CalendarsRead, DaysAreRangesAndLists) {
  EXPECT_THAT(days_of("wed"), ElementsAre(3));
  EXPECT_THAT(days_of("sun-thu"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(days_of("fri-mon"), ElementsAre(0, 1, 5, 6));
  EXPECT_THAT(days_of("[mon, wed-fri]"), ElementsAre(1, 3, 4, 5));
  EXPECT_THAT(days_of("\"mon, wed,sat\""), ElementsAre(1, 3, 6));
}

TEST(CalendarsRead, ASessionMayOpenTheDayBefore) {
  const auto calendars = calendars_of(
      "x: {timezone: America/Chicago, sessions: [{days: mon-fri, open: 17:00, close: 16:00, opens: day_before}]}");
  EXPECT_EQ(calendars.at("x").sessions[0].times(), (LocalSession{-hours{7}, hours{16}}));
}

TEST(CalendarsRead, ShippedOnesStayUnlessTheirNameIsTaken) {
  EXPECT_EQ(calendars_of(kBerlin).at("us_equities").time_zone, "America/New_York");
  EXPECT_THAT(calendars_of("us_equities: {}").at("us_equities").sessions, IsEmpty());
}

TEST(CalendarsRead, HolidaysComeFromAFileToo) {
  const Holidays file("2026-12-25,,Christmas\n2026-12-24,14:00\n2026-12-30,14:00\n");
  const auto spec =
      calendars_of(kBerlin +
                   "  holidays: [2027-01-01]\n  early_close: {2026-12-30: \"12:00\"}\n  holidays_file: " + file.path())
          .at("x");
  EXPECT_THAT(spec.special.holidays, ElementsAre(year{2026} / 12 / 25, year{2027} / 1 / 1));
  EXPECT_EQ(spec.special.early_close.at(year{2026} / 12 / 24), hours{14});
  EXPECT_EQ(spec.special.early_close.at(year{2026} / 12 / 30), hours{12}) << "the configuration goes first";
}

TEST(CalendarErrors, OfAFileNameItsLine) {
  const Holidays file("2026-12-25\n24.12.2026,14:00\n");
  EXPECT_EQ(calendar_error(kBerlin + "  holidays_file: " + file.path()),
            file.path() + ":2: expected a date, as 2026-11-27, found \"24.12.2026\"");
}

TEST(CalendarErrors, NameAFileThatIsNotThere) {
  EXPECT_EQ(calendar_error(kBerlin + "  holidays_file: /nowhere/x.csv"),
            "f.yaml:4:18: cannot read holidays_file /nowhere/x.csv: No such file or directory");
}

TEST(CalendarErrors, NameTheNearestTimeZone) {
  EXPECT_EQ(calendar_error("x:\n  timezone: America/New_Yorck"),
            "f.yaml:2:13: unknown time zone \"America/New_Yorck\"; did you mean America/New_York?");
  EXPECT_EQ(calendar_error("x:\n  timezone: Ruritania"),
            "f.yaml:2:13: unknown time zone \"Ruritania\"; expected a name as America/New_York");
}

TEST(CalendarErrors, NameTheNearestKey) {
  EXPECT_THAT(calendar_error("x:\n  time_zone: UTC"),
              StartsWith("f.yaml:2:3: unknown key \"time_zone\"; did you mean \"timezone\"?"));
  EXPECT_THAT(calendar_error("x: {sessions: [{day: mon}]}"), HasSubstr("unknown key \"day\"; did you mean \"days\"?"));
}

TEST(CalendarErrors, SayWhatWasExpected) {
  const auto session = [](const std::string& inside) {
    return calendar_error("x: {timezone: UTC, sessions: [{" + inside + "}]}");
  };
  EXPECT_THAT(session("days: mon-fry"),
              HasSubstr("expected days as mon-fri, or mon, wed, or [mon, wed], found \"mon-fry\""));
  EXPECT_THAT(session("days: \"\""), HasSubstr("expected days as mon-fri"));
  EXPECT_THAT(session("days: mon, open: 9:30"), HasSubstr("expected a time of day as 09:30, found \"9:30\""));
  EXPECT_THAT(session("days: mon, open: 24:00"), HasSubstr("expected a time from 00:00 to 23:59, found \"24:00\""));
  EXPECT_THAT(session("days: mon, open: 09:30"), HasSubstr("expected a session as {days: mon-fri"));
  EXPECT_THAT(session("days: mon, open: 09:30, close: 16:00, opens: before"),
              HasSubstr("expected same_day or day_before"));
  EXPECT_EQ(calendar_error(kBerlin + "  holidays: [2026-11-31]"),
            "f.yaml:4:14: expected a date as 2026-11-27, found \"2026-11-31\"");
  EXPECT_EQ(calendar_error(kBerlin + "  early_close: {friday: 13:00}"),
            "f.yaml:4:17: expected a date as 2026-11-27, found \"friday\"");
}

TEST(CalendarErrors, NameTheCalendarThatMakesNoSense) {
  EXPECT_EQ(calendar_error("a: {}\nb: {timezone: UTC}"),
            "f.yaml:2:1: calendar b: it has no sessions: give it some, or nothing at all for around the clock");
  EXPECT_EQ(calendar_error(kBerlin + "  early_close: {2026-11-27: 18:00}"),
            "f.yaml:1:1: calendar x: the early close of 2026-11-27, 18:00, is not while a session would be open");
}

}  // namespace
}  // namespace pgwatch::config
