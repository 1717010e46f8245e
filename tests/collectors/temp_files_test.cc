#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(temp_files(), test::answer(temp_files(), rows));
}

TEST(TempFiles, AreCountedPerTablespace) {
  EXPECT_EQ(emitted({{{"spcname", "pg_default"}, {"files", "2"}, {"bytes", "573440"}},
                     {{"spcname", "fast"}, {"files", "0"}, {"bytes", "0"}}}),
            R"(pg_temp_files{spcname="pg_default"} 2
pg_temp_files{spcname="fast"} 0
pg_temp_files_bytes{spcname="pg_default"} 573440
pg_temp_files_bytes{spcname="fast"} 0
)");
}

}  // namespace
}  // namespace pgwatch::collectors
