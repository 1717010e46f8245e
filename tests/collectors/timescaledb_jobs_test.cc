#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

test::Row job(const std::string& id) {
  return {{"jobs_evaluated", "t"}, {"job_id", id},     {"proc", "nightly"},
          {"schema", ""},          {"hypertable", ""}, {"internal", "false"}};
}

test::Row with(test::Row row, const test::Row& more) {
  for (const auto& [name, value] : more) row[name] = value;
  return row;
}

TEST(TimescaledbJobs, TellWhatTheyDidAndWhetherTheyStillDo) {
  const test::Row row = with(job("1001"), {{"runs_total", "7"},
                                           {"crashes_total", "0"},
                                           {"duration_success", "1.5"},
                                           {"duration_failure", "0.25"},
                                           {"consecutive_failures", "2"},
                                           {"last_success_timestamp_seconds", "1700000000.5"},
                                           {"running", "f"},
                                           {"scheduled", "t"}});
  const std::string labels = R"({job_id="1001",proc="nightly",schema="",hypertable="",internal="false"})";
  const std::string durations = R"({job_id="1001",proc="nightly",schema="",hypertable="",internal="false",outcome=)";
  EXPECT_EQ(test::emitted_from(timescaledb_jobs(), {row}),
            "timescaledb_job_consecutive_failures" + labels + " 2\n" +  //
                "timescaledb_job_crashes_total" + labels + " 0\n" + "timescaledb_job_duration_seconds_total" +
                durations + "\"success\"} 1.5\n" + "timescaledb_job_duration_seconds_total" + durations +
                "\"failure\"} 0.25\n" + "timescaledb_job_last_success_timestamp_seconds" + labels + " 1700000000.5\n" +
                "timescaledb_job_running" + labels + " 0\n" +                                                     //
                "timescaledb_job_runs_total" + labels + " 7\n" + "timescaledb_job_scheduled" + labels + " 1\n" +  //
                "timescaledb_jobs_evaluated 1\n");
}

TEST(TimescaledbJobs, SayOnceWhetherTheyAreEvaluated) {
  EXPECT_EQ(test::emitted_from(timescaledb_jobs(), {job("1000"), job("1001")}), "timescaledb_jobs_evaluated 1\n");
}

TEST(TimescaledbJobs, OfAStandbyAreNotEvaluated) {
  EXPECT_EQ(test::emitted_from(timescaledb_jobs(), {{{"jobs_evaluated", "f"}}}), "timescaledb_jobs_evaluated 0\n");
}

TEST(TimescaledbJobs, SayNothingOfWhatNeverHappened) {
  EXPECT_THAT(test::emitted_from(timescaledb_jobs(), {with(job("1000"), {{"scheduled", "f"}})}),
              AllOf(HasSubstr("timescaledb_job_scheduled"), Not(HasSubstr("timestamp"))));
}

TEST(TimescaledbJobs, AreFoundWhereverTheReleaseKeepsThem) {
  EXPECT_THAT(test::statement(timescaledb_jobs(), 170000), HasSubstr("_timescaledb_config.bgw_job AS j"));
  EXPECT_THAT(test::statement(timescaledb_jobs(), 170000, {"_timescaledb_catalog.bgw_job.id"}),
              Not(HasSubstr("_timescaledb_config")));
}

}  // namespace
}  // namespace pgwatch::collectors
