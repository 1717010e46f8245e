#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(StatIo, TellsWhoReadsAndWritesWhatAndWhy) {
  EXPECT_EQ(test::emitted_from(stat_io(), {{{"backend_type", "client backend"},
                                            {"object", "relation"},
                                            {"context", "normal"},
                                            {"reads", "3"},
                                            {"read_bytes", "24576"},
                                            {"read_seconds", "0.25"},
                                            {"hits", "7"}}}),
            R"(pg_stat_io_hits_total{backend_type="client backend",object="relation",context="normal"} 7
pg_stat_io_read_bytes_total{backend_type="client backend",object="relation",context="normal"} 24576
pg_stat_io_read_seconds_total{backend_type="client backend",object="relation",context="normal"} 0.25
pg_stat_io_reads_total{backend_type="client backend",object="relation",context="normal"} 3
)");
}

TEST(StatIo, MakesBytesOfBlocksWhereTheServerCountsNoBytes) {
  EXPECT_THAT(test::statement(stat_io(), 160000, {"pg_stat_io.reads"}), HasSubstr("reads * op_bytes AS read_bytes"));
  EXPECT_THAT(test::statement(stat_io(), 180000, {"pg_stat_io.reads", "pg_stat_io.read_bytes"}),
              AllOf(HasSubstr("read_bytes  AS read_bytes"), Not(HasSubstr("reads * op_bytes"))));
}

TEST(StatIo, IsSkippedWhereThereIsNoSuchView) { EXPECT_EQ(test::statement(stat_io(), 150000), ""); }

}  // namespace
}  // namespace pgwatch::collectors
