// scripts/install on a machine of which a test says what it has: the package tools are impostors that write down what
// they are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/commands/impostors.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Install : public testing::Test {
 protected:
  // dpkg-query knows every package but these.
  void lack(const std::string& packages) const {
    impostors_.add("dpkg-query", "for one in " + packages + "; do case \"$*\" in *\" $one\") exit 1; esac; done\n" +
                                     "echo installed");
  }

  void SetUp() override {
    for (const std::string name : {"apt-get", "sudo", "update-rc.d"})
      impostors_.add(name, "echo " + name + " \"$@\" >>" + log_.string());
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0777));
    std::filesystem::create_directory(script_.parent_path());
    std::filesystem::copy_file(PGWATCH_SOURCE_FOLDER "/scripts/install", script_);
    std::ofstream(log_).flush();
    std::filesystem::permissions(log_, std::filesystem::perms(0666));
  }

  Command install(const std::string& purpose) const {
    Command command{.arguments = {script_, purpose}};
    command.environment["PATH"] = impostors_.before("/usr/bin:/bin");
    return command;
  }

  std::string calls() const {
    std::stringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

  Impostors impostors_;
  const TemporaryFolder folder_;
  const std::filesystem::path log_ = folder_.path() / "calls";
  const std::filesystem::path script_ = folder_.path() / "scripts" / "install";  // a checkout may be closed to others
};

TEST_F(Install, DoesNothingWhereNothingIsMissing) {
  lack("''");
  for (const std::string purpose : {"build", "run", "test", "bench"}) {
    const Process process(install(purpose));
    EXPECT_EQ(process.wait(), 0) << process.errors();
    EXPECT_EQ(process.output() + process.errors(), "");
  }
  EXPECT_EQ(calls(), "");
}

TEST_F(Install, GoesThroughSudoWhereItIsNotRoot) {
  lack("ninja-build");
  Command command = install("build");
  if (::geteuid() == 0) command.user = "nobody";
  const Process process(command);
  EXPECT_EQ(process.wait(), 0) << process.errors();
  EXPECT_THAT(calls(), AllOf(HasSubstr("sudo -- "), HasSubstr("/scripts/install build\n"), Not(HasSubstr("apt-get"))));
}

TEST_F(Install, SaysWhatForWhereThatIsUnclear) {
  lack("''");
  const Process process(install("everything"));
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("say for what: build, run, test or bench"));
}

// It is often there from elsewhere than from Debian.
TEST_F(Install, InstallsNpmOnlyWhereThereIsNone) {
  lack("npm");
  const TemporaryFolder programs;
  for (const auto& program : std::filesystem::directory_iterator("/usr/bin"))
    if (program.path().filename() != "npm")
      std::filesystem::create_symlink(program.path(), programs.path() / program.path().filename());
  Command command = install("test");
  command.environment["PATH"] = impostors_.before(programs.path());
  if (::geteuid() == 0) command.user = "nobody";
  EXPECT_EQ(Process(command).wait(), 0);
  EXPECT_THAT(calls(), HasSubstr("sudo -- "));

  std::ofstream(log_, std::ios::trunc).flush();
  impostors_.add("npm", "exit 1");
  EXPECT_EQ(Process(command).wait(), 0);
  EXPECT_EQ(calls(), "");
}

// The real folders are hidden from the script, so that whatever it does there is ours.
class InstallAsRoot : public Install {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "hiding the machine's folders takes root";
    Install::SetUp();
  }

  Command install(const std::string& purpose) const {
    Command command = Install::install(purpose);
    command.mounts = {{services_.path(), "/usr/sbin"}, {settings_.path(), "/etc"}};
    return command;
  }

  const TemporaryFolder services_;
  const TemporaryFolder settings_;
};

TEST_F(InstallAsRoot, StartsNoServiceAndMakesNoCluster) {
  lack("prometheus ninja-build");
  impostors_.add("apt-get", "echo apt-get \"$@\" >>" + log_.string() + "\n/usr/sbin/policy-rc.d || echo policy $? >>" +
                                log_.string() + "\ncat /etc/postgresql-common/createcluster.d/* >>" + log_.string());
  services_.write("policy-rc.d", "#!/bin/sh\nexit 7\n");
  const Process process(install("test"));
  EXPECT_EQ(process.wait(), 0) << process.errors();
  EXPECT_EQ(process.output(), "Installing ninja-build prometheus\n");
  EXPECT_THAT(calls(),
              AllOf(HasSubstr("install --yes"), HasSubstr("ninja-build prometheus\n"), HasSubstr("policy 101\n"),
                    HasSubstr("create_main_cluster = false\n"), HasSubstr("update-rc.d prometheus disable\n")));
  EXPECT_FALSE(std::filesystem::exists(settings_.path() / "postgresql-common")) << "it leaves nothing behind";
  std::stringstream policy;
  policy << std::ifstream(services_.path() / "policy-rc.d").rdbuf();
  EXPECT_THAT(policy.str(), HasSubstr("exit 7")) << "the machine's own policy is back";
}

TEST_F(InstallAsRoot, LeavesTheMachineAsItWasWhereTheInstallationFails) {
  lack("ninja-build");
  impostors_.add("apt-get", "exit 100");
  const Process process(install("build"));
  EXPECT_EQ(process.wait(), 100);
  EXPECT_TRUE(std::filesystem::is_empty(services_.path()));
  EXPECT_TRUE(std::filesystem::is_empty(settings_.path()));
}

TEST_F(InstallAsRoot, RefusesWherePostgresWouldMakeAClusterAllTheSame) {
  std::filesystem::create_directory(settings_.path() / "postgresql-common");
  std::ofstream(settings_.path() / "postgresql-common" / "createcluster.conf") << "ssl = on\n";
  lack("ninja-build");
  const Process process(install("run"));
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("write 'create_main_cluster = false' into"));
  EXPECT_EQ(calls(), "");
}

}  // namespace
}  // namespace pgwatch::test
