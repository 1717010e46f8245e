// scripts/peer with an apt that gives what a test says: a package whose program's only word is its version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/commands/impostors.h"
#include "tests/support/process.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const fs::path kScripts = PGWATCH_SOURCE_FOLDER "/scripts";

std::string text_of(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class Peer : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "scripts");
    for (const char* name : {"debian", "peer"}) fs::copy(kScripts / name, folder_.path() / "scripts");
    have("sid=0.19.1");
    impostors_.add("dpkg",
                   "mkdir -p package/usr/bin && printf '#!/bin/sh\\n' >package/usr/bin/prometheus-postgres-exporter"
                   " && chmod 755 package/usr/bin/prometheus-postgres-exporter");
  }

  // A mirror with these releases, as "sid=0.19.1 trixie=0.17.1". What apt is told is written down.
  void have(const std::string& releases) const {
    impostors_.add("apt-get", "echo \"$@\" >>" + calls_.string() + R"(
case $* in
  indextargets*) echo mirror://one; echo mirror://two; exit ;;
esac
cat sources.list apt.conf >>)" + calls_.string() +
                                  R"(
release=$(sed 's/.* \([a-z]*\) main$/\1/' sources.list)
version=$(echo ')" + releases + R"(' | tr ' ' '\n' | sed -n "s/^$release=//p")
case $* in
  update*) test -n "$version" ;;
  download*) case $* in *"=$version-"*) touch it.deb ;; *) exit 100 ;; esac ;;
esac)");
  }

  Process fetch() const {
    Command command{.arguments = {folder_.path() / "scripts" / "peer"}};
    command.environment["PATH"] = impostors_.before("/usr/bin:/bin");
    return Process(command);
  }

  fs::path place() const { return folder_.path() / "build" / "postgres_exporter"; }

  std::string take_calls() const {
    std::string text = text_of(calls_);
    fs::remove(calls_);
    return text;
  }

  Impostors impostors_;
  const TemporaryFolder folder_;
  const fs::path calls_ = folder_.path() / "calls";
};

TEST_F(Peer, IsFetchedOnce) {
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_EQ(text_of(place() / "version"), "0.19.1\n");
  EXPECT_TRUE(fs::exists(place() / "postgres_exporter"));
  take_calls();
  const Process again = fetch();
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output() + again.errors() + take_calls(), "");
}

TEST_F(Peer, ComesFromTheMachinesOwnMirrorAndLeavesItsListsAlone) {
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(),
              AllOf(HasSubstr("] mirror://one sid main\n"), HasSubstr("Dir::State \"" + folder_.path().string()),
                    HasSubstr("signed-by="), Not(HasSubstr("install"))));
  EXPECT_FALSE(fs::exists(place().string() + ".unfinished")) << "it leaves nothing else behind";
}

TEST_F(Peer, IsAnOlderOneWhereTheFirstCannotBeHad) {
  have("trixie=0.17.1");
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_EQ(text_of(place() / "version"), "0.17.1\n");
}

// Its metrics would be another contract.
TEST_F(Peer, IsNotOneThatTheReleaseHasComeToMeanwhile) {
  have("sid=0.20.1 trixie=0.17.1");
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_EQ(text_of(place() / "version"), "0.17.1\n");
}

TEST_F(Peer, OfAVersionThatNobodyWantsIsFetchedAnew) {
  EXPECT_EQ(fetch().wait(), 0);
  std::ofstream(place() / "version") << "0.15.0\n";
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_EQ(text_of(place() / "version"), "0.19.1\n");
}

TEST_F(Peer, ThatCannotBeFetchedIsNotThereAtAll) {
  have("");
  const Process process = fetch();
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(),
              HasSubstr("no postgres_exporter could be fetched, so the tests beside it are skipped."));
  EXPECT_FALSE(fs::exists(place()));
}

}  // namespace
}  // namespace pgwatch::test
