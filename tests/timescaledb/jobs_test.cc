// Jobs of users, which are in the community edition alone: that fail, run, are paused, deleted, and crash.
#include <gtest/gtest.h>

#include <csignal>
#include <memory>

#include "collectors/catalogue.h"
#include "tests/support/timescaledb.h"
#include "tests/support/wait.h"
#include "tests/timescaledb/told.h"

namespace pgwatch::test {
namespace {

constexpr const char* kProcedures = R"(
  CREATE PROCEDURE fail(int, jsonb) LANGUAGE plpgsql AS 'BEGIN RAISE ''it broke''; END';
  CREATE PROCEDURE run_on(int, jsonb) LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); END';
  CREATE PROCEDURE succeed(int, jsonb) LANGUAGE plpgsql AS 'BEGIN END')";

class Jobs : public OnCommunityTimescaleDb {
 protected:
  void SetUp() override {
    OnCommunityTimescaleDb::SetUp();
    if (IsSkipped()) return;
    server_ = std::make_unique<PostgresServer>(options());
    server_->sql(kProcedures);
  }

  std::string add(const std::string& procedure, const std::string& more = "") const {
    return server_->value("SELECT add_job('" + procedure + "', '1 hour'" + more + ")");
  }
  // Nothing also where nobody can be asked, as after a crash.
  std::optional<double> told_of(const std::string& job, const std::string& metric) const {
    Interview interview(*server_);
    return told(interview, collectors::timescaledb_jobs()).value("timescaledb_job_" + metric, {{"job_id", job}});
  }
  [[nodiscard]] bool becomes(const std::string& job, const std::string& metric, double value) const {
    return eventually([&] {
      try {
        return told_of(job, metric) == value;
      } catch (const std::exception&) {
        return false;
      }
    });
  }

  std::unique_ptr<PostgresServer> server_;
};

TEST_F(Jobs, ThatFailAreCounted) {
  const std::string job = add("fail");
  server_->sql("SELECT alter_job(" + job + ", retry_period => interval '1 second')");
  ASSERT_TRUE(becomes(job, "consecutive_failures", 2));
  EXPECT_GE(told_of(job, "failures_total"), 2);
  EXPECT_FALSE(told_of(job, "last_success_timestamp_seconds"));
  EXPECT_TRUE(told_of(job, "last_start_timestamp_seconds"));
}

TEST_F(Jobs, ThatSucceedHaveATime) {
  const std::string job = add("succeed");
  ASSERT_TRUE(becomes(job, "successes_total", 1));
  EXPECT_TRUE(told_of(job, "last_success_timestamp_seconds"));
  EXPECT_TRUE(told_of(job, "next_start_timestamp_seconds"));
  EXPECT_EQ(told_of(job, "overdue_seconds"), 0);
}

TEST_F(Jobs, ThatRunHaveNotCrashed) {
  const std::string job = add("run_on");
  ASSERT_TRUE(becomes(job, "running", 1));
  EXPECT_EQ(told_of(job, "runs_total"), 1);
  EXPECT_EQ(server_->value("SELECT total_crashes FROM _timescaledb_internal.bgw_job_stat WHERE job_id = " + job), "1");
  EXPECT_EQ(told_of(job, "crashes_total"), 0);
  EXPECT_EQ(told_of(job, "consecutive_crashes"), 0);
  EXPECT_FALSE(told_of(job, "next_start_timestamp_seconds"));
}

TEST_F(Jobs, ThatCrashAreCounted) {
  const std::string job = add("run_on");
  ASSERT_TRUE(becomes(job, "running", 1));
  const std::string worker = server_->value("SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%[" + job +
                                            "]' AND backend_type <> 'client "
                                            "backend'");
  ASSERT_EQ(kill(std::stoi(worker), SIGKILL), 0);
  EXPECT_TRUE(becomes(job, "crashes_total", 1));
}

TEST_F(Jobs, ThatArePausedHaveNoNextStart) {
  const std::string job = add("succeed");
  ASSERT_TRUE(becomes(job, "successes_total", 1));
  server_->sql("SELECT alter_job(" + job + ", scheduled => false)");
  EXPECT_EQ(told_of(job, "scheduled"), 0);
  EXPECT_FALSE(told_of(job, "next_start_timestamp_seconds"));
  EXPECT_FALSE(told_of(job, "overdue_seconds"));
  EXPECT_TRUE(told_of(job, "last_success_timestamp_seconds"));
}

TEST_F(Jobs, ThatAreDeletedVanish) {
  const std::string job = add("succeed", ", initial_start => now() + interval '1 day'");
  ASSERT_EQ(told_of(job, "scheduled"), 1);
  EXPECT_FALSE(told_of(job, "last_start_timestamp_seconds"));
  server_->sql("SELECT delete_job(" + job + ")");
  EXPECT_FALSE(told_of(job, "scheduled"));
}

// Whoever stops the workers, or has too few of them, sees jobs that are late.
TEST_F(Jobs, ThatNobodyStartsAreOverdue) {
  server_->sql("SELECT _timescaledb_functions.stop_background_workers()");
  const std::string job = add("succeed", ", initial_start => now() - interval '1 hour'");
  EXPECT_TRUE(eventually([&] { return told_of(job, "overdue_seconds").value_or(0) >= 1; }));
}

}  // namespace
}  // namespace pgwatch::test
