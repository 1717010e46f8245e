// pgwatch beside a real postgres_exporter with all its collectors, on a primary and a standby of every major: what that
// one says, pgwatch says too, but for tests/peer/exceptions.txt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "collectors/catalogue.h"
#include "tests/peer/comparison.h"
#include "tests/peer/exceptions.h"
#include "tests/peer/postgres_exporter.h"
#include "tests/source_tree.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"
#include "tests/support/pgwatch.h"

namespace pgwatch::test {
namespace {

std::string server_name(const PostgresServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

// Every collector, those of the slow lane often.
std::string collectors_config() {
  std::string config = "collectors:\n";
  for (const Collector& collector : collectors::catalogue()) {
    if (collector.scope == Scope::kHost) continue;
    const char* interval = collector.lane == Lane::kSlow ? ", interval: 1s" : "";
    config += "  " + collector.name + ": {enabled: true" + interval + "}\n";
  }
  return config;
}

// Called as postgres_exporter calls them.
std::string config_of(const Family& family) {
  std::string config = collectors_config() + "targets:\n";
  for (const PostgresServer* server : {&family.primary, &family.standby})
    config += "  - {name: \"" + server_name(*server) + "\", conninfo: \"" + server->conninfo() + "\"}\n";
  return config;
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

  std::set<Difference> compare(const PostgresExporter& peer, const PostgresServer& server) const {
    const Exposition before = peer.page();
    const Exposition ours = pgwatch_->metrics();
    const Exposition after = peer.page();
    const std::vector<Difference> found = differences(before, ours, after, server_name(server));
    return {found.begin(), found.end()};
  }

  // Whatever comes and goes meanwhile, a difference that matters is there each time. Who looks also changes what there
  // is to see, and the slow lane's answers come later: it takes some times until only those are left.
  void expect_the_same(const PostgresServer& server, const std::string& role) {
    const PostgresExporter peer(server.conninfo());
    std::set<Difference> lasting = unexcused(compare(peer, server), role);
    const auto nothing_lasts = [&] {
      const std::set<Difference> now = unexcused(compare(peer, server), role);
      std::erase_if(lasting, [&](const Difference& one) { return !now.contains(one); });
      return lasting.empty();
    };
    EXPECT_TRUE(eventually(nothing_lasts)) << "on the " << role << ":\n" << lines(lasting) << pgwatch_->log();
  }

  const std::vector<Exception> exceptions_ = read_exceptions(read_source("tests/peer/exceptions.txt"));
  std::set<std::string> needed_;  // lines of exceptions
  std::unique_ptr<Family> family_;
  std::unique_ptr<Pgwatch> pgwatch_;

 private:
  static std::string lines(const std::set<Difference>& differences) {
    std::string text;
    for (const Difference& one : differences) text += to_string(one) + "\n";
    return text;
  }

  std::set<Difference> unexcused(std::set<Difference> differences, const std::string& role) {
    std::erase_if(differences, [&](const Difference& one) { return is_excused(one, role); });
    return differences;
  }

  bool is_excused(const Difference& difference, const std::string& role) {
    bool excused = false;
    for (const Exception& exception : exceptions_) {
      if (!holds_on(exception, major(), role) || !excuses(exception, difference)) continue;
      needed_.insert(exception.line);
      excused = true;
    }
    return excused;
  }
};

INSTANTIATE_TEST_SUITE_P(, Peer, every_major(), major_name);

TEST_P(Peer, SaysNothingThatPgwatchDoesNot) {
  expect_the_same(family_->primary, "primary");
  expect_the_same(family_->standby, "standby");
  if (PostgresExporter::version() != kContractVersion) return;
  for (const Exception& one : exceptions_) {
    EXPECT_TRUE(!holds_on(one, major(), one.role) || needed_.contains(one.line)) << "needless: " << one.line;
  }
}

}  // namespace
}  // namespace pgwatch::test
