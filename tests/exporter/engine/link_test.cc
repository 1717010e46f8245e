// What no real server can be made to do: a Link's way to one that is silent, odd, or not there.
#include "exporter/engine/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "tests/exporter/engine/loop_thread.h"
#include "tests/support/ports.h"
#include "tests/support/scripted_postgres.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::Gate;
using test::LoopThread;
using test::Script;
using test::ScriptedPostgres;
using testing::HasSubstr;
using Act = Script::Act;

class Owner final : public LinkOwner {
 public:
  void link_ready() override { ADD_FAILURE() << "no server here introduces itself"; }
  void link_finished(postgres::Finished) override { ADD_FAILURE() << "nothing was asked"; }
  void link_down(const postgres::Down& why) override {
    if (downs == 0) down = why;
    ++downs;
  }

  postgres::Down down;
  std::atomic<int> downs = 0;
};

class LinkTest : public testing::Test {
 protected:
  ~LinkTest() override { open_gate(); }

  void open_gate() {
    if (!std::exchange(opened_, true)) gate_.open();
  }

  // Opens a link; how it went down, as "reason: detail". Its owner would end it then.
  std::string end_of(const std::string& conninfo, std::chrono::milliseconds connect = 500ms) {
    begin(conninfo, connect);
    EXPECT_TRUE(eventually([this] { return owner_.downs > 0; }));
    return thread_.run([this] { return std::string(to_string(owner_.down.reason)) + ": " + owner_.down.detail; });
  }

  void begin(const std::string& conninfo, std::chrono::milliseconds connect) {
    conninfo_ = std::make_unique<postgres::Conninfo>(Secret(conninfo));
    LinkSpec spec;
    spec.access.timeouts.connect = connect;
    spec.access.password_file = password_file_;
    thread_.run([&] {
      const LinkServices services{loop_, blocking_, resolver_, [] { return true; },
                                  [this](auto login) { aside_.push_back(std::move(login)); }};
      link_ = std::make_unique<Link>(services, spec, *conninfo_, owner_);
      EXPECT_EQ(owner_.downs, 0) << "the owner hears nothing before it has the Link";
    });
  }

  std::optional<postgres::Backend> backend_at_work() {
    return thread_.run([this] { return link_->backend_at_work(); });
  }

  std::size_t put_aside() {
    return thread_.run([this] { return aside_.size(); });
  }
  // Whether the Link, at its end, has a login to give away.
  bool has_undecided_login() {
    return thread_.run([this] { return link_->take_undecided_login() != nullptr; });
  }

  Gate gate_;
  bool opened_ = false;
  std::string password_file_;
  Addresses addresses_{{"127.0.0.1"}, "", false};
  Loop loop_;
  Blocking blocking_{loop_, [](BlockingKind) {}};
  // A look-up under way may outlive its test: what it waits for is its own.
  Resolver resolver_{blocking_, loop_, [this, gate = gate_](const std::string& host) {
                       if (host != "silent") return addresses_;
                       gate.wait();
                       return Addresses{};
                     }};
  Blocking::Call hung_;
  Owner owner_;
  std::vector<std::unique_ptr<postgres::Connection>> aside_;
  std::unique_ptr<postgres::Conninfo> conninfo_;
  std::unique_ptr<Link> link_;
  LoopThread thread_{loop_};
};

TEST_F(LinkTest, NobodyListening) {
  const std::string port = std::to_string(test::free_port());
  EXPECT_THAT(end_of("host=127.0.0.1 port=" + port), HasSubstr("refused: "));
  EXPECT_EQ(backend_at_work(), std::nullopt);
}

TEST_F(LinkTest, AServerThatAcceptsAndIsSilent) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  const std::string address = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_EQ(end_of(server.conninfo()), "timeout: no answer from " + address + " within the connect timeout");
  EXPECT_EQ(put_aside(), 0u);
  EXPECT_TRUE(has_undecided_login());
  EXPECT_FALSE(has_undecided_login()) << "it is given away once";
}

TEST_F(LinkTest, AServerThatIsStarting) {
  const ScriptedPostgres server({.greeting = Act::kError, .sqlstate = "57P03"});
  EXPECT_THAT(end_of(server.conninfo()), HasSubstr("starting: "));
}

// Its backend may have begun to work for us, so it is still one of ours.
TEST_F(LinkTest, AServerThatLetsUsInAndIsSilent) {
  const ScriptedPostgres server({.statements = 0, .ending = Act::kSilence});
  EXPECT_THAT(end_of(server.conninfo()), testing::EndsWith(" let us in and then did not answer"));
  EXPECT_EQ(backend_at_work(), (postgres::Backend{4711, ""}));
}

TEST_F(LinkTest, AServerThatSaysGoodByeHasNoBackendLeft) {
  const ScriptedPostgres server({.statements = 1, .ending = Act::kError, .sqlstate = "57P01"});
  EXPECT_THAT(end_of(server.conninfo()), HasSubstr("stopping: "));
  EXPECT_EQ(backend_at_work(), std::nullopt);
}

