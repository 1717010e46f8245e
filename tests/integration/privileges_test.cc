// Roles that may not see all: they are told the reason, and the very GRANT.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "collectors/catalogue.h"
#include "exporter/model/instrument.h"
#include "tests/collectors/asking.h"
#include "tests/integration/live.h"
#include "tests/integration/seen.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSubsetOf;

// -- Cures ------------------------------------------------------------------------------------------------------------

// The cure that a refusal names is tried: it is all that was missing.
class Cures : public SharedServer {
 protected:
  static void SetUpTestSuite() {
    server_ = std::make_unique<PostgresServer>(
        PostgresOptions{.settings = {"shared_preload_libraries = 'pg_stat_statements'"}});
  }

  // A new connection asks again what was refused.
  static void expect_cure(const Collector& collector, const std::string& cure) {
    RunningEngine engine(test_world(server_->conninfo(), {collector}));
    const Labels refused = {{"collector", collector.name}, {"reason", "permission"}};
    const auto skipped = [&](const Scrape& one) { return one.page.value("pgwatch_collector_skipped", refused) == 1; };
    const Scrape first = engine.ask_until(skipped);
    ASSERT_TRUE(skipped(first));
    EXPECT_THAT(first.answer(collector.name).latest->detail, EndsWith("; cure: " + cure));
    server_->sql(cure);
    server_->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pgwatch'");
    const auto cured = [&](const Scrape& one) {
      return one.page.value("pgwatch_collector_success", {{"collector", collector.name}}) == 1 && !skipped(one);
    };
    EXPECT_TRUE(cured(engine.ask_until(cured)));
  }
};

TEST_F(Cures, AnExtensionInASchemaThatMayNotBeUsed) {
  server_->sql(R"(CREATE SCHEMA "my ""ext"; CREATE EXTENSION pg_stat_statements SCHEMA "my ""ext")");
  expect_cure(collectors::stat_statements(), R"(GRANT USAGE ON SCHEMA "my ""ext" TO "pgwatch";)");
}

TEST_F(Cures, FunctionsThatPgMonitorHasNoMore) {
  server_->sql("REVOKE EXECUTE ON FUNCTION pg_ls_waldir(), pg_ls_tmpdir(oid) FROM pg_monitor");
  expect_cure(collectors::wal(), R"(GRANT EXECUTE ON FUNCTION "pg_ls_waldir"() TO "pgwatch";)");
  expect_cure(collectors::temp_files(), R"(GRANT EXECUTE ON FUNCTION "pg_ls_tmpdir"(oid) TO "pgwatch";)");
}

// -- A role with nothing ----------------------------------------------------------------------------------------------

// Who tells of this family.
std::string collector_of(const std::string& family) {
  const auto tells = [&](const Collector& one) {
    const Instrument instrument(one);
    return std::ranges::any_of(instrument.metrics(), [&](const auto& metric) { return metric->name == family; }) ||
           std::ranges::any_of(one.patterns, [&](const Metric& pattern) {
             return family.starts_with(pattern.name.substr(0, pattern.name.size() - 1));
           });
  };
  const auto all = collectors_of_servers();
  const auto found = std::ranges::find_if(all, tells);
  return found == all.end() ? "" : found->name;
}

bool lacks_permission(const Exposition& page, const std::string& server) {
  return !page.all("pgwatch_collector_skipped", {{"server", server}, {"reason", "permission"}}).empty();
}

bool lacks_permission(const Exposition& page, const std::string& server, const std::string& collector) {
  return !page.all("pgwatch_collector_skipped",
                   {{"server", server}, {"collector", collector}, {"reason", "permission"}})
              .empty();
}

// What pg_monitor sees of the server and the role with nothing does not.
std::set<std::string> unseen(const Exposition& page, const std::string& server) {
  const std::set<std::string> seen = metrics_of(page, server + "_dimly");
  std::set<std::string> rest;
  for (const std::string& name : metrics_of(page, server))
    if (!seen.contains(name)) rest.insert(name);
  return rest;
}

std::set<std::string> unseen_without_reason(const Exposition& page, const std::string& server) {
  std::set<std::string> silent;
  for (const std::string& name : unseen(page, server))
    if (!lacks_permission(page, server + "_dimly", collector_of(page.family_of(name)))) silent.insert(name);
  return silent;
}

// What collectors leave out at most without a reason on the page: it is in the help.
std::set<std::string> told_elsewhere(int major, bool standby) {
  std::set<std::string> names;
  if (major == 13 && !standby) names = {"pg_blocked_sessions_longest_wait_seconds"};
  return names;
}

// Compares look after look, since counters run on. What moves with each look is not compared.
class Likeness {
 public:
  void look(const Exposition& page, const std::string& server) {
    const auto bright = series_of(page, server);
    dim_ = series_of(page, server + "_dimly");
    for (const auto& [series, value] : bright) {
      const auto before = bright_.find(series);
      if (before != bright_.end() && before->second != value) moving_.insert(series);
      const auto dim = dim_.find(series);
      if (dim != dim_.end() && dim->second == value) alike_.insert(series);
    }
    bright_ = bright;
  }

