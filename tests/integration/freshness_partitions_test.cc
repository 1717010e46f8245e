// Checks of freshness on partitioned tables: their newest partitions are read, and few are locked at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/freshness_live.h"
#include "tests/integration/interview.h"
#include "tests/integration/shared_server.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;

constexpr double kDay = 24 * 3600;

class FreshPartitions : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    server_->sql("GRANT pg_read_all_data TO pgwatch; ALTER ROLE pgwatch SET timezone = 'Asia/Kolkata'");
  }

  // With a partition for each `step` from so many before now to as many after it; SQL's %s are its number and bounds.
  static void make(const std::string& name, const std::string& type, const std::string& step, int first, int last,
                   const std::string& partition = "CREATE TABLE %s PARTITION OF %s FOR VALUES FROM (%L) TO (%L)") {
    server_->sql("CREATE TABLE " + name + " (time " + type + ", symbol text) PARTITION BY RANGE (time)");
    server_->sql("CREATE INDEX ON " + name + " (time)");
    server_->sql("DO $$ BEGIN FOR i IN " + std::to_string(first) + ".." + std::to_string(last) +
                 " LOOP EXECUTE format('" + partition + "', '" + name + "_' || i - " + std::to_string(first) + ", '" +
                 name + "', (date_trunc('minute', now()) + i * interval '" + step + "')::" + type +
                 ", (date_trunc('minute', now()) + (i + 1) * interval '" + step + "')::" + type +
                 "); END LOOP; END $$");
  }

  static FreshnessCheck check(const std::string& name) {
    FreshnessCheck check = check_of(name);
    check.table = "public." + name;
    return check;
  }
  static double locks_of(const FreshnessCheck& check) {
    Interview interview(*server_);
    return static_cast<double>(interview.taken_by(collector_of(check)).locks);
  }
};

TEST_F(FreshPartitions, AreSearchedBackFromTheNewestButNotForEver) {
  for (const char* type : {"timestamptz", "timestamp", "date"}) {
    const std::string name = std::string("of_") + type;
    make(name, type, "1 day", -30, 5);
    server_->sql("INSERT INTO " + name + " SELECT now() - i * interval '1 day' FROM generate_series(3, 20) AS i");
    const Told told = told_by(*server_, check(name));
    EXPECT_NEAR(told.value("last_timestamp_seconds").value_or(0), now_of(*server_) - 3 * kDay, kDay) << told.detail;
    server_->sql("DELETE FROM " + name + " WHERE time > now() - interval '15 days'");
    const Told far = told_by(*server_, check(name));
    EXPECT_EQ(far.value("last_timestamp_seconds"), std::nullopt) << "further back than nine partitions";
    EXPECT_NEAR(far.value("searched_since_timestamp_seconds").value_or(0), now_of(*server_) - 8 * kDay, kDay) << name;
  }
}

TEST_F(FreshPartitions, MayHaveNoBoundsOrIntegersAndADefault) {
  server_->sql(R"(
    CREATE TABLE open (time timestamptz, symbol text) PARTITION BY RANGE (time);
    CREATE INDEX ON open (time);
    CREATE TABLE open_past PARTITION OF open FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    CREATE TABLE open_present PARTITION OF open FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
    CREATE TABLE open_rest PARTITION OF open DEFAULT;
    INSERT INTO open VALUES ('2022-06-01 00:00:00+00'))");
  EXPECT_EQ(told_by(*server_, check("open")).value("last_timestamp_seconds"), 1654041600);
  server_->sql("INSERT INTO open VALUES (now())");
  EXPECT_NEAR(told_by(*server_, check("open")).value("last_timestamp_seconds").value_or(0), now_of(*server_),
              kClockSlack);
  server_->sql(R"(
    CREATE TABLE numbers (time bigint, symbol text) PARTITION BY RANGE (time);
    CREATE INDEX ON numbers (time);
    CREATE TABLE numbers_0 PARTITION OF numbers FOR VALUES FROM (-10) TO (1000000000);
    CREATE TABLE numbers_1 PARTITION OF numbers FOR VALUES FROM (1000000000) TO (100000000000);
    INSERT INTO numbers VALUES (5), (extract(epoch FROM now())))");
  FreshnessCheck numbers = check("numbers");
  numbers.ticks_per_second = 1;
  EXPECT_NEAR(told_by(*server_, numbers).value("last_timestamp_seconds").value_or(0), now_of(*server_), kClockSlack);
}

