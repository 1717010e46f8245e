// A target of several hosts: which of them is taken, and what is said where none will do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/integration/live.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Stream {
  PostgresServer primary = PostgresServer();
  PostgresServer standby = primary.standby();
};

class Hosts : public testing::Test {
 protected:
  static void SetUpTestSuite() { stream_ = std::make_unique<Stream>(); }
  static void TearDownTestSuite() { stream_.reset(); }

  static std::uint16_t primary() { return stream_->primary.port(); }
  static std::uint16_t standby() { return stream_->standby.port(); }

  inline static std::unique_ptr<Stream> stream_;
};

// The role's login with other hosts: the first of them is `host`, the others are 127.0.0.1.
std::string listed(const std::vector<std::uint16_t>& ports, const std::string& more = "",
                   const std::string& host = "127.0.0.1") {
  std::string hosts;
  std::string numbers;
  for (const std::uint16_t port : ports) {
    hosts += hosts.empty() ? host : ",127.0.0.1";
    numbers += (numbers.empty() ? "" : ",") + std::to_string(port);
  }
  return "host=" + hosts + " port=" + numbers + " user=pgwatch password=pgwatch-password dbname=postgres " + more;
}

// With time enough for the others of a list where a silent one has had its share, on a busy machine, too.
std::string config(const std::vector<Watched>& targets) {
  return config_of(targets, "timeouts: {connect: " + in_milliseconds(3s + kSlack) + "}");
}

Exposition first_page(const Pgwatch& pgwatch) { return scrape(pgwatch, 10s + kSlack).page; }

std::string asking(const std::string& attributes) { return "target_session_attrs=" + attributes; }

