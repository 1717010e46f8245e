// How far back a check looks, and how it spells an instant.
#include "collectors/freshness/bounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::collectors {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;
using testing::ElementsAre;

SysSeconds in_november(int day, int hour, int minute = 0) {
  return sys_days(year(2026) / 11 / day) + std::chrono::hours(hour) + std::chrono::minutes(minute);
}

Micros micros(int day, int hour, int minute = 0) { return to_micros(in_november(day, hour, minute)); }

// New York, from Monday 16 to Friday 27 November 2026; Thanksgiving is the 26th.
std::shared_ptr<const Calendar> new_york() {
  std::vector<Session> sessions;
  for (const int day : {16, 17, 18, 19, 20, 23, 24, 25, 27})
    sessions.push_back({in_november(day, 14, 30), in_november(day, 21), year(2026) / 11 / day});
  return std::make_shared<const Calendar>("xnys", sessions, Calendar::Cover{in_november(14, 0), in_november(30, 0)},
                                          std::nullopt);
}

// Tokyo opens at midnight UTC, and has a break.
std::shared_ptr<const Calendar> tokyo() {
  std::vector<Session> sessions;
  for (const int day : {18, 19, 20}) {
    sessions.push_back({in_november(day, 0), in_november(day, 2, 30), year(2026) / 11 / day});
    sessions.push_back({in_november(day, 3, 30), in_november(day, 6, 30), year(2026) / 11 / day});
  }
  return std::make_shared<const Calendar>("xtks", sessions, Calendar::Cover{in_november(14, 0), in_november(30, 0)},
                                          std::nullopt);
}

FreshnessCheck within(std::shared_ptr<const Calendar> calendar) {
  FreshnessCheck check;
  check.age = {120, 7200};
  check.calendar = std::move(calendar);
  return check;
}

TEST(FreshnessBounds, GoBackByTheWallWithoutACalendar) {
  EXPECT_EQ(back(within(nullptr), micros(23, 15), 1h), micros(23, 14));
  EXPECT_EQ(reach(within(nullptr), micros(23, 15)), micros(23, 11)) << "twice the critical age";
}

TEST(FreshnessBounds, GoBackThroughSessionsWithOne) {
  EXPECT_EQ(back(within(new_york()), micros(23, 15), 1h), micros(20, 20, 30)) << "a weekend";
  EXPECT_EQ(back(within(new_york()), micros(22, 12), 10min), micros(20, 20, 50)) << "closed";
  EXPECT_EQ(back(within(new_york()), micros(20, 16), 1h), micros(20, 15)) << "within one";
}

TEST(FreshnessBounds, GoBackByTheWallWhereTheCalendarEnds) {
  EXPECT_EQ(back(within(new_york()), to_micros(sys_days(year(2026) / 12 / 1)), 24h), micros(30, 0));
}

TEST(FreshnessBounds, ReachTheSessionBeforeTheCompletedOne) {
  FreshnessCheck check = within(new_york());
  check.age = {};
  check.completed_session = true;
  EXPECT_EQ(reach(check, micros(23, 15)), micros(19, 0)) << "Friday's is due: Thursday's can be seen to be late";
  check.calendar = tokyo();
  EXPECT_EQ(reach(check, micros(20, 8)), micros(18, 12)) << "its bars of the 19th may be stamped at 15:00 on the 18th";
}

TEST(FreshnessBounds, StepThroughAWindowToTheNewestRow) {
  FreshnessCheck check = within(nullptr);
  check.gaps = FreshnessCheck::Gaps{5min, 60min};
  const std::vector<Stretch> all = stretches(check, micros(20, 15, 2), micros(20, 14, 51));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].begin, micros(20, 14, 5)) << "the first that begins in the window";
  EXPECT_EQ(all[0].count, 10) << "the last begins at 14:50";
}

TEST(FreshnessBounds, StepThroughAllOfAWindowWithoutARow) {
  FreshnessCheck check = within(nullptr);
  check.gaps = FreshnessCheck::Gaps{5min, 60min};
  const std::vector<Stretch> all = stretches(check, micros(20, 15, 2), micros(19, 0));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].begin, micros(20, 14, 5));
  EXPECT_EQ(all[0].count, 11) << "the last begins at 14:55, that of 15:00 is not over";
}

TEST(FreshnessBounds, HaveNoStepOfTheFutureWhateverRowIsThere) {
  FreshnessCheck check = within(nullptr);
  check.gaps = FreshnessCheck::Gaps{5min, 60min};
  const std::vector<Stretch> all = stretches(check, micros(20, 15, 2), micros(20, 15, 6));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].count, 11) << "the last begins at 14:55";
}

TEST(FreshnessBounds, StepFromEachOpenInsideSessionsOnly) {
  FreshnessCheck check = within(new_york());
  check.gaps = FreshnessCheck::Gaps{1h, 2h};
  const std::vector<Stretch> all = stretches(check, micros(23, 15, 30), micros(23, 15, 30));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].begin, micros(20, 20, 30)) << "from 20:00 on the first step begins at 20:30";
  EXPECT_EQ(all[0].count, 1);
  EXPECT_EQ(all[1].begin, micros(23, 14, 30));
  EXPECT_EQ(all[1].count, 2);
}

TEST(FreshnessMoments, AreLiteralsOfTheirType) {
  const Micros moment = micros(20, 15) + 250'000;
  EXPECT_EQ((TimeColumn{"t", TimeType::kTimestamptz}.from(moment)),
            "t >= '2026-11-20 15:00:00.250000+00'::pg_catalog.timestamptz");
  EXPECT_EQ((TimeColumn{"t", TimeType::kTimestamp}.before(moment)),
            "t < '2026-11-20 15:00:00.250000'::pg_catalog.timestamp");
  EXPECT_EQ((TimeColumn{"t", TimeType::kDate}.up_to(moment)), "t <= '2026-11-20'::pg_catalog.date");
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1000}.beyond(moment)), "t > 1795186800250");
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1'000'000'000}.beyond(moment)), "t > 1795186800250000000");
  EXPECT_EQ((TimeColumn{"t", TimeType::kOfQuery}.from(moment)), "extract(epoch FROM t) >= 1795186800.250000");
  EXPECT_EQ((TimeColumn{"t", TimeType::kTimestamptz}.from(-1'500'000)),
            "t >= '1969-12-31 23:59:58.500000+00'::pg_catalog.timestamptz");
}

TEST(FreshnessMoments, BoundNothingBeyondTheYearsThatAllTypesKnow) {
  EXPECT_EQ((TimeColumn{"t", TimeType::kDate}.from(kEver)), "true");
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1}.before(kNever)), "true");
}

TEST(FreshnessMoments, ComeFromIntegersOfAnyUnit) {
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1}.from_raw(1'795'186'800)), micros(20, 15));
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1'000'000'000}.from_raw(-1)), -1) << "earlier";
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1}.from_raw(kNever - 5)), kNever);
  EXPECT_EQ((TimeColumn{"t", TimeType::kInteger, 1}.from_raw(kEver)), kEver);
}

TEST(FreshnessMoments, AreReadFromSeconds) {
  EXPECT_EQ(read_seconds("1795186800.000001"), micros(20, 15) + 1);
  for (const char* none : {"Infinity", "-Infinity", "NaN", "x"}) EXPECT_EQ(read_seconds(none), std::nullopt) << none;
  EXPECT_EQ(read_seconds(std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace pgwatch::collectors
