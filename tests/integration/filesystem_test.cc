// Real servers: one beside us, one that counts its processes for itself, and file systems that are full, read-only or
// forbidden.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "collectors/catalogue.h"
#include "tests/exporter/engine/loop_thread.h"
#include "tests/integration/one_probe.h"
#include "tests/integration/toys.h"
#include "tests/support/descriptor.h"
#include "tests/support/engine_fixture.h"

namespace pgwatch::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

enum class Local { kNever, kAlways, kAuto };

Collector collector(Local local) {
  Collector made = collectors::filesystem();
  made.interval = 1s;
  made.options.at(0).value = static_cast<int>(local);
  return made;
}

// The first answer there is.
Scrape look(const std::string& conninfo, Local local = Local::kAuto) {
  RunningEngine engine(test_world(conninfo, {collector(local)}));
  return engine.ask_until([](const Scrape& one) {
    return !one.page.all("pgwatch_collector_success", {{"collector", "filesystem"}}).empty();
  });
}

std::string skipped(const Scrape& scrape) {
  const BlockPtr block = scrape.answer("filesystem").latest;
  return block->outcome == Outcome::kSkipped ? block->reason + ": " + block->detail : "";
}

std::optional<double> of(const Scrape& scrape, const std::string& metric, const std::string& use) {
  return scrape.page.value("pg_filesystem_" + metric, {{"use", use}});
}

// Mounts and other users are root's alone to make.
std::string why_not_root() { return ::geteuid() == 0 ? "" : "takes root"; }

// What a test mounts there, it alone sees and who it starts. In a thread, which cannot come back from there.
void with_own_mounts(const std::function<void()>& test) {
  std::thread([&] {
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    test();
  }).join();
}

class Filesystems : public SharedServer {};

TEST_F(Filesystems, OfAServerBesideUsAreTold) {
  for (const std::string& conninfo : {server_->conninfo(), server_->socket_conninfo("pgwatch")}) {
    const Scrape scrape = look(conninfo);
    EXPECT_EQ(skipped(scrape), "");
    const std::string path = server_->data_folder();
    EXPECT_GT(scrape.page.value("pg_filesystem_size_bytes", {{"use", "data_directory"}, {"path", path}}), 0);
    const auto ratio = of(scrape, "used_ratio", "data_directory");
    EXPECT_TRUE(ratio && *ratio > 0 && *ratio <= 1);
    EXPECT_EQ(of(scrape, "readonly", "data_directory"), 0);
  }
}

TEST_F(Filesystems, OfAServerThatIsSaidToBeElsewhereAreNotAskedFor) {
  EXPECT_THAT(skipped(look(server_->conninfo(), Local::kNever)), StartsWith("remote: "));
}

TEST_F(Filesystems, OfAServerThatIsSaidToBeHereAreToldWithoutProof) {
  EXPECT_GT(of(look(server_->conninfo(), Local::kAlways), "size_bytes", "data_directory"), 0);
}

TEST_F(Filesystems, AreSkippedForARoleThatMayNotKnowWhereTheyAre) {
  server_->sql("CREATE ROLE guest LOGIN PASSWORD 'guest-password'");
  EXPECT_THAT(skipped(look(server_->conninfo("guest"))),
              AllOf(StartsWith("permission: "), HasSubstr("GRANT pg_monitor TO \"guest\"")));
}

// The proof needs no more than its own sessions.
TEST_F(Filesystems, AreToldToARoleThatSeesNoOtherSessions) {
  server_->sql("CREATE ROLE reader LOGIN PASSWORD 'reader-password'; GRANT pg_read_all_settings TO reader");
  EXPECT_GT(of(look(server_->conninfo("reader")), "size_bytes", "data_directory"), 0);
}

// As statvfs does of a file server that is gone: it never comes back.
Collector hung(const Gate& gate) {
  Collector made = collector(Local::kAlways);
  made.source = Planner([gate, plan = std::get<Planner>(made.source)](const Facts& facts, const Memory& memory) {
    Step step = plan(facts, memory);
    if (std::holds_alternative<HostRead>(step))
      step = HostRead([gate](Host& host, HostDone done) {
        host.read_files(
            [gate]() -> Answer {
              gate.wait();
              return Rows();
            },
            std::move(done));
      });
    return step;
  });
  return made;
}

