#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(StatProgressBasebackup, TellsItsPhaseAndHowFarItIs) {
  const std::string page = test::emitted_from(stat_progress_basebackup(), {{{"application_name", "pg_basebackup"},
                                                                            {"backups", "1"},
                                                                            {"phase", "streaming database files"},
                                                                            {"bytes", "33554432"},
                                                                            {"streamed_bytes", "8192"}}});
  for (const char* line : {
           R"(_backups{application_name="pg_basebackup"} 1)",
           R"(_phase{application_name="pg_basebackup",phase="streaming database files"} 1)",
           R"(_phase{application_name="pg_basebackup",phase="transferring wal files"} 0)",
           R"(_bytes{application_name="pg_basebackup"} 33554432)",
           R"(_streamed_bytes{application_name="pg_basebackup"} 8192)",
       })
    EXPECT_THAT(page, testing::HasSubstr("pg_stat_progress_basebackup" + std::string(line)));
}

TEST(StatProgressBasebackup, KnowsNoSizeThatNobodyEstimated) {
  EXPECT_THAT(test::emitted_from(stat_progress_basebackup(),
                                 {{{"application_name", "nightly"}, {"backups", "1"}, {"streamed_bytes", "8192"}}}),
              testing::Not(testing::HasSubstr("basebackup_bytes")));
}

}  // namespace
}  // namespace pgwatch::collectors
