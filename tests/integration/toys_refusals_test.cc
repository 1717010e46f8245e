// What a server refuses is no failure: it is left alone, with the reason and the cure, until something has changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/toys.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

class Refusals : public Toys {
 protected:
  static Collector forbidden() {
    return toy("forbidden", "SELECT count(*) AS value FROM pg_catalog.pg_authid");  // superusers alone
  }

  static Labels of(const std::string& collector, const std::string& reason, const std::string& database = "") {
    return {{"collector", collector}, {"reason", reason}, {"datname", database}};
  }

  // Statements that were sent for the page. The facts are one of them.
  static double statements(const RunningEngine& engine) {
    return engine.own_page().value("pgwatch_statements_total").value_or(0);
  }
};

TEST_F(Refusals, AMissingPrivilegeIsToldWithItsGrantAndNotAskedAgain) {
  RunningEngine engine(world({forbidden(), toy("fine", "SELECT 1 AS value")}));
  const Scrape first = engine.ask();
  EXPECT_EQ(first.page.value("pgwatch_collector_skipped", of("forbidden", "permission")), 1);
  EXPECT_EQ(first.page.value("pgwatch_collector_success", {{"collector", "forbidden"}}), 1);
  EXPECT_EQ(first.answer("forbidden").latest->detail,
            "permission denied for table pg_authid; cure: GRANT SELECT ON TABLE \"pg_authid\" TO \"pgwatch\";");
  const double before = statements(engine);
  const Scrape second = engine.ask();
  EXPECT_EQ(second.page.value("pgwatch_collector_skipped", of("forbidden", "permission")), 1);
  EXPECT_EQ(second.page.value("pg_fine_value"), 1);
  EXPECT_EQ(statements(engine) - before, 2) << "the facts and the other one";
}

TEST_F(Refusals, ANewConnectionAsksAgain) {
  server_->sql("CREATE TABLE hidden AS SELECT 7 AS value");
  RunningEngine engine(world({toy("hidden", "SELECT value FROM public.hidden")}));
  EXPECT_EQ(engine.ask().page.value("pgwatch_collector_skipped", of("hidden", "permission")), 1);
  server_->sql("GRANT SELECT ON hidden TO pgwatch");
  server_->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pgwatch'");
  EXPECT_EQ(engine.ask_until([](const Scrape& one) { return one.page.value("pg_hidden_value") == 7; })
                .page.value("pg_hidden_value"),
            7);
  server_->sql("DROP TABLE hidden");
}

TEST_F(Refusals, WhatAServerDoesNotSupportIsToldSo) {
  RunningEngine engine(world({toy("cross", "SELECT 1 AS value FROM other_database.public.somewhere")}));
  const Scrape scrape = engine.ask();
  EXPECT_EQ(scrape.page.value("pgwatch_collector_skipped", of("cross", "unsupported")), 1);
  EXPECT_THAT(scrape.answer("cross").latest->detail, HasSubstr("cross-database references are not implemented"));
}

TEST_F(Refusals, ADatabaseThatLetsNobodyInIsSkippedAndTheOthersAreNot) {
  for (const char* database : {"open", "closed"}) server_->sql("CREATE DATABASE " + std::string(database));
  server_->sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
  Collector everywhere = toy("everywhere", "SELECT 1 AS value");
  everywhere.scope = Scope::kDatabase;
  TestWorld all = world({everywhere});
  all.target.databases.include = {"open", "closed"};
  RunningEngine engine(all);
  const Scrape scrape = engine.ask_until([](const Scrape& one) {
    return one.page.value("pg_everywhere_value", {{"datname", "open"}}) &&
           one.page.value("pgwatch_collector_skipped", of("everywhere", "no_database", "closed"));
  });
  EXPECT_EQ(scrape.page.value("pg_everywhere_value", {{"datname", "open"}}), 1);
  EXPECT_EQ(scrape.page.value("pgwatch_collector_success", {{"datname", "closed"}}), 1);
  EXPECT_THAT(scrape.answer("everywhere", "closed").latest->detail,
              testing::AllOf(HasSubstr("permission denied for database \"closed\""),
                             EndsWith("; DETAIL: User does not have CONNECT privilege: "
                                      "GRANT CONNECT ON DATABASE \"closed\" TO \"pgwatch\";")));
  for (const char* database : {"open", "closed"}) server_->sql("DROP DATABASE " + std::string(database));
}

// As while its password is changed.
TEST_F(Refusals, ALoginThatFailsForAMomentIsTriedAgainAndWhatIsKnownStays) {
  server_->sql("CREATE DATABASE other");
  Collector everywhere = toy("everywhere", "SELECT 1 AS value");
  everywhere.scope = Scope::kDatabase;
  TestWorld one = world({everywhere});
  one.target.databases.include = {"other"};
  one.turn_interval = 3s;
  RunningEngine engine(one);
  const Labels other = {{"datname", "other"}};
  engine.ask_until([&](const Scrape& scrape) { return scrape.page.value("pg_everywhere_value", other) == 1; });
  server_->sql("ALTER ROLE pgwatch NOLOGIN");
  const Scrape failed = engine.ask_until(
      [&](const Scrape& scrape) { return scrape.page.value("pgwatch_collector_success", other) == 0; });
  server_->sql("ALTER ROLE pgwatch LOGIN");
  EXPECT_EQ(failed.answer("everywhere", "other").latest->reason, "auth");
  EXPECT_EQ(failed.page.value("pg_everywhere_value", other), 1);
  const Scrape well = engine.ask_until(
      [&](const Scrape& scrape) { return scrape.page.value("pgwatch_collector_success", other) == 1; });
  EXPECT_EQ(well.answer("everywhere", "other").latest->outcome, Outcome::kOk);
  server_->sql("DROP DATABASE other");
}

}  // namespace
}  // namespace pgwatch::test
