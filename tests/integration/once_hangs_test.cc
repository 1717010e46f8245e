// pgwatch --once and what does not answer: the result comes within the timeout and a second, whole, with its verdict.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "exporter/util/file.h"
#include "tests/integration/one_probe.h"
#include "tests/integration/slow_view.h"
#include "tests/support/descriptor.h"
#include "tests/support/scripted_postgres.h"
#include "tests/support/silent_resolver.h"
#include "tests/support/sql.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// One server that is down, in a moment.
const std::string kGone = config_of({{"gone", "host=127.0.0.1 port=1 user=pgwatch"}});

ProbeOptions json_within(std::chrono::milliseconds timeout) {
  return {{"--format", "json", "--timeout", in_milliseconds(timeout)}};
}

// Long enough to begin and to find the other server down.
constexpr std::chrono::milliseconds kSoon = 1s + kSlack;

class OnceHang : public SharedServer {
 protected:
  void TearDown() override { server_->thaw(); }

  // Another beside it is down, and that is told as well.
  static std::string config(const std::string& conninfo) {
    return config_of({{"silent", conninfo}, {"gone", "host=127.0.0.1 port=1 user=pgwatch"}});
  }

  static void expect_timeout(OneProbe& probe, std::chrono::milliseconds timeout, const std::string& reason) {
    EXPECT_EQ(probe.status(timeout), 2) << probe.errors();
    const Json json = probe.json();
    EXPECT_EQ(json.at("exit_code").number(), 2);
    EXPECT_THAT(said(json, "silent", "up"), StartsWith("critical: down, " + reason));
    EXPECT_THAT(said(json, "gone", "up"), StartsWith("critical: down, refused"));
  }
};

TEST_F(OnceHang, ServerThatAcceptsAndIsSilentIsCriticalInTime) {
  const ScriptedPostgres silent({.greeting = Script::Act::kSilence});
  OneProbe probe(config(silent.conninfo()), json_within(kSoon));
  expect_timeout(probe, kSoon, "timeout");
}

TEST_F(OnceHang, StoppedPostmasterIsCriticalInTime) {
  server_->freeze_postmaster();
  OneProbe probe(config(server_->conninfo()), json_within(kSoon));
  expect_timeout(probe, kSoon, "timeout");
}

// It was let in, and then its backend stops.
TEST_F(OnceHang, StoppedBackendIsCriticalInTime) {
  Proxy proxy(server_->port());
  proxy.delay(300ms);
  OneProbe probe(config(server_->conninfo("pgwatch", "postgres", proxy.port())), json_within(4s));
  ASSERT_TRUE(eventually([] { return server_->backends().size() == 1; }));
  server_->freeze_backends();
  expect_timeout(probe, 4s, "timeout");
}

TEST_F(OnceHang, ResolverThatNeverAnswersIsCriticalInTime) {
  if (const std::string why = SilentResolver::unavailable(); !why.empty()) GTEST_SKIP() << why;
  SilentResolver resolver;
  ProbeOptions options = json_within(3s);
  options.mounts = resolver.mounts();
  OneProbe probe(config("host=database.example user=pgwatch dbname=postgres"), options);
  expect_timeout(probe, 3s, "dns");
  EXPECT_GT(resolver.questions(), 0U);
}

TEST_F(OnceHang, SignalBringsTheResultAtOnce) {
  for (const int number : {SIGTERM, SIGINT}) {
    Proxy proxy(server_->port());
    proxy.black_hole();
    OneProbe probe(config_of({{"silent", server_->conninfo("pgwatch", "postgres", proxy.port())}}), json_within(1h));
    ASSERT_TRUE(eventually([&] { return proxy.counts().open > 0; }));
    probe.signal(number);
    EXPECT_EQ(probe.status(), 2);
    EXPECT_EQ(said(probe.json(), "silent", "up"), "critical: down, timeout: interrupted before it answered");
  }
}

// -- Statements that do not end ---------------------------------------------------------------------------------------

std::string one_server(const PostgresServer& server, const std::string& more = "") {
  return config_of({{"main", server.conninfo(), more}});
}

// Whose patience ends first is all the same: the server's own statement_timeout here.
TEST_F(OnceHang, StatementThatTheServerEndsIsCritical) {
  const SlowView slow(*server_);
  OneProbe probe(one_server(*server_, "timeouts: {statement: 500ms}"), json_within(20s));
  EXPECT_EQ(probe.status(), 2);
  const Json json = probe.json();
  EXPECT_THAT(said(json, "main", "up"), StartsWith("ok: "));
  EXPECT_THAT(said(json, "main", "replication_slot_state"),
              AllOf(StartsWith("critical: timed out after "), HasSubstr("due to statement timeout")));
}

TEST_F(OnceHang, StatementThatWaitsForALockIsCritical) {
  SqlSession other(server_->socket_conninfo());
  other.run("SET allow_system_table_mods = on; BEGIN; LOCK pg_stat_wal_receiver IN ACCESS EXCLUSIVE MODE");
  OneProbe probe(one_server(*server_), json_within(20s));
  EXPECT_EQ(probe.status(), 2);
  EXPECT_THAT(said(probe.json(), "main", "replication_lag_seconds"),
              AllOf(StartsWith("critical: timed out after "), HasSubstr("due to lock timeout")));
}

