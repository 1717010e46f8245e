// What pgBackRest 2.45 said of a stanza with a full and an incremental backup, and programs in its place.
#include "collectors/backups/pgbackrest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "collectors/backups/backup.h"
#include "exporter/model/instrument.h"
#include "exporter/util/file.h"
#include "tests/collectors/backups/pgbackrest_program.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

using testing::HasSubstr;

const std::string kRecorded = read_file(PGWATCH_SOURCE_FOLDER "/tests/fixtures/pgbackrest-2.45.json");

std::string page_of(const std::string& json) {
  return test::emitted(backup_collector(std::make_shared<const Backup>(main_stanza())), read_pgbackrest(json, "main"));
}

TEST(Pgbackrest, TellsOfStanzaRepositoryBackupsAndArchive) {
  EXPECT_EQ(page_of(kRecorded),
            R"(pgwatch_backup_archive_max_segment{repo="1",backup="base",server="db1"} 5
pgwatch_backup_archive_min_segment{repo="1",backup="base",server="db1"} 1
pgwatch_backup_files{backup="base",server="db1"} 2
pgwatch_backup_last_failed{repo="1",type="full",backup="base",server="db1"} 0
pgwatch_backup_last_failed{repo="1",type="incr",backup="base",server="db1"} 0
pgwatch_backup_last_size_bytes{repo="1",type="full",backup="base",server="db1"} 22992581
pgwatch_backup_last_size_bytes{repo="1",type="incr",backup="base",server="db1"} 22992581
pgwatch_backup_last_timestamp_seconds{repo="1",type="full",backup="base",server="db1"} 1795278531
pgwatch_backup_last_timestamp_seconds{repo="1",type="incr",backup="base",server="db1"} 1795278534
pgwatch_backup_median_size_bytes{backup="base",server="db1"} 22992581
pgwatch_backup_newest_size_bytes{backup="base",server="db1"} 22992581
pgwatch_backup_newest_timestamp_seconds{backup="base",server="db1"} 1795278534
pgwatch_backup_repo_status{repo="1",backup="base",server="db1"} 0
pgwatch_backup_size_ratio{backup="base",server="db1"} 1
pgwatch_backup_stanza_status{backup="base",server="db1"} 0
)");
}

TEST(Pgbackrest, BackupThatMetAnErrorIsToldAndNotTheNewest) {
  std::string json = kRecorded;
  const std::size_t last = json.rfind("\"error\":false");
  json.replace(last, 13, "\"error\":true");
  const std::string page = page_of(json);
  EXPECT_THAT(page, HasSubstr("newest_timestamp_seconds{backup=\"base\",server=\"db1\"} 1795278531\n"));
  EXPECT_THAT(page, HasSubstr("last_failed{repo=\"1\",type=\"incr\",backup=\"base\",server=\"db1\"} 1\n"));
}

TEST(Pgbackrest, StanzaWithoutBackupsSaysSo) {
  const std::string page =
      page_of(R"([{"archive":[{"database":{"id":1,"repo-key":1},"id":"15-1","max":null,"min":null}],
    "backup":[],"name":"main","repo":[{"key":1,"status":{"code":2}}],"status":{"code":2}}])");
  EXPECT_THAT(page, HasSubstr("stanza_status{backup=\"base\",server=\"db1\"} 2\n"));
  EXPECT_THAT(page, testing::Not(HasSubstr("newest")));
  EXPECT_THAT(page, testing::Not(HasSubstr("archive")));
}

TEST(Pgbackrest, AnswerThatIsNoneIsAFailure) {
  EXPECT_THROW(read_pgbackrest("[]", "main"), std::runtime_error);
  EXPECT_THROW(read_pgbackrest("ERROR", "main"), std::runtime_error);
}

// -- The program ------------------------------------------------------------------------------------------------------

TEST_F(PgbackrestProgram, IsAskedForTheStanza) {
  folder_.write("answer", kRecorded);
  const std::string program = script("[ \"$*\" = '--output=json --stanza=main info' ] && cat \"${0%/*}\"/answer\n");
  EXPECT_EQ(std::get<Rows>(ask_pgbackrest(main_stanza(program))).at(0, "files"), "2");
}

TEST_F(PgbackrestProgram, SeesNothingOfOurEnvironment) {
  setenv("PGWATCH_TEST_SECRET", "s3cret", 1);
  const std::string program = script("env >&2; exit 1\n");
  try {
    (void)ask_pgbackrest(main_stanza(program));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("s3cret")));
  }
  unsetenv("PGWATCH_TEST_SECRET");
}

TEST_F(PgbackrestProgram, NotInstalledIsNoFailure) {
  const Failure failure = std::get<Failure>(ask_pgbackrest(main_stanza(folder_.path() / "none")));
  EXPECT_EQ(failure.cls, "0A000") << "for which a question is skipped";
  EXPECT_THAT(failure.message, HasSubstr("is not installed; "));
}

TEST_F(PgbackrestProgram, FailureIsToldInItsOwnWords) {
  const std::string program = script("echo 'ERROR: [055]: unable to open' >&2; exit 55\n");
  try {
    (void)ask_pgbackrest(main_stanza(program));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("failed: ERROR: [055]: unable to open; "));
  }
}

}  // namespace
}  // namespace pgwatch::collectors
