// scripts/trixie with an apt that gives what a test says: packages of empty programs.
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

class TrixieScript : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "scripts");
    for (const char* name : {"debian", "trixie"})
      fs::copy(fs::path(PGWATCH_SOURCE_FOLDER) / "scripts" / name, folder_.path() / "scripts");
    have("systemd dbus-daemon");
    impostors_.add("dpkg", R"(case $2 in
  */systemd.deb) program=package/usr/lib/systemd/systemd ;;
  *) program=package/usr/bin/dbus-daemon ;;
esac
mkdir -p "${program%/*}" package/usr/share/doc
touch "$program"
chmod +x "$program")");
  }

  // Written down are the calls and the mirror.
  void have(const std::string& packages) const {
    impostors_.add("apt-get", "echo \"$@\" >>" + calls_.string() +
                                  "\ncase $* in\n  indextargets*) echo mirror://one ;;\n" +
                                  "  install*) cat sources.list >>" + calls_.string() + "; for package in " + packages +
                                  "; do touch \"archives/$package.deb\"; done ;;\nesac");
  }

  Process fetch() const {
    Command command{.arguments = {folder_.path() / "scripts" / "trixie"}};
    command.environment["PATH"] = impostors_.before("/usr/bin:/bin");
    return Process(command);
  }

  std::string take_calls() const {
    std::stringstream text;
    text << std::ifstream(calls_).rdbuf();
    fs::remove(calls_);
    return text.str();
  }

  Impostors impostors_;
  const TemporaryFolder folder_;
  const fs::path calls_ = folder_.path() / "calls";
  const fs::path place_ = folder_.path() / "build" / "trixie";
};

TEST_F(TrixieScript, FetchesOnceFromTheMachinesOwnMirrorAndInstallsNothing) {
  const Process first = fetch();
  EXPECT_EQ(first.wait(), 0) << first.errors();
  EXPECT_THAT(take_calls(), AllOf(HasSubstr("install --download-only "), HasSubstr("] mirror://one trixie main\n")));
  EXPECT_TRUE(fs::exists(place_ / "lib" / "systemd" / "systemd"));
  EXPECT_TRUE(fs::exists(place_ / "etc" / "passwd"));
  EXPECT_FALSE(fs::exists(place_ / "usr" / "share" / "doc"));
  const Process again = fetch();
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output() + again.errors() + take_calls(), "");
}

TEST_F(TrixieScript, FetchesAnewForOtherPackages) {
  EXPECT_EQ(fetch().wait(), 0);
  std::ofstream(place_ / "packages") << "systemd\n";
  take_calls();
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), HasSubstr("install "));
}

TEST_F(TrixieScript, PutsTheWholeInItsPlaceOrNothing) {
  have("systemd");
  const Process process = fetch();
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("could not be fetched, so the tests in a Debian 13 are skipped."));
  EXPECT_FALSE(fs::exists(place_));
  EXPECT_FALSE(fs::exists(fs::path(place_.string() + ".unfinished")));
}

}  // namespace
}  // namespace pgwatch::test
