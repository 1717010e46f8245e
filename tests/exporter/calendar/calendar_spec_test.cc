// What is written of a calendar: what makes sense, and what its dates come to on the wall.
#include "exporter/calendar/calendar_spec.h"

#include <gtest/gtest.h>

namespace pgwatch {
namespace {

using std::chrono::hours;
using std::chrono::year;
using Sessions = std::vector<LocalSession>;

constexpr auto kFriday = year{2026} / 11 / 27;
constexpr auto kSaturday = year{2026} / 11 / 28;

const std::set<unsigned> kWorkdays = {1, 2, 3, 4, 5};

CalendarSpec spec(std::vector<WeeklySession> sessions) { return {"Europe/Berlin", std::move(sessions)}; }

CalendarSpec with_lunch() { return spec({{kWorkdays, hours{12}, hours{15}}, {kWorkdays, hours{9}, hours{11}}}); }
CalendarSpec at_night() { return spec({{kWorkdays, hours{18}, hours{2}}}); }
CalendarSpec from_the_evening_before() { return spec({{kWorkdays, hours{17}, hours{16}, true}}); }

Sessions with_early_close(CalendarSpec calendar, Minutes close) {
  calendar.special.early_close[kFriday] = close;
  EXPECT_EQ(problem(calendar), "");
  return sessions_on(calendar, kFriday);
}

Sessions with_late_open(CalendarSpec calendar, Minutes open) {
  calendar.special.late_open[kFriday] = open;
  EXPECT_EQ(problem(calendar), "");
  return sessions_on(calendar, kFriday);
}

TEST(CalendarSpec, ADateHasItsSessionsInOrder) {
  EXPECT_EQ(sessions_on(with_lunch(), kFriday), (Sessions{{hours{9}, hours{11}}, {hours{12}, hours{15}}}));
  EXPECT_EQ(sessions_on(with_lunch(), kSaturday), Sessions{});
}

TEST(CalendarSpec, ASessionMayRunOverMidnight) {
  EXPECT_EQ(sessions_on(at_night(), kFriday), (Sessions{{hours{18}, hours{26}}}));
  EXPECT_EQ(sessions_on(from_the_evening_before(), kFriday), (Sessions{{-hours{7}, hours{16}}}));
  EXPECT_EQ(sessions_on(spec({{kWorkdays, hours{0}, hours{24}}}), kFriday), (Sessions{{hours{0}, hours{24}}}));
  EXPECT_EQ(sessions_on(spec({{kWorkdays, hours{6}, hours{6}}}), kFriday), (Sessions{{hours{6}, hours{30}}}));
}

TEST(CalendarSpec, AHolidayHasNone) {
  CalendarSpec calendar = from_the_evening_before();
  calendar.special.holidays.insert(kFriday);
  EXPECT_EQ(sessions_on(calendar, kFriday), Sessions{});
}

TEST(CalendarSpec, AnEarlyCloseEndsTheDate) {
  EXPECT_EQ(with_early_close(with_lunch(), hours{14}), (Sessions{{hours{9}, hours{11}}, {hours{12}, hours{14}}}));
  EXPECT_EQ(with_early_close(with_lunch(), hours{11}), (Sessions{{hours{9}, hours{11}}}));
  EXPECT_EQ(with_early_close(with_lunch(), hours{10}), (Sessions{{hours{9}, hours{10}}}));
}

TEST(CalendarSpec, AnEarlyCloseIsTheFirstAfterTheOpen) {
  EXPECT_EQ(with_early_close(at_night(), hours{22}), (Sessions{{hours{18}, hours{22}}}));
  EXPECT_EQ(with_early_close(at_night(), hours{1}), (Sessions{{hours{18}, hours{25}}}));
  EXPECT_EQ(with_early_close(from_the_evening_before(), hours{12}), (Sessions{{-hours{7}, hours{12}}}));
  EXPECT_EQ(with_early_close(from_the_evening_before(), hours{20}), (Sessions{{-hours{7}, -hours{4}}}));
}

TEST(CalendarSpec, ALateOpenBeginsTheDate) {
  EXPECT_EQ(with_late_open(with_lunch(), hours{10}), (Sessions{{hours{10}, hours{11}}, {hours{12}, hours{15}}}));
  EXPECT_EQ(with_late_open(with_lunch(), hours{13}), (Sessions{{hours{13}, hours{15}}}));
  EXPECT_EQ(with_late_open(at_night(), hours{1}), (Sessions{{hours{25}, hours{26}}}));
}

TEST(CalendarSpec, NothingAtAllIsAroundTheClock) { EXPECT_EQ(problem(CalendarSpec{}), ""); }

TEST(CalendarSpec, WithoutSessionsNothingElseIsSaid) {
  CalendarSpec holidays_alone;
  holidays_alone.special.holidays.insert(kFriday);
  CalendarSpec end_alone;
  end_alone.valid_until = kFriday;
  for (const CalendarSpec& calendar : {spec({}), holidays_alone, end_alone})
    EXPECT_EQ(problem(calendar), "it has no sessions: give it some, or nothing at all for around the clock");
  CalendarSpec nowhere = with_lunch();
  nowhere.time_zone = "";
  EXPECT_EQ(problem(nowhere), "it has sessions and no timezone");
}

TEST(CalendarSpec, SessionsThatOverlapAreRefused) {
  EXPECT_EQ(problem(spec({{kWorkdays, hours{9}, hours{12}}, {kWorkdays, hours{11}, hours{15}}})),
            "the session that opens at 11:00 does so while another is open");
  EXPECT_EQ(problem(spec({{{6}, hours{22}, hours{4}}, {{0}, hours{3}, hours{5}}})),
            "the session that opens at 03:00 does so while another is open")
      << "over the end of the week";
  EXPECT_EQ(problem(spec({{{1}, hours{9}, hours{12}}, {{1}, hours{9}, hours{12}}})),
            "the session that opens at 09:00 does so while another is open");
}

TEST(CalendarSpec, SessionsMayTouch) {
  EXPECT_EQ(problem(spec({{{0, 1, 2, 3, 4, 5, 6}, hours{0}, hours{24}}})), "");
  EXPECT_EQ(problem(spec({{{0, 1, 2, 3, 4, 5, 6}, hours{17}, hours{17}, true}})), "");
}

TEST(CalendarSpec, ASessionLongerThanADayIsRefused) {
  EXPECT_EQ(problem(spec({{{1}, hours{9}, hours{10}, true}})),
            "the session from 09:00 on the day before to 10:00 is longer than a day");
}

TEST(CalendarSpec, ATimeThatChangesNothingIsRefused) {
  CalendarSpec late = with_lunch();
  late.special.early_close[kFriday] = hours{18};
  EXPECT_EQ(problem(late), "the early close of 2026-11-27, 18:00, is not while a session would be open");
  CalendarSpec early = with_lunch();
  early.special.late_open[kFriday] = hours{8};
  EXPECT_EQ(problem(early), "the late open of 2026-11-27, 08:00, is not while a session would be open");
  CalendarSpec both = with_lunch();
  both.special.holidays.insert(kFriday);
  both.special.early_close[kFriday] = hours{13};
  EXPECT_EQ(problem(both), "2026-11-27 is a holiday: leave out its early close");
}

TEST(CalendarSpec, SpecialDaysMayFallOnAWeekend) {
  CalendarSpec calendar = with_lunch();
  calendar.special.holidays.insert(kSaturday);
  EXPECT_EQ(problem(calendar), "");
  calendar.special.holidays.clear();
  calendar.special.early_close[kSaturday] = hours{13};
  EXPECT_EQ(problem(calendar), "");
}

}  // namespace
}  // namespace pgwatch