// A signal is a deadline: what has come is judged, and nothing else is told than was asked for.
TEST_F(OnceHang, SignalBringsWhatHasCome) {
  const SlowView slow(*server_);
  for (const std::vector<std::string>& checks :
       {std::vector<std::string>{}, {"--check", "role", "--check", "replication_slot_state"}}) {
    ASSERT_TRUE(has_no_backend(*server_));
    ProbeOptions options = json_within(1h);
    options.arguments.insert(options.arguments.end(), checks.begin(), checks.end());
    OneProbe probe(one_server(*server_, "role: primary\n    timeouts: {statement: 30s}"), options);
    ASSERT_TRUE(server_->wait_until("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'", "1"));
    probe.signal(SIGTERM);
    EXPECT_EQ(probe.status(), 2);
    const Json json = probe.json();
    EXPECT_EQ(said(json, "main", "role"), "ok: a primary, as configured");
    EXPECT_THAT(said(json, "main", "replication_slot_state"), StartsWith("critical: timed out after "));
    EXPECT_THAT(said(json, "main", "up"), StartsWith(checks.empty() ? "ok: " : ""));
    EXPECT_EQ(said(json, "main", "up").empty(), !checks.empty());
    EXPECT_EQ(said(json, "main", "replication_lag_seconds"),
              checks.empty() ? "inactive: a primary replays nothing" : "");
    server_->sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pgwatch'");
  }
}

// -- Files that do not answer -----------------------------------------------------------------------------------------

// A pipe for a file: who reads it waits for ever, for we hold it open and say nothing.
class OncePipe : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0); }

  // Once somebody reads it.
  bool hold_open() {
    return eventually([this] {
      pipe_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
      return static_cast<bool>(pipe_);
    });
  }

  OneProbe probe(const std::string& timeout) const {
    return OneProbe(std::vector<std::string>{"--once", "--config", path_, "--format", "json", "--timeout", timeout});
  }

  // Until not a byte more goes in.
  void fill() {
    pipe_ = Descriptor(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    while (::write(pipe_.get(), "x", 1) == 1) {
    }
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.path() / "pipe";
  Descriptor pipe_;
};

TEST_F(OncePipe, ConfigThatNeverComesIsCriticalInTime) {
  OneProbe probe = this->probe("500ms");
  EXPECT_EQ(probe.status(500ms), 2);
  EXPECT_THAT(said(probe.json(), "", "pgwatch"), StartsWith("critical: timed out after 500 ms without a result"));
}

TEST_F(OncePipe, ConfigThatNeverComesHoldsUpNoSignal) {
  OneProbe probe = this->probe("1h");
  ASSERT_TRUE(hold_open());
  probe.signal(SIGTERM);
  EXPECT_EQ(probe.status(), 2);
  EXPECT_THAT(said(probe.json(), "", "pgwatch"), StartsWith("critical: interrupted after "));
}

// -- Standard output --------------------------------------------------------------------------------------------------

TEST_F(OncePipe, ReaderWhoDoesNotReadIsAnErrorInTime) {
  fill();
  for (const auto& [style, status] : {std::pair{"nagios", 3}, std::pair{"binary", 1}}) {
    OneProbe probe(kGone, {.arguments = {"--timeout", "500ms", "--exit-style", style}, .redirection = ">" + path_});
    EXPECT_EQ(probe.status(500ms), status) << style;
  }
}

// Where nobody reads the log, that is nobody's fault but the reader's.
TEST_F(OncePipe, LogThatNobodyReadsCostsNoVerdict) {
  fill();
  const PostgresServer server;
  std::vector<Watched> targets = {{"main", server.conninfo()}};
  for (const char* name : {"a", "b", "c"}) targets.push_back({name, "host=127.0.0.1 port=1 user=pgwatch"});
  const std::string file = folder_.path() / "result";
  OneProbe probe(config_of(targets),
                 {.arguments = {"--timeout", "2s", "--format", "json", "--output", file}, .redirection = "2>" + path_});
  EXPECT_EQ(probe.status(2s), 2);
  const Json json = Json::parse(read_file(file));
  EXPECT_THAT(said(json, "main", "up"), StartsWith("ok: "));
  EXPECT_THAT(said(json, "c", "up"), StartsWith("critical: down, refused"));
}

TEST_F(OncePipe, ReaderWhoHasGoneIsAnError) {
  const std::string redirection = "3<>" + path_ + " >" + path_ + " 3<&-";
  OneProbe wrong(std::vector<std::string>{"--once", "--nonsense"}, {.redirection = redirection});
  EXPECT_EQ(wrong.status(), 3);
  OneProbe probe(kGone, {.redirection = redirection});
  EXPECT_EQ(probe.status(), 3);
  EXPECT_THAT(probe.errors(), HasSubstr("cannot write the result: Broken pipe"));
}

TEST(OnceOutput, ThatIsClosedIsAnErrorInEveryStyle) {
  for (const auto& [style, status] : {std::pair{"nagios", 3}, std::pair{"binary", 1}, std::pair{"zero", 3}}) {
    OneProbe probe(kGone, {.arguments = {"--exit-style", style}, .redirection = ">&-"});
    EXPECT_EQ(probe.status(), status) << style;
    EXPECT_THAT(probe.errors(), HasSubstr("cannot write the result: Bad file descriptor"));
  }
}

TEST(OnceOutput, ThatIsFullIsAnErrorInEveryStyle) {
  for (const auto& [style, status] : {std::pair{"nagios", 3}, std::pair{"binary", 1}, std::pair{"zero", 3}}) {
    OneProbe probe(kGone, {.arguments = {"--exit-style", style}, .redirection = ">/dev/full"});
    EXPECT_EQ(probe.status(), status) << style;
    EXPECT_THAT(probe.errors(), HasSubstr("cannot write the result: No space left on device"));
  }
}

}  // namespace
}  // namespace pgwatch::test
