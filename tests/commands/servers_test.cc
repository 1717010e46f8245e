// scripts/servers with an npm that gives what a test says: servers whose only word is their version.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/commands/impostors.h"
#include "tests/support/majors.h"
#include "tests/support/process.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::SizeIs;

// Packs the version it is asked for, as npm does, and writes it down.
std::string npm(const std::string& words_of_the_server) {
  return R"(for last; do :; done; version=${last##*@}; echo "$version" >>../calls
mkdir -p made/package/native/bin made/package/scripts
printf '#!/bin/sh\n%s\n' ')" +
         words_of_the_server + R"(' | sed "s/VERSION/${version%.0-*}/g" >made/package/native/bin/postgres
chmod 700 made/package/native/bin/postgres
tar -czf server.tgz -C made package)";
}

class Servers : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() / "scripts");
    fs::copy(PGWATCH_SOURCE_FOLDER "/scripts/servers", folder_.path() / "scripts");
    impostors_.add("node", "exit 0");
    impostors_.add("npm", npm("echo postgres VERSION"));
  }

  Process fetch() const {
    Command command{.arguments = {folder_.path() / "scripts" / "servers"}};
    command.environment["PATH"] = impostors_.before("/usr/bin:/bin");
    return Process(command);
  }

  fs::path place(int major) const { return folder_.path() / "build" / "postgres" / std::to_string(major); }

  // Versions asked for since the last call.
  std::vector<std::string> take_calls() const {
    const fs::path file = folder_.path() / "build" / "postgres" / "calls";
    std::ifstream calls(file);
    std::vector<std::string> versions;
    for (std::string line; std::getline(calls, line);) versions.push_back(line);
    fs::remove(file);
    return versions;
  }

  Impostors impostors_;
  const TemporaryFolder folder_;
};

TEST_F(Servers, AreFetchedOnce) {
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), SizeIs(kMajors.size()));
  for (const int major : kMajors)
    EXPECT_NE(fs::status(place(major) / "bin" / "postgres").permissions() & fs::perms::others_exec, fs::perms::none)
        << "servers run as another user than root";
  const Process again = fetch();
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output() + again.errors(), "");
  EXPECT_THAT(take_calls(), SizeIs(0));
}

TEST_F(Servers, OfAnotherVersionAreFetchedAnew) {
  EXPECT_EQ(fetch().wait(), 0);
  take_calls();
  std::ofstream(place(17) / "version") << "17.0.0\n";
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), testing::ElementsAre(testing::StartsWith("17.")));
}

TEST_F(Servers, AreThereWholeOrNotAtAll) {
  impostors_.add("npm", npm("case VERSION in 17.*) exit 127; esac; echo postgres VERSION"));
  const Process process = fetch();
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("PostgreSQL 17 could not be fetched, so the tests on it are skipped."));
  for (const int major : kMajors) EXPECT_EQ(fs::exists(place(major)), major != 17) << major;
  take_calls();
  impostors_.add("npm", npm("echo postgres VERSION"));
  EXPECT_EQ(fetch().wait(), 0);
  EXPECT_THAT(take_calls(), SizeIs(1));
  EXPECT_TRUE(fs::exists(place(17)));
}

TEST_F(Servers, ThatNpmCannotFetchAreNamed) {
  impostors_.add("npm", "echo no network >&2; exit 1");
  const Process process = fetch();
  EXPECT_EQ(process.wait(), 1);
  EXPECT_THAT(process.errors(), HasSubstr("no network\n"));
  EXPECT_THAT(process.errors(), HasSubstr("PostgreSQL 13 14 15 16 17 18 could not be fetched"));
  for (const int major : kMajors) EXPECT_FALSE(fs::exists(place(major))) << major;
}

}  // namespace
}  // namespace pgwatch::test
