// Tables of two databases that together have more series than a metric may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/integration/live.h"

namespace pgwatch::test {
namespace {

using testing::ElementsAre;

constexpr const char* kConfig =
    "turn_interval: 1s\n"
    "collectors: {stat_user_tables: {max_series: 4}, statio_user_tables: {max_series: 4}}";
constexpr int kFamilies = 8;  // of statio_user_tables

class SeriesCap : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    SharedServer::SetUpTestSuite();
    for (const char* database : {"elder", "another"}) {
      server_->sql("CREATE DATABASE " + std::string(database));
      server_->sql("CREATE TABLE first (); CREATE TABLE second (); CREATE TABLE third ()", database);
    }
  }

  // The catalog's row of a table goes to another place, as ANALYZE and ALTER TABLE have it.
  static void move_row(const std::string& table, const std::string& database) {
    server_->sql("ALTER TABLE " + table + " SET (fillfactor = 50); ALTER TABLE " + table + " RESET (fillfactor)",
                 database);
  }

  static std::multiset<std::string> told_of(const Exposition& page, const std::string& family) {
    std::multiset<std::string> names;
    for (const Sample& sample : page.all(family))
      names.insert(sample.labels.at("datname") + "." + sample.labels.at("relname"));
    return names;
  }

  static double overflow(const Exposition& page) {
    const Labels labels = {{"server", "main"}, {"collector", "statio_user_tables"}};
    return page.value("pgwatch_overflow_samples_dropped_total", labels).value_or(0);
  }

  // A page whose answers of all three databases have been made from now on.
  static Exposition fresh_page(const Pgwatch& pgwatch) {
    const auto now = std::chrono::steady_clock::now();
    Exposition page("");
    const auto is_fresh = [&] {
      const std::chrono::duration<double> since = std::chrono::steady_clock::now() - now;
      page = scrape(pgwatch).page;
      int young = 0;
      for (const char* collector : {"stat_user_tables", "statio_user_tables"})
        for (const Sample& age : page.all("pgwatch_collector_age_seconds", {{"collector", collector}}))
          young += age.value < since.count() ? 1 : 0;
      return young == 6;
    };
    EXPECT_TRUE(eventually(is_fresh));
    return page;
  }
};

TEST_F(SeriesCap, HoldsForAllDatabasesTogetherAndCutsEveryPageAtTheSamePlace) {
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()}}, kConfig));
  const auto expected = ElementsAre("another.first", "elder.first", "elder.second", "elder.third");
  for (const char* table : {"third", "first", "second", "first"}) {
    const Exposition page = fresh_page(pgwatch);
    EXPECT_THAT(told_of(page, "pg_statio_user_tables_heap_blocks_hit"), expected) << "before " << table << " moved";
    EXPECT_THAT(told_of(page, "pg_stat_user_tables_seq_scan"), expected) << "before " << table << " moved";
    for (const char* database : {"elder", "another"}) move_row(table, database);
  }
}

TEST_F(SeriesCap, TellsWhatIsOverItOnEachPageAndOnceInTheLog) {
  const Pgwatch pgwatch(config_of({{"main", server_->conninfo()}}, kConfig));
  const double before = overflow(fresh_page(pgwatch));
  EXPECT_EQ(overflow(scrape(pgwatch).page), before + 2 * kFamilies);
  EXPECT_EQ(overflow(scrape(pgwatch).page), before + 4 * kFamilies);
  const std::string log = pgwatch.log();
  const std::string line = "server=main collector=statio_user_tables metric=pg_statio_user_tables_heap_blocks_hit ";
  const std::size_t first = log.find(line);
  EXPECT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find(line, first + 1), std::string::npos) << log;
}

}  // namespace
}  // namespace pgwatch::test