TEST_F(Filesystems, OfAFileServerThatIsGoneCostOthersNothing) {
  const Gate gate;
  TestWorld world = test_world(server_->conninfo(), {hung(gate), collectors::postmaster()});
  world.target.access.timeouts.slow_statement = 500ms;
  Collector beside =
      toy("beside",
          HostRead([](Host& host, HostDone done) { host.read_files([] { return one_value("7"); }, std::move(done)); }));
  beside.scope = Scope::kHost;
  world.host_collectors = {beside};
  {
    RunningEngine engine(world);
    const Scrape scrape = engine.ask_until([](const Scrape& one) {
      EXPECT_TRUE(one.page.value("pg_postmaster_start_time_seconds"));
      EXPECT_LT(one.duration, 10s);
      const auto filesystem = one.page.value("pgwatch_collector_success", {{"collector", "filesystem"}});
      return filesystem && one.page.value("pg_beside_value") == 7;
    });
    EXPECT_EQ(scrape.answer("filesystem").latest->reason, kTimeout);
    EXPECT_EQ(scrape.page.value("pg_beside_value"), 7) << "another file is read by another thread";
    gate.open();
  }
}

// -- Servers that are not here ----------------------------------------------------------------------------------------

// Its postmaster is process 1 of its own, as in a container. What this thread starts later is counted with us again.
void start_counting_anew(PostgresServer& server) {
  const Descriptor ours(::open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::unshare(CLONE_NEWPID), 0);
  server.start();
  ASSERT_EQ(::setns(ours.get(), CLONE_NEWPID), 0);
}

TEST_F(Filesystems, OfAServerThatCountsItsProcessesForItselfAreNotOurs) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  PostgresServer contained;
  contained.stop();
  start_counting_anew(contained);
  for (const std::string& conninfo : {contained.conninfo(), contained.socket_conninfo("pgwatch")}) {
    EXPECT_THAT(skipped(look(conninfo)), AllOf(StartsWith("container: "), HasSubstr("`local: true`")));
    EXPECT_GT(of(look(conninfo, Local::kAlways), "size_bytes", "data_directory"), 0);
  }
}

TEST_F(Filesystems, OfAServerThatSeesAnotherFolderThereAreNotTold) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  with_own_mounts([] {
    ASSERT_EQ(::mount("none", server_->data_folder().c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_THAT(skipped(look(server_->conninfo())), AllOf(StartsWith("container: "), HasSubstr("another folder")));
  });
}

// -- Room -------------------------------------------------------------------------------------------------------------

// A tablespace on a file system of 1 MiB, seen by this server and this test alone.
class Tablespace {
 public:
  Tablespace() {
    EXPECT_EQ(::mount("none", disk_.path().c_str(), "tmpfs", 0, "size=1m,nr_inodes=1000"), 0);
    std::filesystem::create_directory(folder());
    const passwd* owner = ::getpwnam(server_user().c_str());
    EXPECT_EQ(::chown(folder().c_str(), owner->pw_uid, owner->pw_gid), 0);
    server_ = std::make_unique<PostgresServer>();
    server_->sql("CREATE TABLESPACE small LOCATION '" + folder().string() + "'");
  }
  ~Tablespace() {
    server_.reset();
    ::umount2(disk_.path().c_str(), MNT_DETACH);
  }
  Tablespace(const Tablespace&) = delete;
  Tablespace& operator=(const Tablespace&) = delete;

  std::filesystem::path folder() const { return disk_.path() / "small"; }
  const PostgresServer& server() const { return *server_; }
  void fill(int kibibytes) const { std::ofstream(disk_.path() / "filler") << std::string(1024U * kibibytes, 'x'); }
  void mount_readonly() const {
    EXPECT_EQ(::mount(nullptr, disk_.path().c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), 0);
  }

 private:
  TemporaryFolder disk_;
  std::unique_ptr<PostgresServer> server_;
};

std::string judged(const Tablespace& tablespace) {
  OneProbe probe(config_of({{"main", tablespace.server().conninfo()}}),
                 {.arguments = {"--check", "filesystem_*", "--format", "json"}});
  probe.status();
  return probe.output();
}

TEST_F(Filesystems, ThatAreNearlyFullAreWarnedOf) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  with_own_mounts([] {
    const Tablespace tablespace;
    const std::string subject = "\"subject\":\"tablespace small " + tablespace.folder().string() + "\"[^}]*\"status\":";
    const std::string space = "\"name\":\"filesystem_space\",\"target\":\"main\",";
    tablespace.fill(100);
    EXPECT_THAT(judged(tablespace), ContainsRegex(space + subject + "\"ok\""));
    tablespace.fill(900);
    EXPECT_THAT(judged(tablespace), ContainsRegex(space + subject + "\"warning\""));
    tablespace.fill(1000);
    EXPECT_THAT(judged(tablespace), ContainsRegex(space + subject + "\"critical\""));
    EXPECT_EQ(look(tablespace.server().conninfo()).page.value("pg_filesystem_files", {{"tablespace", "small"}}), 1000);
  });
}

