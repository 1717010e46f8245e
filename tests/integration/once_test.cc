// pgwatch --once on real servers: what it says of each state, and the exit status a scheduler sees.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/integration/one_probe.h"
#include "tests/support/ports.h"
#include "tests/support/postgres_template.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> kJson = {"--format", "json"};

// -- A stream ---------------------------------------------------------------------------------------------------------

// Each test leaves the stream as it found it.
class OnceFollowing : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    primary_ = std::make_unique<PostgresServer>();
    standby_ = std::unique_ptr<PostgresServer>(
        new PostgresServer(primary_->standby("standby", {.settings = {"wal_retrieve_retry_interval = '100ms'"}})));
  }
  static void TearDownTestSuite() {
    standby_.reset();
    primary_.reset();
  }

  void SetUp() override {
    ASSERT_TRUE(standby_->wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "1"));
  }

  static std::string config(const std::string& more_of_standby = "") {
    return config_of({{"primary", primary_->conninfo(), "role: primary"},
                      {"standby", standby_->conninfo(), "role: standby\n    " + more_of_standby}});
  }

  // The position after a transaction.
  static std::string write() {
    primary_->sql("CREATE TABLE written (); DROP TABLE written");
    return primary_->value("SELECT pg_current_wal_lsn()");
  }

  inline static std::unique_ptr<PostgresServer> primary_;
  inline static std::unique_ptr<PostgresServer> standby_;
};

// Some WAL always waits then, and what was replayed last grows old: only a second look shows that replay keeps up.
TEST_F(OnceFollowing, ALongTransactionIsNoLag) {
  const std::string bound = in_milliseconds(1s + kSlack);  // more than lies between two looks
  SqlSession writer(primary_->socket_conninfo());
  writer.run("CREATE TABLE IF NOT EXISTS long_written (number int)");
  writer.start(
      "DO $$ BEGIN FOR i IN 1..100000 LOOP INSERT INTO long_written SELECT generate_series(1, 500);"
      " PERFORM pg_sleep(0.01); END LOOP; END $$");
  ASSERT_TRUE(standby_->wait_until(
      "SELECT now() - pg_last_xact_replay_timestamp() > interval '" + in_milliseconds(1500ms + kSlack) + "'", "t"));
  for (int i = 0; i < 5; ++i) {
    OneProbe probe(config("checks: {replication_lag_seconds: {warning: " + bound + ", critical: " + bound + "}}"));
    EXPECT_EQ(probe.status(), 0) << probe.output();
  }
  // A backend hears only when it is done that nobody listens.
  const std::string writers = " FROM pg_stat_activity WHERE query LIKE 'DO %'";
  primary_->sql("SELECT pg_terminate_backend(pid)" + writers);
  ASSERT_TRUE(primary_->wait_until("SELECT count(*)" + writers, "0"));
}

TEST_F(OnceFollowing, AllIsWellIsZero) {
  OneProbe probe(config());
  EXPECT_EQ(probe.status(), 0) << probe.output();
  EXPECT_THAT(probe.output(), StartsWith("OK - "));
  EXPECT_EQ(probe.errors(), "");
}

TEST_F(OnceFollowing, WellSaysWhatItSaw) {
  OneProbe probe(config(), {kJson});
  EXPECT_EQ(probe.status(), 0);
  const Json json = probe.json();
  EXPECT_EQ(json.at("status").text(), "ok");
  EXPECT_EQ(json.at("exit_code").number(), 0);
  EXPECT_THAT(said(json, "primary", "up"), StartsWith("ok: PostgreSQL "));
  EXPECT_EQ(said(json, "primary", "role"), "ok: a primary, as configured");
  EXPECT_THAT(said(json, "primary", "replication_lag_bytes"), StartsWith("ok: "));
  EXPECT_EQ(said(json, "primary", "replication_slot_state"), "ok: WAL is reserved");
  EXPECT_EQ(said(json, "standby", "role"), "ok: a standby, as configured");
  EXPECT_THAT(said(json, "standby", "replication_receiver"), StartsWith("ok: streams, last message "));
}

TEST_F(OnceFollowing, DeadReceiverIsCritical) {
  ASSERT_TRUE(standby_->wait_until("SELECT pg_last_wal_replay_lsn() >= '" + write() + "'", "t"));
  const std::string cure =
      standby_->value("SELECT format('ALTER SYSTEM SET primary_conninfo = %L', current_setting('primary_conninfo'))");
  standby_->sql("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=" + std::to_string(free_port()) + "'");
  standby_->sql("SELECT pg_reload_conf()");
  ASSERT_TRUE(standby_->wait_until("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'", "0"));
  OneProbe probe(config(), {kJson});
  EXPECT_EQ(probe.status(), 2);
  const Json json = probe.json();
  EXPECT_THAT(said(json, "standby", "replication_receiver"), StartsWith("critical: does not stream"));
  EXPECT_THAT(said(json, "standby", "replication_lag_seconds"), StartsWith("inactive: "));
  EXPECT_THAT(said(json, "primary", "up"), StartsWith("ok: "));
  standby_->sql(cure);
  standby_->sql("SELECT pg_reload_conf()");
}