// In one statement three hours of them would take some 600 locks.
TEST_F(FreshPartitions, AreLockedAFewAtATime) {
  make("bars", "timestamptz", "1 minute", -190, 5);
  server_->sql("INSERT INTO bars SELECT now() - i * interval '1 min', 'x' FROM generate_series(0, 185) AS i");
  FreshnessCheck check = FreshPartitions::check("bars");
  EXPECT_LT(locks_of(check), 50);
  check.groups = FreshnessCheck::Groups{.column = "symbol", .expected = {"x", "never"}};
  check.age = {120, 3 * 3600};
  check.window = FreshnessCheck::Window{3h};
  EXPECT_LT(locks_of(check), 100);
  const Told told = told_by(*server_, check);
  EXPECT_NEAR(told.value("rows_in_window").value_or(0), 180, 3) << told.detail;
  EXPECT_EQ(told.value("group_missing", {{"group", "never"}}), 1);
  EXPECT_NEAR(told.value("last_timestamp_seconds", {{"group", "x"}}).value_or(0), now_of(*server_), kClockSlack);
}

TEST_F(FreshPartitions, MayHavePartitionsOfTheirOwn) {
  make("deep", "timestamptz", "1 hour", -30, 2,
       "CREATE TABLE %1$s PARTITION OF %2$s FOR VALUES FROM (%3$L) TO (%4$L) PARTITION BY HASH (symbol);"
       "CREATE TABLE %1$s_a PARTITION OF %1$s FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
       "CREATE TABLE %1$s_b PARTITION OF %1$s FOR VALUES WITH (MODULUS 2, REMAINDER 1)");
  server_->sql("INSERT INTO deep SELECT now() - i * interval '1 h', i::text FROM generate_series(0, 24) AS i");
  FreshnessCheck check = FreshPartitions::check("deep");
  check.window = FreshnessCheck::Window{24h + 30min};
  EXPECT_LT(locks_of(check), 100);
  EXPECT_EQ(told_by(*server_, check).value("rows_in_window"), 25);
}

TEST_F(FreshPartitions, OfOneTimeAreReadTogether) {
  server_->sql(
      "CREATE TABLE pairs (time timestamptz, symbol text) PARTITION BY RANGE (time, symbol);"
      "CREATE INDEX ON pairs (time)");
  server_->sql(R"(DO $$ BEGIN FOR i IN -90..1 LOOP
      EXECUTE format('CREATE TABLE pairs_%s_1 PARTITION OF pairs FOR VALUES FROM (%L, ''a'') TO (%L, ''m'')', i + 90,
                     now() + i * interval '1 min', now() + i * interval '1 min');
      EXECUTE format('CREATE TABLE pairs_%s_2 PARTITION OF pairs FOR VALUES FROM (%L, ''m'') TO (%L, ''a'')', i + 90,
                     now() + i * interval '1 min', now() + (i + 1) * interval '1 min');
    END LOOP; END $$)");
  server_->sql("INSERT INTO pairs SELECT now() - i * interval '1 min', 'x' FROM generate_series(0, 80) AS i");
  FreshnessCheck check = FreshPartitions::check("pairs");
  check.window = FreshnessCheck::Window{1h};
  EXPECT_LT(locks_of(check), 100);
  EXPECT_NEAR(told_by(*server_, check).value("rows_in_window").value_or(0), 60, 2);
}

TEST_F(FreshPartitions, ThatTheTimeDoesNotTellApartMayBeFewOnly) {
  server_->sql(R"(
    CREATE TABLE many (time timestamptz, symbol int) PARTITION BY LIST (symbol);
    CREATE INDEX ON many (time);
    DO $$ BEGIN FOR i IN 1..20 LOOP
      EXECUTE format('CREATE TABLE many_%1$s PARTITION OF many FOR VALUES IN (%1$s) PARTITION BY RANGE (time)', i);
      FOR j IN 0..20 LOOP
        EXECUTE format('CREATE TABLE many_%1$s_%2$s PARTITION OF many_%1$s FOR VALUES FROM (%3$L) TO (%4$L)', i, j,
                       now() - j * interval '1 day', now() - (j - 1) * interval '1 day');
      END LOOP; END LOOP; END $$;
    INSERT INTO many VALUES (now(), 7))");
  EXPECT_NEAR(told_by(*server_, check("many")).value("last_timestamp_seconds").value_or(0), now_of(*server_),
              kClockSlack);
  server_->sql(R"(DO $$ BEGIN FOR i IN 21..220 LOOP
      EXECUTE format('CREATE TABLE many_%1$s PARTITION OF many FOR VALUES IN (%1$s)', i);
    END LOOP; END $$)");
  EXPECT_THAT(told_by(*server_, check("many")).detail,
              testing::HasSubstr("is made of 221 tables that its time does not tell apart"));
}

TEST_F(FreshPartitions, ByInheritanceNeedAnIndexEach) {
  server_->sql(
      "CREATE TABLE inherited (time timestamptz); CREATE INDEX ON inherited (time);"
      "CREATE TABLE heir () INHERITS (inherited); INSERT INTO heir VALUES (now())");
  EXPECT_THAT(told_by(*server_, check("inherited")).detail, testing::HasSubstr("has no valid btree index"));
  server_->sql("CREATE INDEX ON heir (time)");
  EXPECT_TRUE(told_by(*server_, check("inherited")).value("last_timestamp_seconds"));
}

}  // namespace
}  // namespace pgwatch::test