TEST_F(Filesystems, ThatTheServerMayNotWriteAreReadOnly) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  with_own_mounts([] {
    const Tablespace tablespace;
    EXPECT_EQ(of(look(tablespace.server().conninfo()), "readonly", "tablespace"), 0);
    tablespace.mount_readonly();
    EXPECT_EQ(of(look(tablespace.server().conninfo()), "readonly", "tablespace"), 1);
    EXPECT_EQ(of(look(tablespace.server().conninfo(), Local::kAlways), "readonly", "tablespace"), 0)
        << "a mount of ours alone may be so, and of the server's nobody has asked";
  });
}

// As a unit with ProtectSystem=strict sees all of the machine.
TEST_F(Filesystems, ThatAreReadOnlyForUsAloneAreNot) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  with_own_mounts([] {
    const Tablespace tablespace;
    ASSERT_EQ(::unshare(CLONE_NEWNS), 0);
    tablespace.mount_readonly();
    EXPECT_EQ(of(look(tablespace.server().conninfo()), "readonly", "tablespace"), 0);
  });
}

// -- What we may not look at ------------------------------------------------------------------------------------------

// This program, as somebody who is nobody here.
class AsNobody {
 public:
  AsNobody() { EXPECT_EQ(::seteuid(::getpwnam("nobody")->pw_uid), 0); }
  ~AsNobody() { EXPECT_EQ(::seteuid(0), 0); }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
};

TEST_F(Filesystems, WhatLiesInADataDirectoryIsVisiblyMissingForOthers) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  const AsNobody nobody;
  const Scrape scrape = look(server_->conninfo());
  EXPECT_GT(of(scrape, "size_bytes", "data_directory"), 0) << "it takes the folders above alone";
  EXPECT_EQ(of(scrape, "size_bytes", "wal"), std::nullopt);
  EXPECT_EQ(scrape.page.value("pg_filesystem_unreadable", {{"use", "wal"}, {"reason", "permission"}}), 1);
}

TEST_F(Filesystems, AreSkippedWithTheCureWhereNothingMayBeLookedAt) {
  if (const std::string why = why_not_root(); !why.empty()) GTEST_SKIP() << why;
  std::filesystem::permissions(server_->socket_folder(), std::filesystem::perms::owner_all);
  {
    const AsNobody nobody;
    EXPECT_THAT(skipped(look(server_->conninfo())), AllOf(StartsWith("hidden: "), HasSubstr("SupplementaryGroups="),
                                                          HasSubstr("AmbientCapabilities=CAP_DAC_READ_SEARCH")));
  }
  std::filesystem::permissions(server_->socket_folder(), std::filesystem::perms(0755));
}

}  // namespace
}  // namespace pgwatch::test