TEST_F(OnceFollowing, PausedReplayWarnsAndIsCriticalByTheConfiguredThresholds) {
  ASSERT_TRUE(standby_->wait_until("SELECT pg_last_wal_replay_lsn() >= '" + write() + "'", "t"));
  standby_->sql("SELECT pg_wal_replay_pause()");
  ASSERT_TRUE(standby_->wait_until("SELECT pg_get_wal_replay_pause_state()", "paused"));
  write();
  ASSERT_TRUE(
      standby_->wait_until("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn() AND "
                           "clock_timestamp() - pg_last_xact_replay_timestamp() > interval '10ms'",
                           "t"));
  OneProbe patient(config());
  EXPECT_EQ(patient.status(), 0) << patient.output();
  OneProbe warned(config("checks: {replication_lag_seconds: {warning: 5ms}}"), {kJson});
  EXPECT_EQ(warned.status(), 1);
  EXPECT_THAT(said(warned.json(), "standby", "replication_lag_seconds"),
              AllOf(StartsWith("warning: replay is "), HasSubstr("(warning from 5 ms); replay is paused")));
  OneProbe strict(config("checks: {replication_lag_seconds: {warning: 5ms, critical: 10ms}}"), {kJson});
  EXPECT_EQ(strict.status(), 2);
  EXPECT_THAT(said(strict.json(), "standby", "replication_lag_seconds"), StartsWith("critical: replay is "));
  standby_->sql("SELECT pg_wal_replay_resume()");
  ASSERT_TRUE(standby_->wait_until("SELECT pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()", "t"));
}

TEST_F(OnceFollowing, WrongRoleIsCritical) {
  OneProbe probe(config_of({{"main", standby_->conninfo(), "role: primary"}}), {kJson});
  EXPECT_EQ(probe.status(), 2);
  EXPECT_EQ(said(probe.json(), "main", "role"), "critical: a standby; configured is primary");
}

// Without the grant a server hides who streams: that is no proof of anything.
TEST_F(OnceFollowing, WhatARoleMayNotSeeIsUnknown) {
  primary_->sql("CREATE ROLE nobody LOGIN PASSWORD '" + password_of("nobody") + "'");
  ASSERT_TRUE(standby_->wait_until("SELECT count(*) FROM pg_roles WHERE rolname = 'nobody'", "1"));
  OneProbe probe(config_of({{"primary", primary_->conninfo("nobody")}, {"standby", standby_->conninfo("nobody")}}),
                 {kJson});
  EXPECT_EQ(probe.status(), 3);
  const Json json = probe.json();
  EXPECT_EQ(said(json, "standby", "replication_receiver"),
            "unknown: the state of the WAL receiver is hidden: the role needs pg_monitor");
  EXPECT_EQ(said(json, "standby", "replication_lag_seconds"),
            "unknown: whether anything is received is hidden: the role needs pg_monitor");
  EXPECT_THAT(said(json, "primary", "replication_lag_bytes"),
              StartsWith("unknown: collector stat_replication may not look: role nobody does not have the rights of "));
  primary_->sql("DROP ROLE nobody");
}

// -- One server -------------------------------------------------------------------------------------------------------

class OnceServer : public SharedServer {
 protected:
  static std::string config(const std::string& more = "") { return config_of({{"main", server_->conninfo(), more}}); }
};

TEST(OnceSlot, ThatIsLostIsCritical) {
  const PostgresServer server({.settings = {"max_slot_wal_keep_size = '32MB'", "wal_keep_size = 0"}});
  server.sql("SELECT pg_create_physical_replication_slot('gone', true)");
  for (int i = 0; i < 5; ++i) server.sql("SELECT pg_switch_wal() FROM pg_logical_emit_message(false, '', '')");
  server.sql("CHECKPOINT");
  ASSERT_TRUE(server.wait_until("SELECT wal_status FROM pg_replication_slots", "lost"));
  OneProbe probe(config_of({{"main", server.conninfo()}}), {kJson});
  EXPECT_EQ(probe.status(), 2);
  EXPECT_THAT(said(probe.json(), "main", "replication_slot_state"), StartsWith("critical: "));
}

TEST_F(OnceServer, ThatIsDownIsCriticalAndTheOthersVerdictsAreThere) {
  const std::string gone = "host=127.0.0.1 user=pgwatch port=" + std::to_string(free_port());
  OneProbe probe(config_of({{"gone", gone}, {"main", server_->conninfo()}}), {kJson});
  EXPECT_EQ(probe.status(), 2);
  const Json json = probe.json();
  EXPECT_THAT(said(json, "gone", "up"), StartsWith("critical: down, refused: "));
  EXPECT_EQ(said(json, "gone", "replication_slot_state"), "skipped: the server is down");
  EXPECT_THAT(said(json, "main", "up"), StartsWith("ok: PostgreSQL "));
  EXPECT_EQ(said(json, "main", "replication_slot_state"), "inactive: no replication slots");
}