  std::set<std::string> differing() const {
    std::set<std::string> rest;
    for (const auto& [series, value] : dim_)
      if (!alike_.contains(series) && !moving_.contains(series)) rest.insert(series + " " + std::to_string(value));
    return rest;
  }

 private:
  using Series = std::map<std::string, double>;

  static Series series_of(const Exposition& page, const std::string& server) {
    Series all;
    for (const Sample& sample : page.samples()) {
      const auto of = sample.labels.find("server");
      if (of == sample.labels.end() || of->second != server) continue;
      if (!sample.name.starts_with("pg_") || sample.name.starts_with("pg_scrape_")) continue;  // of pgwatch's own work
      std::string series = sample.name;
      for (const auto& [name, value] : sample.labels)
        if (name != "server") series.append(" ").append(name).append("=").append(value);
      all.emplace(series, sample.value);
    }
    return all;
  }

  Series bright_;
  Series dim_;
  std::set<std::string> alike_;
  std::set<std::string> moving_;
};

class RoleWithNothing : public OnEachMajor {
 protected:
  // Its role is `nobody`, for whom each server is called `…_dimly`.
  static std::string config(const Family& family) {
    family.primary.sql("CREATE ROLE nobody LOGIN PASSWORD '" + password_of("nobody") + "'");
    EXPECT_TRUE(family.standby.wait_until("SELECT count(*) FROM pg_roles WHERE rolname = 'nobody'", "1"));
    return config_of({{"primary", family.primary.conninfo()},
                      {"primary_dimly", family.primary.conninfo("nobody")},
                      {"standby", family.standby.conninfo()},
                      {"standby_dimly", family.standby.conninfo("nobody")}},
                     all_collectors());
  }
};
INSTANTIATE_TEST_SUITE_P(, RoleWithNothing, testing::Values(13, 15, 18), major_name);

TEST_P(RoleWithNothing, IsToldTheReasonForAllItDoesNotSeeAndNoLie) {
  const Family family(major());
  const Pgwatch pgwatch(config(family));
  for (const std::string server : {"primary", "standby"}) {
    Exposition page("");
    Likeness likeness;
    EXPECT_TRUE(eventually([&] {
      page = scrape(pgwatch).page;
      likeness.look(page, server);
      return has_all_answers(page, server) && has_all_answers(page, server + "_dimly") && likeness.differing().empty();
    }));
    EXPECT_THAT(likeness.differing(), IsEmpty());
    EXPECT_EQ(page.value("pg_up", {{"server", server + "_dimly"}}), 1);
    EXPECT_THAT(unseen_without_reason(page, server), IsSubsetOf(told_elsewhere(major(), server == "standby")));
    EXPECT_TRUE(lacks_permission(page, server + "_dimly", "stat_wal_receiver"));
    EXPECT_TRUE(lacks_permission(page, server + "_dimly", "replication")) << "a part of it is hidden";
  }
  EXPECT_THAT(pgwatch.log(), HasSubstr("cure: GRANT pg_monitor TO"));
}

TEST_P(RoleWithNothing, SeesAllSoonAfterTheGrant) {
  const Family family(major());
  const Pgwatch pgwatch(config(family));
  ASSERT_TRUE(eventually([&] {
    const Exposition page = scrape(pgwatch).page;
    return has_all_answers(page, "primary_dimly") && has_all_answers(page, "standby_dimly");
  }));
  family.primary.sql("GRANT pg_monitor TO nobody");
  for (const std::string server : {"primary", "standby"}) {
    Exposition page("");
    EXPECT_TRUE(eventually([&] {
      page = scrape(pgwatch).page;
      return has_all_answers(page, server) && unseen(page, server).empty() &&
             !lacks_permission(page, server + "_dimly");
    }));
    EXPECT_THAT(unseen(page, server), IsEmpty());
    EXPECT_FALSE(lacks_permission(page, server + "_dimly"));
  }
}

// What a role may no longer see it counts wrongly from that moment on.
TEST_P(RoleWithNothing, IsToldNoLieByTheVeryNextPageAfterARevoke) {
  const Family family(major());
  const std::string settings = config(family);
  family.primary.sql("GRANT pg_monitor TO nobody");
  const Pgwatch pgwatch(settings);
  ASSERT_TRUE(eventually([&] { return scrape(pgwatch).page.value("pg_up", {{"server", "primary_dimly"}}) == 1; }));
  ASSERT_FALSE(lacks_permission(scrape(pgwatch).page, "primary_dimly", "stat_activity"));
  family.primary.sql("REVOKE pg_monitor FROM nobody");
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(lacks_permission(page, "primary_dimly", "stat_activity"));
  EXPECT_THAT(page.all("pg_stat_activity_count", {{"server", "primary_dimly"}}), IsEmpty());
}

}  // namespace
}  // namespace pgwatch::test
