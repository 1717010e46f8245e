// Checks of freshness on hypertables, with empty, locked and dropped chunks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/integration/freshness_live.h"
#include "tests/integration/interview.h"
#include "tests/support/timescaledb.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class FreshChunks : public OnEachTimescaleDb {
 protected:
  void SetUp() override {
    OnEachTimescaleDb::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(options());
    server_->sql("GRANT pg_read_all_data TO pgwatch; ALTER ROLE pgwatch SET timezone = 'Asia/Tokyo'");
  }

  // Chunks of an hour.
  void make(const std::string& name, const std::string& columns = "time timestamptz NOT NULL, symbol text") const {
    server_->sql("CREATE TABLE " + name + " (" + columns + ")");
    server_->sql("SELECT create_hypertable('" + name + "', 'time', chunk_time_interval => interval '1 hour')");
  }
  // A row of each of the last `count` hours; the newest is a minute old, or in the chunk before.
  void fill(const std::string& name, int count) const {
    server_->sql("INSERT INTO " + name + " SELECT now() - interval '1 min' - i * interval '1 h', 'x' FROM " +
                 "generate_series(0, " + std::to_string(count - 1) + ") AS i");
  }
  std::string chunk(const std::string& name, int from_newest) const {
    return server_->value(
        "SELECT format('%I.%I', chunk_schema, chunk_name) FROM timescaledb_information.chunks"
        " WHERE hypertable_name = '" +
        name + "' ORDER BY range_start DESC LIMIT 1 OFFSET " + std::to_string(from_newest));
  }
  double newest(const std::string& name) const {
    return std::stod(server_->value("SELECT extract(epoch FROM max(time)) FROM " + name));
  }
  Told told(const FreshnessCheck& check) const { return told_by(*server_, check); }

  std::unique_ptr<PostgresServer> server_;
};

INSTANTIATE_TEST_SUITE_P(, FreshChunks, every_timescaledb(), timescaledb_name);

TEST_P(FreshChunks, MayBeEmpty) {
  make("bars");
  const FreshnessCheck check = check_of("bars", "");
  EXPECT_EQ(told(check).outcome, Outcome::kOk);
  EXPECT_EQ(told(check).value("searched_since_timestamp_seconds"), std::nullopt) << "the whole table is";
  fill("bars", 12);
  EXPECT_NEAR(told(check).value("last_timestamp_seconds").value_or(0), newest("bars"), 0.001);
  server_->sql("DELETE FROM bars WHERE time > now() - interval '3 h'");
  EXPECT_NEAR(told(check).value("last_timestamp_seconds").value_or(0), newest("bars"), 0.001) << "some chunks back";
  server_->sql("DELETE FROM bars");
  EXPECT_NEAR(told(check).value("searched_since_timestamp_seconds").value_or(0), now_of(*server_) - 9 * 3600, 3700);
}

TEST_P(FreshChunks, HaveRowsOfTheFutureThatMakeNothingFresh) {
  make("bars");
  fill("bars", 2);
  const double fresh = newest("bars");
  server_->sql(
      "INSERT INTO bars VALUES (now() + interval '6 min', 'x'), (now() + interval '3 days', 'x'), "
      "(now() + interval '50 years', 'x')");
  const Told with_future = told(check_of("bars"));
  EXPECT_NEAR(with_future.value("last_timestamp_seconds").value_or(0), fresh, 0.001);
  EXPECT_EQ(with_future.value("future_rows"), 3);
}

TEST_P(FreshChunks, HaveGroupsThatMayBeMissing) {
  make("bars");
  fill("bars", 3);
  server_->sql("INSERT INTO bars VALUES (now() - interval '2 min', 'y'), (now() - interval '2 h', 'gone')");
  FreshnessCheck check = check_of("bars");
  check.groups = FreshnessCheck::Groups{.column = "symbol", .expected = {"x", "gone"}};
  const Told groups = told(check);
  EXPECT_EQ(groups.outcome, Outcome::kOk) << groups.detail;
  EXPECT_EQ(groups.value("groups"), 2);
  EXPECT_EQ(groups.value("group_missing", {{"group", "gone"}}), 1);
  EXPECT_TRUE(groups.value("last_timestamp_seconds", {{"group", "y"}}));
}

TEST_P(FreshChunks, MayHaveAnotherTimeAndSpace) {
  server_->sql("CREATE TABLE days (time date NOT NULL); SELECT create_hypertable('days', 'time')");
  server_->sql("INSERT INTO days VALUES ((now() AT TIME ZONE 'UTC')::date)");
  EXPECT_EQ(told(check_of("days")).value("last_timestamp_seconds"), newest("days"));
  server_->sql(
      "CREATE TABLE numbers (time bigint NOT NULL, symbol text);"
      "CREATE FUNCTION clock() RETURNS bigint LANGUAGE sql STABLE AS"
      " 'SELECT (extract(epoch FROM now()) * 1000)::bigint'");
  server_->sql("SELECT create_hypertable('numbers', 'time', 'symbol', 4, chunk_time_interval => 3600000)");
  server_->sql("INSERT INTO numbers SELECT clock() - 60000 - i * 1800000, i::text FROM generate_series(0, 30) AS i");
  EXPECT_THAT(told(check_of("numbers")).detail, HasSubstr("say its time_unit"));
  server_->sql("SELECT set_integer_now_func('numbers', 'clock')");
  const Told numbers = told(check_of("numbers"));
  EXPECT_EQ(numbers.value("last_timestamp_seconds").value_or(0) * 1000,
            std::stod(server_->value("SELECT max(time) FROM numbers")))
      << numbers.detail;
}

