// What holds on every day of eight years, both changes of the clock included, in six time zones.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "exporter/calendar/expand.h"
#include "exporter/calendar/written.h"
#include "tests/exporter/calendar/markets.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year;
using Days = std::chrono::days;

constexpr auto kFirst = year{2022} / 1 / 1;
constexpr auto kLast = year{2029} / 12 / 31;
constexpr minutes kStep{15};  // every open, close and change of a clock is on a quarter of an hour
constexpr int kTimes = kSanitized ? 5'000 : 50'000;

// What the tests of a market have in common, made once, by the clock on its wall.
struct Years {
  Years(const Market& market, const WallClock& wall)
      : calendar(expand(market.name, market.spec, kFirst, kLast)),
        from(wall.midnight(kFirst)),
        until(wall.midnight(sys_days(kLast) + Days{1})) {
    for (SysSeconds at = from; at < until; at += kStep) is_open_by_the_wall.push_back(market.is_open(wall.at(at)));
  }

  const Calendar calendar;
  const SysSeconds from;
  const SysSeconds until;
  std::vector<bool> is_open_by_the_wall;  // at each step
};

const Years& years_of(const Market& market, const WallClock& wall) {
  static std::map<std::string, Years> known;
  return known.try_emplace(market.name, market, wall).first->second;
}

class EachMarket : public testing::TestWithParam<Market> {
 protected:
  SysSeconds some_time() {
    std::uniform_int_distribution<std::int64_t> seconds(from_.time_since_epoch().count(),
                                                        until_.time_since_epoch().count());
    return SysSeconds{Seconds{seconds(random_)}};
  }

  bool is_open_by_the_wall(SysSeconds at) const {
    EXPECT_EQ((at - from_) % kStep, Seconds{0}) << "no step";
    return years_.is_open_by_the_wall.at(static_cast<std::size_t>((at - from_) / kStep));
  }

  const Market& market_ = GetParam();
  const WallClock wall_{market_.spec.time_zone};
  const Years& years_ = years_of(market_, wall_);
  const Calendar& calendar_ = years_.calendar;
  const SysSeconds from_ = years_.from;
  const SysSeconds until_ = years_.until;
  std::mt19937 random_{20261108};  // the same each time
};

TEST_P(EachMarket, IsOpenWhenTheClockOnItsWallSaysSo) {
  std::size_t wrong = 0;
  for (SysSeconds at = from_; at < until_ && wrong < 5; at += kStep) {
    if (calendar_.is_open(at) == is_open_by_the_wall(at)) continue;
    ++wrong;
    const WallTime wall = wall_.at(at);
    ADD_FAILURE() << to_text(wall.date) << ' ' << to_text(wall.since_midnight);
  }
}

TEST_P(EachMarket, CountsADayAsLongAsTheWallSays) {
  for (sys_days day = kFirst; day <= sys_days(kLast); day += Days{1}) {
    const SysSeconds midnight = wall_.midnight(day);
    const SysSeconds next_midnight = wall_.midnight(day + Days{1});
    Seconds open{0};
    for (SysSeconds at = midnight; at < next_midnight; at += kStep)
      if (is_open_by_the_wall(at)) open += kStep;
    ASSERT_EQ(calendar_.elapsed(midnight, next_midnight), open) << to_text(std::chrono::year_month_day(day));
  }
}

TEST_P(EachMarket, CoversItsDays) {
  EXPECT_TRUE(calendar_.covers(from_));
  EXPECT_FALSE(calendar_.covers(from_ - Seconds{1}));
  EXPECT_TRUE(calendar_.covers(until_ - Seconds{1}));
  EXPECT_FALSE(calendar_.covers(until_));
}

TEST_P(EachMarket, SessionsAreInOrderAndNotEmpty) {
  const auto& sessions = calendar_.sessions();
  ASSERT_GT(sessions.size(), 1'000U);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    ASSERT_LT(sessions[i].open, sessions[i].close);
    if (i == 0) continue;
    ASSERT_LE(sessions[i - 1].close, sessions[i].open);
    ASSERT_LE(sessions[i - 1].date, sessions[i].date);
  }
}

TEST_P(EachMarket, EachSessionOpensAsWritten) {
  for (const Session& session : calendar_.sessions()) {
    const WallTime wall = wall_.at(session.open);
    bool written = false;
    for (const WeeklySession& weekly : market_.spec.sessions) {
      const sys_days opens_on = sys_days(session.date) - Days{weekly.opens_day_before ? 1 : 0};
      written = written || (wall.since_midnight == weekly.open && sys_days(wall.date) == opens_on);
    }
    ASSERT_TRUE(written) << to_text(wall.date) << ' ' << to_text(wall.since_midnight);
  }
}