TEST_F(OnceServer, WhoseNameNobodyKnowsIsCritical) {
  OneProbe probe(config_of({{"nowhere", "host=nowhere.invalid user=pgwatch"}}), {{"--timeout", "2s", "--verbose"}});
  EXPECT_EQ(probe.status(std::chrono::seconds(2)), 2);
  EXPECT_THAT(probe.output(), HasSubstr("critical nowhere up "));
  EXPECT_THAT(probe.output(), HasSubstr("down, dns: "));
}

TEST_F(OnceServer, ThatRefusesThePasswordDoesNotShowIt) {
  OneProbe probe(config_of({{"main", server_->conninfo() + " password=geheim"}}), {{"--verbose"}});
  EXPECT_EQ(probe.status(), 2);
  EXPECT_THAT(probe.output(), HasSubstr("down, auth"));
  EXPECT_THAT(probe.output() + probe.errors(), Not(HasSubstr("geheim")));
}

TEST_F(OnceServer, IsAskedForTheChecksThatAreSelected) {
  OneProbe probe(config(), {{"--check", "up", "--check", "main/role", "--format", "json"}});
  EXPECT_EQ(probe.status(), 0);
  const Json json = probe.json();
  ASSERT_EQ(json.at("checks").items().size(), 2U);
  EXPECT_THAT(said(json, "main", "up"), StartsWith("ok: "));
  EXPECT_THAT(said(json, "main", "role"), StartsWith("inactive: a primary"));
}

// Collectors that are off leave nothing to judge: that is not well.
TEST_F(OnceServer, OfWhichNothingIsCheckedIsUnknownAndItIsSaidWhy) {
  const std::string off = config("collectors: {replication: false, replication_slots: false, stat_replication: false}");
  OneProbe human(off, {{"--check", "replication*"}});
  EXPECT_EQ(human.status(), 3);
  EXPECT_THAT(human.output(), AllOf(StartsWith("UNKNOWN - 6 skipped "),
                                    HasSubstr("  error: every check was skipped: collector replication is off")));
  OneProbe page(off, {{"--check", "replication*", "--format", "prometheus"}});
  EXPECT_EQ(page.status(), 3);
  EXPECT_EQ(Exposition(page.output()).value("pgwatch_once_status"), 3);
  OneProbe partly(off);
  EXPECT_EQ(partly.status(), 0) << "the server is up";
}

TEST_F(OnceServer, LeavesNoConnectionBehind) {
  OneProbe probe(config());
  EXPECT_EQ(probe.status(), 0);
  EXPECT_TRUE(has_no_backend(*server_));
}

// -- Exit styles ------------------------------------------------------------------------------------------------------

struct Statuses {
  int nagios;
  int binary;
  int zero;
  friend bool operator==(const Statuses&, const Statuses&) = default;
};

void PrintTo(const Statuses& statuses, std::ostream* out) {
  *out << statuses.nagios << '/' << statuses.binary << '/' << statuses.zero;
}

Statuses statuses_of(const std::string& config, const std::vector<std::string>& more = {}) {
  const auto status = [&](const char* style) {
    std::vector<std::string> arguments = {"--exit-style", style};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return OneProbe(config, {arguments}).status();
  };
  return {status("nagios"), status("binary"), status("zero")};
}

TEST_F(OnceServer, ExitsAsItIsAskedTo) {
  server_->sql("SELECT pg_create_physical_replication_slot('feed', true)");
  server_->sql("SELECT pg_logical_emit_message(false, '', 'something')");
  const std::string warns = config("checks: {replication_slot_retained_bytes: {warning: 1B}}");
  EXPECT_EQ(statuses_of(config()), (Statuses{0, 0, 0}));
  EXPECT_EQ(statuses_of(warns), (Statuses{1, 0, 0}));
  EXPECT_EQ(statuses_of(config("role: standby")), (Statuses{2, 1, 0}));
  EXPECT_EQ(statuses_of(config(), {"--check", "up", "--check", "uq"}), (Statuses{3, 1, 3}));
  EXPECT_EQ(statuses_of(config("role: standby"), {"--check", "role", "--check", "uq"}), (Statuses{2, 1, 3}));
  EXPECT_EQ(statuses_of(config(), {"--check", "uq"}), (Statuses{3, 1, 3}));
  EXPECT_EQ(statuses_of(config(), {"--nonsense"}), (Statuses{3, 1, 3}));
  EXPECT_EQ(statuses_of("tragets: []"), (Statuses{3, 1, 3}));
  server_->sql("SELECT pg_drop_replication_slot('feed')");
}

}  // namespace
}  // namespace pgwatch::test
