// scripts/timescaledb with an apt that gives what a test says: packages of empty files, for servers whose only word is
// what the C library beside them says.
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

// Written down in the file CALLS; RELEASES are those the mirror has.
constexpr const char* kApt = R"(echo "$@" >>CALLS
case $* in
  indextargets*) echo mirror://one; exit ;;
  download*) shift 2; for package; do touch "$package.deb"; done ;;
esac
cat sources.list >>CALLS
case ' RELEASES ' in *" $(sed 's/.* \([a-z]*\) main$/\1/' sources.list) "*) ;; *) exit 100 ;; esac)";

// A loader that says what it is given, and one extension of each kind.
constexpr const char* kDpkg = R"(mkdir -p package
case $2 in
  *libc6*)
    mkdir -p package/usr/lib/x-linux-gnu
    printf '#!/bin/sh\necho "$@"\n' >package/usr/lib/x-linux-gnu/ld-linux-x.so.2
    chmod 700 package/usr/lib/x-linux-gnu/ld-linux-x.so.2 ;;
  *)
    name=${2##*-} name=${name%.deb} major=${2#*-} major=${major%%-*}
    mkdir -p "package/usr/lib/postgresql/$major/lib" "package/usr/share/postgresql/$major/extension"
    touch "package/usr/lib/postgresql/$major/lib/$name.so" "package/usr/share/postgresql/$major/extension/$name.control" ;;
esac)";

std::string with(std::string text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) text.replace(at, name.size(), value);
  return text;
}

class TimescaleDbScript : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "scripts");
    for (const char* name : {"debian", "timescaledb"})
      fs::copy(fs::path(PGWATCH_SOURCE_FOLDER) / "scripts" / name, folder_.path() / "scripts");
    make_server("17");
    make_server("18");
    have("trixie sid");
    impostors_.add("dpkg", kDpkg);
  }

  void make_server(const std::string& major) const {
    const fs::path server = folder_.path() / "build" / "postgres" / major;
    for (const char* name : {"bin", "lib/postgresql", "share/postgresql/extension"})
      fs::create_directories(server / name);
    std::ofstream(server / "bin" / "postgres") << "the server of " << major;
    std::ofstream(server / "version") << major << ".1\n";
  }

  void have(const std::string& releases) const {
    impostors_.add("apt-get", with(with(kApt, "CALLS", calls_.string()), "RELEASES", releases));
  }

  Process fetch() const {
    Command command{.arguments = {folder_.path() / "scripts" / "timescaledb"}};
    command.environment["PATH"] = impostors_.before("/usr/bin:/bin");
    return Process(command);
  }

  fs::path place(const std::string& major) const { return folder_.path() / "build" / "timescaledb" / major; }

  std::string take_calls() const {
    std::stringstream text;
    text << std::ifstream(calls_).rdbuf();
    fs::remove(calls_);
    return text.str();
  }

  Impostors impostors_;
  const TemporaryFolder folder_;
  const fs::path calls_ = folder_.path() / "calls";
};

TEST_F(TimescaleDbScript, FetchesOnceFromTheMachinesOwnMirror) {
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), AllOf(HasSubstr("] mirror://one trixie main\n"), HasSubstr("] mirror://one sid main\n"),
                                  Not(HasSubstr("install"))));
  for (const fs::path& server : {place("17"), place("18")}) {
    EXPECT_TRUE(fs::exists(server / "lib" / "postgresql" / "timescaledb.so"));
    EXPECT_TRUE(fs::exists(server / "share" / "postgresql" / "extension" / "pgvector.control"));
  }
  const Process again = fetch();
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output() + again.errors() + take_calls(), "");
}

TEST_F(TimescaleDbScript, MakesServersThatRunOnTheirOwnCLibrary) {
  EXPECT_EQ(fetch().wait(), 0);
  const std::string bin = place("18") / "bin";
  EXPECT_EQ(run({.arguments = {bin + "/postgres", "-D", "a folder"}}),
            "--library-path " + bin + "/../libc " + bin + "/postgres.real -D a folder\n");
}

TEST_F(TimescaleDbScript, FetchesAnewForAnotherServer) {
  EXPECT_EQ(fetch().wait(), 0);
  take_calls();
  std::ofstream(folder_.path() / "build" / "postgres" / "17" / "version") << "17.2\n";
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), AllOf(HasSubstr(" trixie main"), Not(HasSubstr(" sid main"))));
}

TEST_F(TimescaleDbScript, NamesTheServersItHasNoneFor) {
  have("trixie");
  fs::remove_all(folder_.path() / "build" / "postgres" / "17");
  const Process process = fetch();
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(),
              HasSubstr("none could be fetched for PostgreSQL 17 18, so the tests on it are skipped."));
  EXPECT_FALSE(fs::exists(place("17")));
  EXPECT_FALSE(fs::exists(place("18")));
}

}  // namespace
}  // namespace pgwatch::test