TEST_P(EachMarket, NoSessionHasTheDateOfAHoliday) {
  for (const Session& session : calendar_.sessions())
    ASSERT_FALSE(market_.spec.special.holidays.contains(session.date)) << to_text(session.date);
}

TEST_P(EachMarket, MarketTimeAddsUpAndNeverRunsBackOrFasterThanTheClock) {
  for (int i = 0; i < kTimes; ++i) {
    const SysSeconds first = some_time();
    const SysSeconds second = some_time();
    const SysSeconds third = some_time();
    const Seconds elapsed = calendar_.elapsed(first, second);
    ASSERT_EQ(elapsed + calendar_.elapsed(second, third), calendar_.elapsed(first, third));
    ASSERT_EQ(elapsed, -calendar_.elapsed(second, first));
    ASSERT_LE(std::chrono::abs(elapsed), std::chrono::abs(second - first));
    ASSERT_TRUE(first <= second ? elapsed >= Seconds{0} : elapsed <= Seconds{0});
  }
}

TEST_P(EachMarket, GoingBackIsTheInverseOfCounting) {
  for (int i = 0; i < kTimes; ++i) {
    const SysSeconds at = some_time();
    const SysSeconds earlier = std::min(at, some_time());
    const Seconds amount = calendar_.elapsed(earlier, at);
    const SysSeconds back = calendar_.back(at, amount);
    ASSERT_GE(back, earlier);
    ASSERT_LE(back, at);
    ASSERT_EQ(calendar_.elapsed(back, at), amount);
    if (back == at) continue;
    ASSERT_LT(calendar_.elapsed(back + Seconds{1}, at), amount) << "there is a later one";
  }
}

// No session and no break is shorter than the graces.
TEST_P(EachMarket, IsActiveWithinTheGraces) {
  constexpr minutes kOpenGrace{20};
  constexpr minutes kCloseGrace{10};
  for (int i = 0; i < 5'000; ++i) {
    const SysSeconds at = some_time();
    bool open_for_long = true;
    for (minutes past{0}; past <= kOpenGrace; past += minutes{1})
      open_for_long = open_for_long && calendar_.is_open(at - past);
    const bool just_closed = !calendar_.is_open(at) && calendar_.is_open(at - kCloseGrace);
    ASSERT_EQ(calendar_.active(at, kOpenGrace, kCloseGrace), open_for_long || just_closed)
        << at.time_since_epoch().count();
  }
}

TEST_P(EachMarket, ActiveTimesDoNotOverlap) {
  const auto& sessions = calendar_.sessions();
  for (std::size_t i = 1; i < sessions.size(); ++i) {
    if (sessions[i - 1].close == sessions[i].open) continue;
    ASSERT_TRUE(calendar_.active(sessions[i - 1].close, minutes{5}, minutes{5}));
    ASSERT_FALSE(calendar_.active(sessions[i - 1].close + minutes{5}, minutes{5}, minutes{5}));
    ASSERT_FALSE(calendar_.active(sessions[i].open, minutes{5}, minutes{5}));
    ASSERT_TRUE(calendar_.active(sessions[i].open + minutes{5}, minutes{5}, minutes{5}));
  }
}

TEST_P(EachMarket, ACompletedDateIsTheLastOneThatIsOver) {
  for (int i = 0; i < 5'000; ++i) {
    const SysSeconds at = some_time();
    const auto completed = calendar_.last_completed(at, minutes{5});
    if (!completed) continue;
    ASSERT_LE(completed->close + minutes{5}, at);
    const auto& sessions = calendar_.sessions();
    const auto later = std::ranges::upper_bound(sessions, completed->date, {}, &Session::date);
    ASSERT_TRUE(later == sessions.begin() || std::prev(later)->close == completed->close);
    if (later == sessions.end()) continue;
    const auto behind = std::ranges::upper_bound(sessions, later->date, {}, &Session::date);
    ASSERT_GT(std::prev(behind)->close + minutes{5}, at) << "the next date is over, too";
  }
}

INSTANTIATE_TEST_SUITE_P(Calendars, EachMarket, testing::ValuesIn(markets()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace pgwatch::test
