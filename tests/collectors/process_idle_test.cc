#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

test::Row idle(const std::string& state, const std::string& application, const std::string& buckets) {
  return {{"state", state},
          {"application_name", application},
          {"seconds", "{1,2,5,15,30,60,90,120,300}"},
          {"seconds_bucket", buckets},
          {"seconds_sum", "400.5"},
          {"seconds_count", "2"}};
}

TEST(ProcessIdle, IsAHistogramForEachApplicationAndState) {
  EXPECT_EQ(test::emitted_from(process_idle(), {idle("idle", "psql", "{0,0,0,0,0,0,1,1,1}"),
                                                idle("idle in transaction", "", "{0,0,0,0,0,0,0,0,2}")}),
            R"(pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="1"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="2"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="5"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="15"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="30"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="60"} 0
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="90"} 1
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="120"} 1
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="300"} 1
pg_process_idle_seconds_bucket{state="idle",application_name="psql",le="+Inf"} 2
pg_process_idle_seconds_sum{state="idle",application_name="psql"} 400.5
pg_process_idle_seconds_count{state="idle",application_name="psql"} 2
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="1"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="2"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="5"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="15"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="30"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="60"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="90"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="120"} 0
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="300"} 2
pg_process_idle_seconds_bucket{state="idle in transaction",application_name="",le="+Inf"} 2
pg_process_idle_seconds_sum{state="idle in transaction",application_name=""} 400.5
pg_process_idle_seconds_count{state="idle in transaction",application_name=""} 2
)");
}

}  // namespace
}  // namespace pgwatch::collectors