std::string at(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// Where the server's answers came from; "" where there are none.
std::string address_of(const Exposition& page, const std::string& server) {
  const std::vector<Sample> all = page.all("pg_server_info", {{"server", server}});
  return all.size() == 1 ? all[0].labels.at("address") : "";
}

testing::AssertionResult is_at(const Exposition& page, const std::string& server, std::uint16_t port) {
  if (testing::AssertionResult whole = is_whole(page, server); !whole) return whole;
  if (address_of(page, server) == at(port)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << server << " is at " << address_of(page, server) << " and not at " << at(port);
}

// -- Hosts that cannot be had -----------------------------------------------------------------------------------------

TEST_F(Hosts, TheNextIsTakenWhereOneCannotBeHad) {
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  const ScriptedPostgres starting({.greeting = Script::Act::kError, .sqlstate = "57P03"});
  const Pgwatch pgwatch(config({
      {"refusing", listed({free_port(), primary()})},
      {"starting", listed({starting.port(), primary()})},
      {"silent", listed({silent.port(), primary()})},
      {"silent_last", listed({free_port(), silent.port(), primary(), silent.port()})},
      {"nameless", listed({1, primary()}, "", "no-such-host.invalid")},
  }));
  const Exposition page = first_page(pgwatch);
  for (const char* server : {"refusing", "starting", "silent", "silent_last", "nameless"})
    EXPECT_TRUE(is_at(page, server, primary()));
}

TEST_F(Hosts, AllThatCannotBeHadAreNamed) {
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  const std::uint16_t nobody = free_port();
  const Pgwatch pgwatch(
      config_of({{"gone", listed({1, silent.port(), nobody}, "", "no-such-host.invalid")}}, kShortConnect));
  EXPECT_TRUE(is_down(scrape(pgwatch).page, "gone", "refused"));
  const std::string log = pgwatch.log();
  EXPECT_THAT(log, HasSubstr("cannot resolve no-such-host.invalid"));
  EXPECT_THAT(log, HasSubstr("no answer from " + at(silent.port())));
  EXPECT_THAT(log, HasSubstr("port " + std::to_string(nobody) + " failed: Connection refused"));
}

// -- target_session_attrs ---------------------------------------------------------------------------------------------

TEST_F(Hosts, TheRoleThatIsAskedForIsTaken) {
  const std::map<std::string, std::uint16_t> wanted = {
      {"any", primary()},     {"primary", primary()},   {"read-write", primary()},
      {"standby", standby()}, {"read-only", standby()}, {"prefer-standby", standby()},
  };
  std::vector<Watched> targets;
  for (const auto& [attributes, port] : wanted) {
    // Where it matters, the other one comes first.
    const std::uint16_t first = attributes == "any" || port == standby() ? primary() : standby();
    const std::uint16_t second = first == primary() ? standby() : primary();
    targets.push_back({attributes, listed({first, second}, asking(attributes))});
  }
  const Pgwatch pgwatch(config(targets));
  const Exposition page = first_page(pgwatch);
  for (const auto& [attributes, port] : wanted) {
    EXPECT_TRUE(is_at(page, attributes, port));
    EXPECT_EQ(page.value("pg_replication_is_replica", {{"server", attributes}}), port == standby() ? 1 : 0);
  }
}

TEST_F(Hosts, APrimaryWillDoWhereThePreferredStandbyCannotBeHad) {
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  const std::string preferring = asking("prefer-standby");
  const Pgwatch pgwatch(config({
      {"refusing", listed({free_port(), primary()}, preferring)},
      {"silent_first", listed({silent.port(), primary()}, preferring)},
      {"silent_last", listed({primary(), silent.port()}, preferring)},
  }));
  const Exposition page = first_page(pgwatch);
  for (const char* server : {"refusing", "silent_first", "silent_last"})
    EXPECT_TRUE(is_at(page, server, primary())) << server;
}

TEST_F(Hosts, ARoleThatNobodyHasIsNamed) {
  const std::uint16_t nobody = free_port();
  const Pgwatch pgwatch(config({
      {"standby", listed({primary()}, asking("standby"))},
      {"primary", listed({standby(), nobody}, asking("primary"))},
      {"read_write", listed({standby()}, asking("read-write"))},
      {"read_only", listed({primary()}, asking("read-only"))},
  }));
  const Exposition page = first_page(pgwatch);
  for (const char* server : {"standby", "primary", "read_write", "read_only"})
    EXPECT_TRUE(is_down(page, server, "wrong_role")) << pgwatch.log();
  const std::string cure = ": no server that answers is what target_session_attrs asks for";
  for (const char* words : {"server is not in hot standby mode", "server is in hot standby mode",
                            "session is read-only", "session is not read-only"})
    EXPECT_THAT(pgwatch.log(), HasSubstr(words + cure));
  EXPECT_THAT(pgwatch.log(), HasSubstr("port " + std::to_string(nobody) + " failed: Connection refused"));
}

// -- Roles that change ------------------------------------------------------------------------------------------------

TEST(HostsThatChange, ThePrimaryIsFoundAfterAFailover) {
  Stream stream;
  const std::vector<std::uint16_t> ports = {stream.primary.port(), stream.standby.port()};
  const Pgwatch pgwatch(config({{"lake", listed(ports, asking("primary"))}}));
  ASSERT_TRUE(is_at(first_page(pgwatch), "lake", stream.primary.port()));
  stream.primary.kill();
  ASSERT_TRUE(eventually([&] { return is_down(scrape(pgwatch).page, "lake", "wrong_role"); })) << pgwatch.log();
  stream.standby.sql("SELECT pg_promote()");
  ASSERT_TRUE(becomes_whole(pgwatch, "lake"));
  const Exposition page = scrape(pgwatch).page;
  EXPECT_TRUE(is_at(page, "lake", stream.standby.port()));
  EXPECT_EQ(page.value("pg_replication_is_replica", {{"server", "lake"}}), 0);
}

// Its sessions live on, but no longer where they were to be.
TEST(HostsThatChange, APromotedStandbyIsLeft) {
  Stream stream;
  const std::vector<std::uint16_t> ports = {stream.primary.port(), stream.standby.port()};
  const Pgwatch pgwatch(config({
      {"any",
       "host=127.0.0.1 port=" + std::to_string(ports[1]) + " user=pgwatch password=pgwatch-password dbname=postgres"},
      {"standby", listed(ports, asking("standby")), scrapes_alone()},  // a visitor would not get in any more
      {"prefer", listed(ports, asking("prefer-standby"))},
  }));
  Exposition page = first_page(pgwatch);
  for (const char* server : {"any", "standby", "prefer"}) ASSERT_TRUE(is_at(page, server, ports[1]));
  stream.standby.sql("SELECT pg_promote()");
  page = scrape(pgwatch).page;
  for (const char* server : {"any", "standby", "prefer"}) {
    EXPECT_TRUE(is_at(page, server, ports[1])) << "whoever notices still gets its answers";
    EXPECT_EQ(page.value("pg_replication_is_replica", {{"server", server}}), 0);
  }
  EXPECT_TRUE(eventually([&] { return is_down(scrape(pgwatch).page, "standby", "wrong_role"); }));
  EXPECT_THAT(pgwatch.log(), HasSubstr(at(ports[1]) + " has changed its role"));
  ASSERT_TRUE(becomes_whole(pgwatch, "prefer"));
  page = scrape(pgwatch).page;
  EXPECT_TRUE(is_at(page, "prefer", ports[0]));
  EXPECT_TRUE(is_at(page, "any", ports[1]));
  EXPECT_EQ(page.value("pgwatch_reconnects_total", {{"server", "any"}}), 0);
}

}  // namespace
}  // namespace pgwatch::test
