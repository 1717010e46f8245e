// scripts/results on what GoogleTest and ctest write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

// One of GoogleTest's files, of a suite with these tests.
std::string suite(const std::string& tests) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"9\" failures=\"9\" name=\"AllTests\">\n"
         "  <testsuite name=\"Lag\" tests=\"9\" failures=\"9\" skipped=\"9\">\n" +
         tests + "  </testsuite>\n</testsuites>\n";
}

std::string test(const std::string& name, const std::string& within = "") {
  const std::string begin = "    <testcase name=\"" + name + "\" file=\"lag_test.cc\" time=\"0\" classname=\"Lag\"";
  return begin + (within.empty() ? " />\n" : ">\n" + within + "    </testcase>\n");
}

constexpr const char* kSkipped = "      <skipped message=\"lag_test.cc:9&#x0A;\"><![CDATA[no server]]></skipped>\n";
constexpr const char* kFailed =
    "      <failure message=\"/src/lag_test.cc:12&#x0A;Expected: a &lt; &quot;b&quot;\" type=\"\"><![CDATA[there\n"
    "]]></failure>\n"
    "      <failure message=\"/src/lag_test.cc:13&#x0A;And more\" type=\"\"><![CDATA[more]]></failure>\n";

class Results : public testing::Test {
 protected:
  // What became of a process, as ctest says it, and what of its tests where it wrote that.
  void ended(const std::string& name, bool well, const std::string& file = "", const std::string& written = "") {
    processes_ += "\t<testcase name=\"" + name + "\" classname=\"" + name + "\" time=\"1.5\" status=\"" +
                  (well ? "run" : "fail") + "\">\n";
    if (file.empty()) return;
    fs::create_directories((folder_.path() / "results" / file).parent_path());
    folder_.write("results/" + file, written);
  }

  std::string told() const {
    fs::create_directories(folder_.path() / "results");
    folder_.write("results.xml", "<testsuite name=\"dev\"\n\ttests=\"9\">\n" + processes_ + "</testsuite>\n");
    const Process process({.arguments = {PGWATCH_SOURCE_FOLDER "/scripts/results", folder_.path()}});
    EXPECT_EQ(process.wait(), 0) << process.errors();
    return process.output();
  }

 private:
  const TemporaryFolder folder_;
  std::string processes_;
};

TEST_F(Results, AreCountedByTestInOneProcessOrMany) {
  ended("model_tests", true, "model_tests.xml", suite(test("Grows") + test("Ends") + test("Waits", kSkipped)));
  ended("Lag.IsTold/pg17", true, "live_tests/Lag.IsTold/pg17.xml", suite(test("IsTold/pg17")));
  EXPECT_EQ(told(), "3 0 1\n");
}

TEST_F(Results, NameWhatFailedAndWhereAndWhatWasSaid) {
  ended("Lag.*", false, "live_tests/Lag.xml", suite(test("Grows") + test("Ends", kFailed) + test("Waits")));
  EXPECT_EQ(told(), "2 1 0\nLag.Ends lag_test.cc:12 Expected: a < \"b\"\n");
}

TEST_F(Results, CountAProcessThatBrokeOff) {
  ended("model_tests", true, "model_tests.xml", suite(test("Grows")));
  ended("Lag.IsTold/pg17", false);
  EXPECT_EQ(told(), "1 1 0\nLag.IsTold/pg17 broke off or ended badly\n");
}

TEST_F(Results, CountAProcessThatEndedBeforeItsTestsDid) {
  ended("model_tests", true);
  ended("Lag.IsTold/pg17", true, "live_tests/Lag.IsTold/pg17.xml", "<?xml version=\"1.0\"?>\n" + test("Grows"));
  EXPECT_EQ(told(), "1 2 0\nmodel_tests broke off or ended badly\nLag.IsTold/pg17 broke off or ended badly\n");
}

TEST_F(Results, CountATestThatFailedAndWasSkippedThenAsFailed) {
  ended("Lag.*", false, "live_tests/Lag.xml", suite(test("Ends", std::string(kFailed) + kSkipped)));
  EXPECT_EQ(told(), "0 1 0\nLag.Ends lag_test.cc:12 Expected: a < \"b\"\n");
}

// As a sanitizer lets it, which finds at the end what was lost.
TEST_F(Results, CountAProcessThatFailedWhereItsTestsPassed) {
  ended("Lag.*", false, "live_tests/Lag.xml", suite(test("Grows")));
  EXPECT_EQ(told(), "1 1 0\nLag broke off or ended badly\n");
}

TEST_F(Results, AreNoneWhereNothingRan) { EXPECT_EQ(told(), "0 0 0\n"); }

}  // namespace
}  // namespace pgwatch::test
