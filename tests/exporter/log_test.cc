#include "exporter/util/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace pgwatch::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::chrono::seconds kPatience(60);

std::string written(Level level, Format format, const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  configure(level, format);
  write();
  flush(kPatience);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesLogfmt) {
  EXPECT_THAT(written(Level::kInfo, Format::kLogfmt,
                      [] {
                        info("It runs", {{"port", "9187"}, {"path", "/a b"}});
                      }),
              MatchesRegex("time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z level=info "
                           "msg=\"It runs\" port=9187 path=\"/a b\"\n"));
}

TEST(Log, WritesJson) {
  EXPECT_THAT(
      written(Level::kInfo, Format::kJson,
              [] {
                warn("It runs", {{"port", "9187"}});
              }),
      MatchesRegex("\\{\"time\":\"[-0-9T:.]+Z\",\"level\":\"warn\",\"msg\":\"It runs\",\"port\":\"9187\"\\}\n"));
}

TEST(Log, WritesTheTimeInUtc) {
  const char* zone = std::getenv("TZ");
  const std::string before = zone == nullptr ? "" : zone;
  setenv("TZ", "UTC+11", 1);
  tzset();
  const std::time_t now = std::time(nullptr);
  const std::string line = written(Level::kInfo, Format::kLogfmt, [] { info("now"); });
  before.empty() ? unsetenv("TZ") : setenv("TZ", before.c_str(), 1);
  tzset();
  std::tm parsed{};
  ASSERT_NE(strptime(line.c_str(), "time=%Y-%m-%dT%H:%M:%S", &parsed), nullptr);
  EXPECT_NEAR(static_cast<double>(timegm(&parsed)), static_cast<double>(now), 30.0);
}

TEST(Log, KeepsEachEventOnOneLine) {
  const auto write = [] { error("two\nlines", {{"a", "say \"hi\"\\"}, {"b", "\x1b[31m\t\r"}, {"d", "x=y"}}); };
  EXPECT_THAT(written(Level::kInfo, Format::kLogfmt, write),
              EndsWith(R"(level=error msg="two\nlines" a="say \"hi\"\\" b="\u001b[31m\t\r" d="x=y")"
                       "\n"));
  EXPECT_THAT(written(Level::kInfo, Format::kJson, write),
              EndsWith(R"("msg":"two\nlines","a":"say \"hi\"\\","b":"\u001b[31m\t\r","d":"x=y"})"
                       "\n"));
}

TEST(Log, LeavesOutFieldsThatSayNothing) {
  const auto write = [] { info("m", {{"a", ""}, {"b", "1"}, {"c", ""}}); };
  EXPECT_THAT(written(Level::kInfo, Format::kLogfmt, write), EndsWith("level=info msg=m b=1\n"));
  EXPECT_THAT(written(Level::kInfo, Format::kJson, write), EndsWith(R"("msg":"m","b":"1"})"
                                                                    "\n"));
}

TEST(Log, ReplacesWhatIsNotUtf8) {
  const auto write = [] {
    info("m", {{"a",
                "ä\xff"
                "b"},
               {"b", "\xc0\xaf"},
               {"c", "\xed\xa0\x80"},
               {"d", "\xf0\x9f\x90"},
               {"e", "🐘"}});
  };
  EXPECT_THAT(written(Level::kInfo, Format::kLogfmt, write),
              HasSubstr("a=\"ä\uFFFDb\" b=\"\uFFFD\uFFFD\" c=\"\uFFFD\uFFFD\uFFFD\" d=\"\uFFFD\uFFFD\uFFFD\" e=🐘"));
}

TEST(Log, LeavesPlaceholdersAlone) {
  EXPECT_THAT(written(Level::kInfo, Format::kLogfmt, [] { info("{} %s {0}"); }), HasSubstr("msg=\"{} %s {0}\""));
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  const auto write_all = [] {
    debug("a");
    info("b");
    warn("c");
    error("d");
  };
  const auto lines = [&](Level level) {
    const std::string text = written(level, Format::kLogfmt, write_all);
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(lines(Level::kDebug), 4);
  EXPECT_EQ(lines(Level::kInfo), 3);
  EXPECT_EQ(lines(Level::kWarn), 2);
  EXPECT_EQ(lines(Level::kError), 1);
}

// The same, where what it writes to is said to be the journal.
std::string written_to_journal(Level level, Format format, const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  struct stat status {};
  EXPECT_EQ(fstat(STDERR_FILENO, &status), 0);
  setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
  configure(level, format);
  write();
  flush(kPatience);
  unsetenv("JOURNAL_STREAM");
  return testing::internal::GetCapturedStderr();
}

void write_each_level() {
  debug("a");
  info("b");
  warn("c");
  error("d");
}

TEST(Log, LeavesTheTimeToTheJournalAndTellsItThePriority) {
  EXPECT_EQ(written_to_journal(Level::kDebug, Format::kLogfmt, write_each_level),
            "<7>level=debug msg=a\n<6>level=info msg=b\n<4>level=warn msg=c\n<3>level=error msg=d\n");
}

// The journal takes the priority off, and what is left is an object.
TEST(Log, TellsTheJournalThePriorityBeforeJson) {
  EXPECT_EQ(written_to_journal(Level::kWarn, Format::kJson, write_each_level),
            "<4>{\"level\":\"warn\",\"msg\":\"c\"}\n<3>{\"level\":\"error\",\"msg\":\"d\"}\n");
}

// The journal reads the priority of each line, and there is one.
TEST(Log, KeepsEachEventOnOneLineOfTheJournal) {
  EXPECT_EQ(written_to_journal(Level::kInfo, Format::kLogfmt, [] { error("two\n<7>lines"); }),
            "<3>level=error msg=\"two\\n<7>lines\"\n");
}

TEST(Log, HasAPrefixForOtherErrorsInTheJournalAlone) {
  EXPECT_EQ(error_prefix(), "");
  EXPECT_EQ(written_to_journal(Level::kInfo, Format::kLogfmt, [] { std::cerr << error_prefix(); }), "<3>");
}

TEST(Log, WritesTheTimeWhereStderrIsNotTheJournal) {
  setenv("JOURNAL_STREAM", "1:2", 1);
  const std::string line = written(Level::kInfo, Format::kLogfmt, [] { info("text"); });
  unsetenv("JOURNAL_STREAM");
  EXPECT_THAT(line, testing::StartsWith("time="));
}

TEST(Log, KeepsLinesWholeWhateverThreadsDo) {
  const std::string text = written(Level::kInfo, Format::kLogfmt, [] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([i] {
        for (int n = 0; n < 250; ++n) {
          if (i == 0 && n % 10 == 0) configure(Level::kInfo, Format::kLogfmt);
          info("line", {{"end", "here"}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  const std::regex line("time=[^ ]+ level=info msg=line end=here\n");
  const auto whole = std::distance(std::sregex_iterator(text.begin(), text.end(), line), std::sregex_iterator());
  EXPECT_EQ(whole, 1000);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1000);
}

}  // namespace
}  // namespace pgwatch::log
