// Backups that pgBackRest itself has made of a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/one_probe.h"
#include "tests/support/postgres_programs.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kProgram = "/usr/bin/pgbackrest";

class Pgbackrest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fs::exists(kProgram)) << kProgram << " is not here: run scripts/install test";
    server_ = std::make_unique<PostgresServer>(
        PostgresOptions{.settings = {"archive_mode = on", "archive_command = 'true'"}});
    repository_.write("pgbackrest.conf", configuration());
    server_->configure("archive_command = '" + command() + " archive-push %p'");
    run("stanza-create");
  }

  std::string configuration() const {
    const std::string folder = repository_.path();
    return "[global]\nrepo1-path=" + folder + "/repository\nlog-path=" + folder + "\nlock-path=" + folder +
           "/lock\nlog-level-file=off\nstart-fast=y\n[main]\npg1-path=" + server_->data_folder().string() +
           "\npg1-socket-path=" + server_->socket_folder().string() + "\npg1-port=" + std::to_string(server_->port()) +
           "\npg1-user=postgres\n";
  }
  std::string command() const {
    return kProgram + (" --stanza=main --config=" + repository_.path().string()) + "/pgbackrest.conf";
  }
  // As who owns the server's files.
  void run(const std::string& what) const {
    const Process process(server_command({}, {"/bin/sh", "-c", "exec " + command() + " " + what}));
    EXPECT_EQ(process.wait(3 * kPatience), 0) << process.output() << process.errors();
  }

  // A program that knows where its configuration is, as the one of a user does.
  std::string config(const std::string& stanza = "main") const {
    const fs::path program = folder_.write("pgbackrest", "#!/bin/sh\nexec " + std::string(kProgram) + " --config=" +
                                                             repository_.path().string() + "/pgbackrest.conf \"$@\"\n");
    fs::permissions(program, fs::perms::all);
    return config_of({{"main", server_->conninfo()}},
                     "backups: [{name: nightly, kind: pgbackrest, server: main, stanza: " + stanza +
                         ", program: " + program.string() + ", interval: 1s}]");
  }

  TemporaryFolder folder_;
  TemporaryFolder repository_{server_user()};
  std::unique_ptr<PostgresServer> server_;
};

TEST_F(Pgbackrest, BackupsAreToldAsTheyAreMade) {
  const Pgwatch pgwatch(config());
  const auto told = [&](const std::string& metric, Labels labels = {}) {
    labels["backup"] = "nightly";
    return scrape(pgwatch).page.value("pgwatch_backup_" + metric, labels);
  };
  EXPECT_TRUE(eventually([&] { return told("files") == 0; })) << pgwatch.log();
  EXPECT_EQ(told("newest_timestamp_seconds"), std::nullopt);
  EXPECT_NE(told("stanza_status"), 0) << "no backup is no good status";
  run("--type=full backup");
  EXPECT_TRUE(eventually([&] { return told("files") == 1; })) << pgwatch.log();
  EXPECT_EQ(told("stanza_status"), 0);
  EXPECT_EQ(told("repo_status", {{"repo", "1"}}), 0);
  EXPECT_EQ(told("last_failed", {{"repo", "1"}, {"type", "full"}}), 0);
  EXPECT_NEAR(told("newest_timestamp_seconds").value_or(0),
              std::stod(server_->value("SELECT extract(epoch FROM now())")), 60);
  EXPECT_GT(told("newest_size_bytes").value_or(0), 1e6);
  EXPECT_GE(told("archive_max_segment", {{"repo", "1"}}), told("archive_min_segment", {{"repo", "1"}}));
  run("--type=diff backup");
  EXPECT_TRUE(eventually([&] { return told("last_failed", {{"repo", "1"}, {"type", "diff"}}) == 0; }));
  EXPECT_EQ(told("files"), 2);
}

TEST_F(Pgbackrest, BackupsAreJudgedByOnce) {
  const ProbeOptions backups{.arguments = {"--check", "backup_*"}};
  OneProbe none(config(), backups);
  EXPECT_EQ(none.status(), 2);
  EXPECT_THAT(none.output(), HasSubstr("the stanza has no valid backup"));
  run("--type=full backup");
  OneProbe well(config(), backups);
  EXPECT_EQ(well.status(), 0) << well.output();
  OneProbe misspelled(config("nightly"), backups);
  EXPECT_EQ(misspelled.status(), 2);
  EXPECT_THAT(misspelled.output(), HasSubstr("the repository has no such stanza"));
}

}  // namespace
}  // namespace pgwatch::test
