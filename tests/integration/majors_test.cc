// The program on every major: a primary, a standby, a standby of that and a subscription, each with a whole page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collectors/asking.h"
#include "tests/collectors/skips.h"
#include "tests/integration/live.h"
#include "tests/support/family.h"
#include "tests/support/majors.h"

namespace pgwatch::test {
namespace {

// Those that are off by default too.
std::string all_collectors() {
  std::string config = "collectors:\n";
  for (const Collector& collector : collectors_of_servers()) config += "  " + collector.name + ": {enabled: true}\n";
  return config;
}

class Majors : public OnEachMajor {
 protected:
  void SetUp() override {
    OnEachMajor::SetUp();
    if (IsSkipped()) return;
    family_ = std::make_unique<Family>(major());
    pgwatch_ = std::make_unique<Pgwatch>(config_of({{"primary", family_->primary.conninfo()},
                                                    {"standby", family_->standby.conninfo()},
                                                    {"second", family_->second.conninfo()}},
                                                   all_collectors()));
  }

  testing::AssertionResult has_fared_well(const Exposition& page, const std::string& server,
                                          const Collector& one) const {
    const Labels labels = {{"server", server}, {"collector", one.name}};
    const std::vector<Sample> successes = page.all("pgwatch_collector_success", labels);
    if (successes.empty()) return testing::AssertionFailure() << one.name << " has not yet asked " << server;
    for (const Sample& success : successes)
      if (success.value != 1) return testing::AssertionFailure() << one.name << " failed on " << server;
    const std::string expected = expected_skip(one.name, major(), server != "primary");
    for (const Sample& skipped : page.all("pgwatch_collector_skipped", labels))
      if (skipped.labels.at("reason") != expected)
        return testing::AssertionFailure()
               << one.name << " is skipped on " << server << " for " << skipped.labels.at("reason");
    return testing::AssertionSuccess();
  }

  testing::AssertionResult is_complete(const Exposition& page) const {
    for (const std::string server : {"primary", "standby", "second"}) {
      if (auto whole = is_whole(page, server); !whole) return whole;
      for (const Collector& collector : collectors_of_servers())
        if (auto well = has_fared_well(page, server, collector); !well) return well;
    }
    return testing::AssertionSuccess();
  }

  // Scrapes until every collector has answered: those of the slow lane come later.
  Exposition complete_page() const {
    Exposition page("");
    testing::AssertionResult last = testing::AssertionFailure();
    const auto complete = [&] {
      page = scrape(*pgwatch_).page;
      last = is_complete(page);
      return static_cast<bool>(last);
    };
    EXPECT_TRUE(eventually(complete)) << last.message() << "\n" << pgwatch_->log();
    return page;
  }

  std::unique_ptr<Family> family_;
  std::unique_ptr<Pgwatch> pgwatch_;
};

INSTANTIATE_TEST_SUITE_P(, Majors, every_major(), major_name);

TEST_P(Majors, HaveAWholePageForEveryServer) {
  const Exposition page = complete_page();
  for (const std::string server : {"primary", "standby", "second"}) {
    const std::vector<Sample> info = page.all("pg_server_info", {{"server", server}});
    ASSERT_EQ(info.size(), 1U);
    EXPECT_EQ(info[0].labels.at("version"), family_->primary.value("SHOW server_version"));
    EXPECT_EQ(info[0].labels.at("system_identifier"),
              family_->primary.value("SELECT system_identifier FROM pg_control_system()"));
    EXPECT_EQ(page.value("pg_replication_is_replica", {{"server", server}}), server == "primary" ? 0 : 1);
  }
  EXPECT_EQ(pgwatch_->log().find("level=error"), std::string::npos) << pgwatch_->log();
}

TEST_P(Majors, TellOfEveryStream) {
  const Exposition page = complete_page();
  const auto streams = [&](const std::string& server, const std::string& name) {
    return page.value("pg_stat_replication_state",
                      {{"server", server}, {"application_name", name}, {"state", "streaming"}}) == 1 &&
           page.value("pg_replication_slots_active", {{"server", server}, {"slot_name", name}}) == 1;
  };
  EXPECT_TRUE(streams("primary", "standby"));
  EXPECT_TRUE(streams("primary", "copy"));
  EXPECT_TRUE(streams("standby", "second"));
  for (const std::string server : {"standby", "second"})
    EXPECT_EQ(page.value("pg_replication_receiver_status", {{"server", server}, {"status", "streaming"}}), 1);
}

}  // namespace
}  // namespace pgwatch::test