// In one statement an hour of them would take 215 locks.
TEST_P(FreshChunks, AreLockedAFewAtATime) {
  server_->sql("CREATE TABLE bars (time timestamptz NOT NULL, symbol text)");
  server_->sql("SELECT create_hypertable('bars', 'time', 'symbol', 2, chunk_time_interval => interval '1 min')");
  for (int first = 1; first < 80; first += 10)
    server_->sql("INSERT INTO bars SELECT now() - (i + " + std::to_string(first) +
                 ") * interval '1 min', symbol FROM generate_series(0, 9) AS i, unnest('{v,w,x,y}'::text[]) AS symbol"
                 " WHERE symbol <> 'y' OR i + " +
                 std::to_string(first) + " > 50");
  FreshnessCheck check = check_of("bars");
  check.table = "public.bars";
  check.groups = FreshnessCheck::Groups{.column = "symbol", .most = 3, .expected = {"y", "never"}};
  check.window = FreshnessCheck::Window{60min};
  check.gaps = FreshnessCheck::Gaps{7min, 60min};  // steps that begin in one piece and end in another
  Interview interview(*server_);
  EXPECT_LT(interview.taken_by(collector_of(check)).locks, 100);
  const Told told = this->told(check);
  EXPECT_NEAR(told.value("rows_in_window").value_or(0), 3 * 60 + 10, kClockSlack / 5);
  EXPECT_EQ(told.value("missing_intervals"), 0) << told.detail;
  EXPECT_EQ(told.value("groups"), 4);
  EXPECT_EQ(told.value("groups_dropped"), 1);
  EXPECT_NEAR(told.value("last_timestamp_seconds", {{"group", "y"}}).value_or(0), now_of(*server_) - 51 * 60,
              kClockSlack);
  EXPECT_EQ(told.value("group_missing", {{"group", "never"}}), 1);
}

TEST_P(FreshChunks, MayBeLockedButForTheNewest) {
  make("bars");
  fill("bars", 24);
  const FreshnessCheck check = check_of("bars");
  const double fresh = newest("bars");
  SqlSession other(server_->socket_conninfo());
  other.run("BEGIN; LOCK TABLE " + chunk("bars", 20) + " IN ACCESS EXCLUSIVE MODE");
  EXPECT_NEAR(told(check).value("last_timestamp_seconds").value_or(0), fresh, 0.001);
  other.run("LOCK TABLE " + chunk("bars", 0) + " IN ACCESS EXCLUSIVE MODE");
  const Told locked = told(check);
  EXPECT_EQ(locked.reason, "55P03") << locked.detail;
  EXPECT_LT(locked.duration, 3s + kSlack) << "and does not wait for its statement_timeout";
}

TEST_P(FreshChunks, MayBeDroppedWhileTheyAreWaitedFor) {
  make("bars");
  fill("bars", 3);
  FreshnessCheck check = check_of("bars");
  check.interval = 100ms;
  SqlSession other(server_->socket_conninfo());
  other.run("BEGIN; DROP TABLE " + chunk("bars", 0));
  RunningEngine engine(test_world(server_->conninfo(), {collector_of(check)}));
  auto waiting = engine.ask_later(kPatience, awaiting(check));
  EXPECT_TRUE(server_->wait_until(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'pgwatch' AND wait_event_type = 'Lock'", "t"));
  other.run("COMMIT");
  const Told first = told_by(waiting.get(), check);
  EXPECT_THAT(first.reason, testing::AnyOf("", "55P03")) << first.detail;
  const double left = newest("bars");
  EXPECT_TRUE(eventually([&] {
    const Told told = told_by(engine.ask(kPatience, awaiting(check)), check);
    return told.outcome == Outcome::kOk && std::abs(told.value("last_timestamp_seconds").value_or(0) - left) < 0.001;
  }));
}

TEST_P(FreshChunks, AreReadOnAStandby) {
  make("bars");
  fill("bars", 3);
  const PostgresServer standby = server_->standby();
  ASSERT_TRUE(standby.wait_until("SELECT count(*) FROM bars", "3"));
  EXPECT_NEAR(told_by(standby, check_of("bars")).value("last_timestamp_seconds").value_or(0), newest("bars"), 0.001);
}

// -- The community edition --------------------------------------------------------------------------------------------

class FreshAggregates : public OnCommunityTimescaleDb {};

TEST_F(FreshAggregates, AreWhatHasBeenMaterialized) {
  const PostgresServer server(options());
  server.sql("CREATE TABLE bars (time timestamptz NOT NULL, price float); SELECT create_hypertable('bars', 'time')");
  server.sql(
      "CREATE MATERIALIZED VIEW minutes WITH (timescaledb.continuous) AS"
      " SELECT time_bucket('1 min', time) AS minute, max(price) FROM bars GROUP BY 1 WITH NO DATA");
  server.sql("INSERT INTO bars SELECT now() - i * interval '1 min', 1 FROM generate_series(0, 100) AS i");
  server.sql("GRANT SELECT ON bars, minutes TO pgwatch");
  EXPECT_EQ(told_by(server, check_of("minutes", "")).value("last_timestamp_seconds"), std::nullopt);
  server.sql("CALL refresh_continuous_aggregate('minutes', NULL, now() - interval '10 min')");
  const Told told = told_by(server, check_of("minutes", ""));
  EXPECT_NEAR(told.value("last_timestamp_seconds").value_or(0), now_of(server) - 660, kClockSlack * 2) << told.detail;
}

}  // namespace
}  // namespace pgwatch::test