TEST_F(LinkTest, AServerWhoseFactsAreNone) {
  const ScriptedPostgres server({});
  EXPECT_EQ(end_of(server.conninfo()),
            "other: cannot begin a session: the answer to the facts statement is not one of ours: no version");
}

// -- Several addresses ------------------------------------------------------------------------------------------------

TEST_F(LinkTest, ASilentAddressDoesNotKeepUsFromTheNext) {
  const ScriptedPostgres silent({.greeting = Act::kSilence});
  const ScriptedPostgres starting({.greeting = Act::kError, .sqlstate = "57P03"});
  const std::string ports = std::to_string(silent.port()) + "," + std::to_string(starting.port());
  const std::string conninfo = "host=127.0.0.1,127.0.0.1 port=" + ports + " user=watcher sslmode=disable";
  end_of(conninfo, 400ms);
  EXPECT_EQ(starting.startups(), 1);
  EXPECT_EQ(put_aside(), 1u) << "at once, not when the Link ends";
}

// As behind a name of which one address refuses: nothing is left to be tried, so it is given all the time there is.
TEST_F(LinkTest, TheLastAddressIsWaitedFor) {
  const ScriptedPostgres silent({.greeting = Act::kSilence});
  const std::string ports = std::to_string(test::free_port()) + "," + std::to_string(silent.port());
  EXPECT_EQ(end_of("host=127.0.0.1,127.0.0.1 port=" + ports + " user=watcher sslmode=disable"),
            "timeout: no answer from 127.0.0.1:" + std::to_string(silent.port()) + " within the connect timeout");
  EXPECT_EQ(silent.startups(), 1);
}

TEST_F(LinkTest, AllThatCouldNotBeAskedAreNamed) {
  const ScriptedPostgres first({.greeting = Act::kSilence});
  const ScriptedPostgres second({.greeting = Act::kSilence});
  addresses_ = {{}, "cannot resolve db: unknown", true};
  const std::string ports = "1," + std::to_string(first.port()) + "," + std::to_string(second.port());
  EXPECT_EQ(end_of("host=db,127.0.0.1,127.0.0.1 port=" + ports + " user=watcher sslmode=disable"),
            "timeout: no answer from 127.0.0.1:" + std::to_string(second.port()) +
                " within the connect timeout; cannot resolve db: unknown; no answer from 127.0.0.1:" +
                std::to_string(first.port()));
}

TEST_F(LinkTest, AllAddressesOfANameAreTried) {
  const ScriptedPostgres server({.greeting = Act::kError, .sqlstate = "57P03"});
  addresses_.found = {"127.0.0.2", "127.0.0.1"};  // nobody listens on the first
  const std::string port = std::to_string(server.port());
  EXPECT_THAT(end_of("host=db port=" + port + " user=watcher sslmode=disable", 2s), HasSubstr("starting: "));
}

TEST_F(LinkTest, ANameWithoutAnAddress) {
  addresses_ = {{}, "cannot resolve db: unknown", true};
  EXPECT_EQ(end_of("host=db"), "dns: cannot resolve db: unknown");
}

TEST_F(LinkTest, AResolverThatIsSilent) {
  EXPECT_THAT(end_of("host=silent port=5432"), HasSubstr("dns: the resolver does not answer for silent"));
}

TEST_F(LinkTest, ASilentNameDoesNotKeepUsFromTheNextHost) {
  const ScriptedPostgres server({.greeting = Act::kError, .sqlstate = "57P03"});
  const std::string port = std::to_string(server.port());
  EXPECT_THAT(end_of("host=silent,127.0.0.1 port=" + port + " user=watcher sslmode=disable"), HasSubstr("starting: "));
}

// -- The password file ------------------------------------------------------------------------------------------------

TEST_F(LinkTest, APasswordFileThatIsNotThere) {
  password_file_ = "/no/such/file";
  EXPECT_EQ(end_of("host=127.0.0.1"), "auth: cannot read password_file /no/such/file: No such file or directory");
}

TEST_F(LinkTest, APasswordFileThatCannotBeReadInTime) {
  const test::TemporaryFolder folder;
  password_file_ = folder.write("password", "secret");
  thread_.run([this] {
    hung_ = blocking_.call(BlockingKind::kFiles, "", SteadyTime::max(), [gate = gate_] { gate.wait(); }, {});
  });
  EXPECT_EQ(end_of("host=127.0.0.1"), "timeout: the password file was not read within the connect timeout");
}

// -- The end ----------------------------------------------------------------------------------------------------------

TEST_F(LinkTest, MayEndAtAnyTime) {
  const ScriptedPostgres server({.greeting = Act::kSilence});
  begin("host=silent", 1h);
  thread_.run([this] { link_.reset(); });
  begin(server.conninfo(), 1h);
  EXPECT_TRUE(eventually([&] { return server.startups() == 1; }));
  thread_.run([this] { link_.reset(); });
  open_gate();
  thread_.run([] {});
  EXPECT_EQ(owner_.downs, 0);
}

}  // namespace
}  // namespace pgwatch
