// The units of packaging/systemd, as they stand there: systemd takes them, lets them do little, and they are installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <regex>

#include "exporter/util/file.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

const fs::path kUnits = fs::path(PGWATCH_SOURCE_FOLDER) / "packaging/systemd";
constexpr const char* kAnalyze = "/usr/bin/systemd-analyze";
constexpr double kMostExposure = 1.5;

struct Result {
  int status = -1;
  std::string text;  // all that was said
};

Result analyze(std::vector<std::string> arguments, const fs::path& units) {
  arguments.insert(arguments.begin(), kAnalyze);
  Command command{.arguments = std::move(arguments)};
  command.environment["SYSTEMD_UNIT_PATH"] = units.string() + ":";
  command.environment["XDG_RUNTIME_DIR"] = units;
  const Process process(command);
  const int status = process.wait().value_or(-1);
  return {status, process.output() + process.errors()};
}

int version_of_systemd() {
  static const std::regex number("systemd ([0-9]+)");
  const std::string said = run({.arguments = {kAnalyze, "--version"}});
  std::smatch match;
  return std::regex_search(said, match, number) ? std::stoi(match[1]) : 0;
}

bool is_unit(const fs::directory_entry& entry) {
  return entry.is_regular_file() && entry.path().extension() != ".conf";
}

class Units : public testing::Test {
 protected:
  void SetUp() override {
    // It is systemd itself that judges; scripts/install test brings it, and elsewhere nobody could.
    if (::access(kAnalyze, X_OK) != 0) GTEST_SKIP() << "no systemd-analyze here";
  }

  // A copy whose program exists.
  void copy(const fs::path& from, const fs::path& to) const {
    fs::create_directories((folder_.path() / to).parent_path());
    folder_.write(to, std::regex_replace(read_file(from), std::regex("/usr/bin/pgwatch"), PGWATCH_BINARY));
  }

  // All of a folder of ours; their paths in the copy.
  std::vector<std::string> copy_units(const fs::path& from) const {
    std::vector<std::string> copies;
    for (const auto& entry : fs::directory_iterator(from)) {
      if (!is_unit(entry)) continue;
      copy(entry.path(), entry.path().filename());
      copies.push_back(folder_.path() / entry.path().filename());
    }
    return copies;
  }

  void expect_silence(std::vector<std::string> arguments) const {
    const Result result = analyze(std::move(arguments), folder_.path());
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.text, "");
  }

  const TemporaryFolder folder_;
};

TEST_F(Units, AreTakenBySystemd) {
  std::vector<std::string> arguments = copy_units(kUnits);
  ASSERT_GE(arguments.size(), 7U);
  arguments.insert(arguments.begin(), {"verify", "--man=no"});
  expect_silence(arguments);
}

TEST_F(Units, OfAUserAreTakenBySystemd) {
  std::vector<std::string> arguments = copy_units(kUnits / "user");
  ASSERT_EQ(arguments.size(), 1U);
  arguments.insert(arguments.begin(), {"--user", "verify", "--man=no"});
  expect_silence(arguments);
}

TEST_F(Units, TakeEachDropIn) {
  const int version = version_of_systemd();
  int seen = 0;
  for (const auto& entry : fs::directory_iterator(kUnits / "drop-ins")) {
    const bool needs_newer = entry.path().filename() == "notify-reload.conf" && version < 253;
    if (needs_newer) continue;
    copy(kUnits / "pgwatch-exporter.service", "pgwatch-exporter.service");
    copy(entry.path(), fs::path("pgwatch-exporter.service.d") / entry.path().filename());
    SCOPED_TRACE(entry.path());
    expect_silence({"verify", "--man=no", folder_.path() / "pgwatch-exporter.service"});
    fs::remove_all(folder_.path() / "pgwatch-exporter.service.d");
    ++seen;
  }
  EXPECT_GE(seen, 4);
}

TEST_F(Units, HaveAUserThatSystemdTakes) {
  const std::string maker = "/usr/bin/systemd-sysusers";
  // The same: the file is read by the very program that it is for.
  if (::access(maker.c_str(), X_OK) != 0) GTEST_SKIP() << "no systemd-sysusers here";
  fs::create_directories(folder_.path() / "etc");
  const std::string file = kUnits / "sysusers.conf";
  const Process process({.arguments = {maker, "--dry-run", "--root=" + folder_.path().string(), file}});
  EXPECT_EQ(process.wait(), 0);
  EXPECT_THAT(process.output() + process.errors(), HasSubstr("pgwatch-exporter"));
}

// What it says of a unit that is no good, or the tests above would pass whatever there is.
TEST_F(Units, ThatAreNoGoodAreToldOf) {
  folder_.write("bad.service", "[Service]\nExecStart=/nonexistent\nWatchdogSeconds=1\n");
  EXPECT_THAT(analyze({"verify", "--man=no", folder_.path() / "bad.service"}, folder_.path()).text,
              testing::AllOf(HasSubstr("WatchdogSeconds"), HasSubstr("/nonexistent")));
}

TEST_F(Units, LetTheProgramDoLittle) {
  static const std::regex overall("Overall exposure level[^:]*: ([0-9.]+)");
  for (const std::string& unit : copy_units(kUnits)) {
    if (!unit.ends_with(".service")) continue;
    const Result result = analyze({"security", "--offline=true", "--no-pager", unit}, folder_.path());
    if (result.text.find("unrecognized option") != std::string::npos)
      GTEST_SKIP() << "this systemd-analyze judges no files";  // before systemd 250
    std::smatch match;
    ASSERT_TRUE(std::regex_search(result.text, match, overall)) << unit << ": " << result.text;
    EXPECT_LE(std::stod(match[1]), kMostExposure) << unit << '\n' << result.text;
  }
}

// -- Installation -----------------------------------------------------------------------------------------------------

TEST(Installation, PutsTheUnitsWhereSystemdLooksAndTheProgramWhereTheyLook) {
  const TemporaryFolder folder;
  const fs::path build = fs::path(PGWATCH_BINARY).parent_path();
  run({.arguments = {"cmake", "--install", build, "--prefix", (folder.path() / "usr").string()}});
  const fs::path installed = folder.path() / "usr";
  const std::string program = installed / "bin/pgwatch";
  EXPECT_TRUE(fs::exists(program));
  for (const auto& [unit, there] : {std::pair("", "system"), std::pair("user", "user")})
    for (const auto& entry : fs::directory_iterator(kUnits / unit)) {
      if (!is_unit(entry)) continue;
      const std::string text = read_file(installed / "lib/systemd" / there / entry.path().filename());
      EXPECT_EQ(text, std::regex_replace(read_file(entry.path()), std::regex("/usr/bin/pgwatch"), program));
    }
  EXPECT_TRUE(fs::exists(installed / "lib/sysusers.d/pgwatch-exporter.conf"));
  for (const auto& entry : fs::directory_iterator(kUnits / "drop-ins"))
    EXPECT_TRUE(fs::exists(installed / "share/doc/pgwatch-exporter/systemd/drop-ins" / entry.path().filename()));
}

}  // namespace
}  // namespace pgwatch::test
