// pgwatch beside a real postgres_exporter with all its collectors, on every major, on a primary, its standby, and
// another standby that loses its stream: what that one says, pgwatch says too, but for tests/peer/exceptions.txt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include "collectors/catalogue.h"
#include "tests/peer/comparison.h"
#include "tests/peer/exceptions.h"
#include "tests/peer/postgres_exporter.h"
#include "tests/peer/tally.h"
#include "tests/source_tree.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"
#include "tests/support/pgwatch.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

std::string server_name(const PostgresServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

// Every collector, those of the slow lane often; and all statements, since of a hundred the last ones change.
std::string collectors_config() {
  std::string config = "collectors:\n";
  for (const Collector& collector : collectors::catalogue()) {
    if (collector.scope == Scope::kHost) continue;
    const char* interval = collector.lane == Lane::kSlow ? ", interval: 1s" : "";
    const char* top = collector.name == "stat_statements" ? ", top: 1000" : "";
    config += "  " + collector.name + ": {enabled: true" + interval + top + "}\n";
  }
  return config;
}

// Called as postgres_exporter calls them.
std::string config_of(const Family& family) {
  std::string config = collectors_config() + "targets:\n";
  for (const PostgresServer* server : {&family.primary, &family.standby, &family.second})
    config += "  - {name: \"" + server_name(*server) + "\", conninfo: \"" + server->conninfo() + "\"}\n";
  return config;
}

// Series and values of sessions: those in which pgwatch goes through the databases come and go between two looks of
// theirs.
const std::vector<std::string> kOfSessions = {"pg_buffercache_summary_buffers_pinned",
                                              "pg_locks_count",
                                              "pg_long_running_transactions",
                                              "pg_process_idle",
                                              "pg_stat_activity",
                                              "pg_stat_database_numbackends"};

// Two receivers that nothing tells apart: without a slot, under one name, from one place.
SqlSession twin(const PostgresServer& server) {
  SqlSession session(server.socket_conninfo() +
                     " replication=true application_name=twin options='-c wal_sender_timeout=0'");
  session.start("START_REPLICATION PHYSICAL " + server.value("SELECT pg_current_wal_lsn()"));
  return session;
}

// It goes while one looks on.
SqlSession temporary_table(const PostgresServer& server) {
  SqlSession session(server.socket_conninfo());
  session.run("CREATE TEMPORARY TABLE passing (id int PRIMARY KEY)");
  return session;
}

class Peer : public OnEachMajor {
 protected:
  void SetUp() override {
    OnEachMajor::SetUp();
    if (IsSkipped()) return;
    if (const std::string why = PostgresExporter::why_missing(); !why.empty()) GTEST_SKIP() << why;
    family_ = std::make_unique<Family>(major());
    family_->primary.sql("CREATE EXTENSION IF NOT EXISTS pg_buffercache");
    pgwatch_ = std::make_unique<Pgwatch>(config_of(*family_));
  }

  // The last look's second page of theirs is the first of the next.
  std::vector<Difference> look(const PostgresExporter& peer, Exposition& before, const PostgresServer& server) const {
    const Exposition ours = pgwatch_->metrics();
    Exposition after = peer.page();
    std::vector<Difference> found = differences(before, ours, after, server_name(server));
    std::ranges::copy(differences(before, ours, after, server_name(server), labels_), std::back_inserter(found));
    before = std::move(after);
    return found;
  }

  // Who looks also changes what there is to see, and the slow lane's answers come later: the first look that finds
  // nothing begins the count.
  void expect_the_same(const PostgresServer& server, const std::string& role) {
    const PostgresExporter peer(server.conninfo() + " application_name=postgres_exporter");
    Exposition before = peer.page();
    std::vector<Difference> found;
    const auto finds_nothing = [&] { return (found = unexcused(look(peer, before, server), role)).empty(); };
    ASSERT_TRUE(eventually(finds_nothing)) << "on the " << role << ":\n" << lines(found) << pgwatch_->log();
    Tally tally(before, kOfSessions);
    const auto is_suspect = [&] { return !tally.real().empty() && tally.rounds() < Tally::kLongest; };
    while (tally.rounds() < Tally::kRounds || is_suspect()) {
      found = look(peer, before, server);
      count_exceptions(found, role);
      tally.add(unexcused(std::move(found), role), before);
    }
    EXPECT_TRUE(tally.real().empty()) << "on the " << role << ":\n" << lines(tally.real()) << pgwatch_->log();
  }

  // On a busy machine a value that theirs rounds may seem right for long: then it takes some more looks.
  void expect_to_need_every_exception() {
    const PostgresExporter peer(family_->primary.conninfo() + " application_name=postgres_exporter");
    Exposition before = peer.page();
    const auto all_are_needed = [&] {
      if (needless().empty()) return true;
      count_exceptions(look(peer, before, family_->primary), "primary");
      return needless().empty();
    };
    EXPECT_TRUE(eventually(all_are_needed)) << "needless:\n" << testing::PrintToString(needless());
  }

  const std::vector<Exception> exceptions_ = read_exceptions(read_source("tests/peer/exceptions.txt"));
  std::unique_ptr<Family> family_;
  std::unique_ptr<Pgwatch> pgwatch_;

 private:
  static std::string lines(const std::vector<Difference>& differences) {
    std::string text;
    for (const Difference& one : differences) text += to_string(one) + "\n";
    return text;
  }

  static std::vector<Exception> of_labels(std::vector<Exception> exceptions) {
    std::erase_if(exceptions, [](const Exception& one) { return one.what != What::kLabel; });
    return exceptions;
  }

  bool applies(const Exception& exception, const Difference& difference, const std::string& role) const {
    return holds_on(exception, major(), role) && excuses(exception, difference);
  }

  void count_exceptions(const std::vector<Difference>& found, const std::string& role) {
    for (const Exception& one : exceptions_)
      if (std::ranges::any_of(found, [&](const Difference& difference) { return applies(one, difference, role); }))
        ++excusing_[one.line];
  }

  // A value of sessions may be between theirs however often it is looked at, on a machine that is slow.
  static bool hangs_on_the_moment(const Exception& one) {
    return one.what == What::kValue &&
           std::ranges::any_of(kOfSessions, [&](const std::string& family) { return one.family.starts_with(family); });
  }

  // What was seen but once could as well be an accident.
  std::vector<std::string> needless() const {
    std::vector<std::string> lines;
    for (const Exception& one : exceptions_) {
      const auto times = excusing_.find(one.line);
      if (hangs_on_the_moment(one)) continue;
      if (holds_on(one, major(), one.role) && (times == excusing_.end() || times->second < 2))
        lines.push_back(one.line);
    }
    return lines;
  }

  std::vector<Difference> unexcused(std::vector<Difference> found, const std::string& role) const {
    std::erase_if(found, [&](const Difference& difference) {
      return std::ranges::any_of(exceptions_, [&](const Exception& one) { return applies(one, difference, role); });
    });
    return found;
  }

  const std::vector<Exception> labels_ = of_labels(exceptions_);
  std::map<std::string, int> excusing_;  // in how many looks each line has excused something
};

INSTANTIATE_TEST_SUITE_P(, Peer, every_major(), major_name);

TEST_P(Peer, SaysNothingThatPgwatchDoesNot) {
  const SqlSession twins[] = {twin(family_->primary), twin(family_->primary)};
  const SqlSession temporary = temporary_table(family_->primary);
  expect_the_same(family_->primary, "primary");
  expect_the_same(family_->standby, "standby");
  PostgresServer& alone = family_->second;
  alone.configure("primary_conninfo = ''");
  ASSERT_TRUE(alone.wait_until("SELECT count(*) FROM pg_stat_wal_receiver", "0"));
  expect_the_same(alone, "stopped");
  alone.configure("restore_command = 'cp " + (family_->primary.data_folder() / "pg_wal").string() + "/%f %p'");
  alone.restart();
  expect_the_same(alone, "archive");
  if (PostgresExporter::version() == kContractVersion) expect_to_need_every_exception();
}

}  // namespace
}  // namespace pgwatch::test
