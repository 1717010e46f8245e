#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(TempFiles, AreCountedPerTablespace) {
  EXPECT_EQ(test::emitted_from(temp_files(), {{{"spcname", "pg_default"}, {"files", "2"}, {"bytes", "573440"}},
                                              {{"spcname", "fast"}, {"files", "0"}, {"bytes", "0"}}}),
            R"(pg_temp_files{spcname="pg_default"} 2
pg_temp_files{spcname="fast"} 0
pg_temp_files_bytes{spcname="pg_default"} 573440
pg_temp_files_bytes{spcname="fast"} 0
)");
}

}  // namespace
}  // namespace pgwatch::collectors
