#include "exporter/postgres/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

Rows facts_rows(std::initializer_list<Cell> cells) {
  Rows rows({"version", "version_text", "in_recovery", "writing_timeline", "following_timeline", "system_identifier",
             "database", "user_name", "extensions"});
  rows.add(cells);
  return rows;
}

TEST(Session, LockBudgetIsSharedByThePipeline) {
  EXPECT_EQ(lock_budget(0), 250ms);
  EXPECT_EQ(lock_budget(1), 250ms);
  EXPECT_EQ(lock_budget(4), 250ms);
  EXPECT_EQ(lock_budget(10), 100ms);
  EXPECT_EQ(lock_budget(50), 20ms);
  EXPECT_EQ(lock_budget(1'000'000), 20ms);
}

TEST(Session, SetsTheCoreInOneStatement) {
  const auto statements = session_statements({.statement_timeout = 7s, .lock_timeout = 90ms});
  ASSERT_EQ(statements.size(), 3u);
  for (const char* part : {"default_transaction_read_only", "'jit', 'off'", "'7000ms'", "'90ms'", "'8000ms'",
                           "'search_path', 'pg_catalog'", "wanted.value, false"})
    EXPECT_THAT(statements[0], HasSubstr(part));
  EXPECT_THAT(statements[1], HasSubstr("client_encoding"));
  EXPECT_THAT(statements[2], HasSubstr("client_connection_check_interval"));
}

TEST(Session, LeavesTheRolesSearchPathAlone) {
  EXPECT_THAT(session_statements({.search_path = SearchPath::kRole})[0], Not(HasSubstr("search_path")));
}

TEST(Session, PooledTransactionSetsOnlyLocally) {
  const Transaction transaction = pooled_transaction({});
  ASSERT_EQ(transaction.lead_in.size(), 2u);
  EXPECT_EQ(transaction.lead_in[0], "BEGIN READ ONLY");
  EXPECT_THAT(transaction.lead_in[1], HasSubstr("wanted.value, true"));
}

TEST(Session, FactsOfAPrimary) {
  Facts before;
  before.present = {"kept"};
  const Facts facts = read_facts(facts_rows({"150018",
                                             "15.18 (Debian)",
                                             "f",
                                             "0000001A",
                                             {},
                                             "771",
                                             "sales",
                                             "watcher",
                                             "timescaledb\x1f"
                                             "2.19\x1fpublic\x1eplpgsql\x1f"
                                             "1.0\x1fpg_catalog"}),
                                 before);
  EXPECT_EQ(facts.version, 150018);
  EXPECT_EQ(facts.version_text, "15.18 (Debian)");
  EXPECT_FALSE(facts.in_recovery);
  EXPECT_EQ(facts.timeline, 26u);
  EXPECT_EQ(facts.system_identifier, "771");
  EXPECT_EQ(facts.database, "sales");
  EXPECT_EQ(facts.user, "watcher");
  EXPECT_THAT(facts.extensions,
              ElementsAre(Extension{"plpgsql", "1.0", "pg_catalog"}, Extension{"timescaledb", "2.19", "public"}));
  EXPECT_TRUE(facts.present.contains("kept"));
}

TEST(Session, FactsSayWhichRolesAreLacking) {
  const auto lacking = [](Cell lacks) {
    Rows rows({"version", "version_text", "in_recovery", "database", "user_name", "lacks"});
    rows.add({"150018", "15.18", "f", "db", "w", lacks});
    return read_facts(rows, {}).lacks;
  };
  EXPECT_THAT(lacking("pg_monitor,pg_read_all_stats"), ElementsAre("pg_monitor", "pg_read_all_stats"));
  EXPECT_TRUE(lacking("").empty());
}

TEST(Session, FactsAServerWillNotTellAreAbsent) {
  const Facts facts = read_facts(facts_rows({"100023", "10.23", "t", {}, {}, {}, "db", "w", {}}), {});
  EXPECT_TRUE(facts.in_recovery);
  EXPECT_EQ(facts.timeline, 0u);
  EXPECT_EQ(facts.system_identifier, "");
  EXPECT_TRUE(facts.extensions.empty());
}

TEST(Session, FactsOfAStandbyCountTheTimelineInDecimals) {
  EXPECT_EQ(read_facts(facts_rows({"150018", "15.18", "t", {}, "10", {}, "db", "w", {}}), {}).timeline, 10u);
}

TEST(Session, WhatIsNoRowOfFactsIsRefused) {
  EXPECT_THROW(read_facts(Rows(), {}), std::invalid_argument);
  EXPECT_THROW(read_facts(facts_rows({"fifteen", "15", "f", {}, {}, {}, "db", "w", {}}), {}), std::invalid_argument);
  EXPECT_THROW(read_facts(facts_rows({{}, "15", "f", {}, {}, {}, "db", "w", {}}), {}), std::invalid_argument);
  EXPECT_THROW(read_facts(facts_rows({"15", "15", "f", {}, {}, {}, "db", "w", "plpgsql"}), {}), std::invalid_argument);
}

TEST(Session, NeedsOfNothingAskForNothing) { EXPECT_THAT(needs_statement({}), HasSubstr("WHERE false")); }

TEST(Session, BackendsAreReadBack) {
  Rows rows({"pid", "started"});
  rows.add({"12", "2026-11-21 05:42:24.511623"});
  rows.add({"13", {}});
  EXPECT_THAT(read_backends(rows), ElementsAre(Backend{12, "2026-11-21 05:42:24.511623"}, Backend{13, ""}));
  EXPECT_EQ(read_backend(Rows()), Backend());
}

}  // namespace
}  // namespace pgwatch::postgres
