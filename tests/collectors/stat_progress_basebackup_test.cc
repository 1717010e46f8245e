#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(stat_progress_basebackup(), test::answer(stat_progress_basebackup(), rows));
}

TEST(StatProgressBasebackup, TellsItsPhaseAndHowFarItIs) {
  const std::string page = emitted({{{"application_name", "pg_basebackup"},
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
  EXPECT_THAT(emitted({{{"application_name", "nightly"}, {"backups", "1"}, {"streamed_bytes", "8192"}}}),
              testing::Not(testing::HasSubstr("basebackup_bytes")));
}

}  // namespace
}  // namespace pgwatch::collectors
