#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kSpace = "filesystem_space";
constexpr const char* kInodes = "filesystem_inodes";

test::Row used(const std::string& use, const std::string& path, test::Row more) {
  more["use"] = use;
  more["path"] = path;
  return more;
}

std::vector<std::string> told_of(const char* check, const std::vector<test::Row>& rows) {
  return told(judged(check, collectors::filesystem(), rows));
}

TEST(FilesystemChecks, ShowEachPath) {
  EXPECT_THAT(told_of(kSpace, {used("data_directory", "/data", {{"used_ratio", "0.5"}}),
                               used("wal", "/data/pg_wal", {{"used_ratio", "0.86"}}),
                               used("tablespace", "/fast", {{"tablespace", "fast"}, {"used_ratio", "0.95"}})}),
              ElementsAre("ok data_directory /data: 50 % of the file system is used",
                          "warning wal /data/pg_wal: 86 % of the file system is used (warning from 0.85)",
                          "critical tablespace fast /fast: 95 % of the file system is used (critical from 0.95)"));
}

TEST(FilesystemChecks, OfInodesAreInactiveWhereTheyAreNotCounted) {
  EXPECT_THAT(told_of(kInodes, {used("data_directory", "/data", {{"files_used_ratio", "0.9"}})}),
              ElementsAre(StartsWith("warning data_directory /data: 90 % of the file system's inodes are used")));
  EXPECT_THAT(told_of(kInodes, {used("data_directory", "/data", {{"used_ratio", "0.9"}})}),
              ElementsAre(StartsWith("inactive: ")));
}

// No alarm: so it is with every cluster that nobody made for being looked at.
TEST(FilesystemChecks, TellHowToSeeAPathThatIsForbidden) {
  EXPECT_THAT(told_of(kSpace, {used("data_directory", "/data", {{"used_ratio", "0.5"}}),
                               used("wal", "/data/pg_wal", {{"reason", "permission"}})}),
              ElementsAre(StartsWith("ok data_directory"),
                          AllOf(StartsWith("skipped wal /data/pg_wal: "), HasSubstr("SupplementaryGroups="),
                                HasSubstr("CAP_DAC_READ_SEARCH"))));
}

TEST(FilesystemChecks, AreSkippedWhereTheServerIsNotHere) {
  Examination examination;
  examination.answers = {not_answered(collectors::filesystem(), Outcome::kSkipped, "remote", "it is elsewhere")};
  EXPECT_THAT(told(examination.of(kSpace)), ElementsAre("skipped: nothing to ask here, remote: it is elsewhere"));
}

// Nor is this: what is closed to us is not by default.
TEST(FilesystemChecks, AreSkippedWhereNoPathMayBeLookedAt) {
  Examination examination;
  examination.answers = {not_answered(collectors::filesystem(), Outcome::kSkipped, "hidden", "closed; the cure")};
  EXPECT_THAT(told(examination.of(kSpace)), ElementsAre("skipped: nothing to ask here, hidden: closed; the cure"));
}

// What the server does not tell us is a grant that is missing, as with any other check.
TEST(FilesystemChecks, AreUnknownWhereTheRoleMayNotKnowWhereTheyAre) {
  Examination examination;
  examination.answers = {not_answered(collectors::filesystem(), Outcome::kSkipped, "permission", "GRANT pg_monitor")};
  EXPECT_THAT(told(examination.of(kSpace)), ElementsAre(StartsWith("unknown: collector filesystem may not look")));
}

TEST(FilesystemChecks, AreUnknownWhereOneDiskFails) {
  EXPECT_THAT(told_of(kSpace, {used("data_directory", "/data", {{"reason", "error"}}),
                               used("tablespace", "/fast", {{"tablespace", "fast"}, {"used_ratio", "0.5"}})}),
              ElementsAre(StartsWith("ok tablespace fast"), "unknown data_directory /data: could not be looked at"));
}

TEST(FilesystemChecks, AreUnknownWhereTheDiskFails) {
  Examination examination;
  examination.answers = {not_answered(collectors::filesystem(), Outcome::kFailed, "host", "/data: Input/output error")};
  EXPECT_THAT(told(examination.of(kSpace)),
              ElementsAre("unknown: collector filesystem failed, host: /data: Input/output error"));
}

}  // namespace
}  // namespace pgwatch::health
