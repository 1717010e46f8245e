#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(LockTable, TellsHowFullItIs) {
  EXPECT_EQ(test::emitted_from(lock_table(), {{{"used", "12"}, {"capacity", "6400"}}}),
            "pg_lock_table_capacity 6400\npg_lock_table_used 12\n");
}

}  // namespace
}  // namespace pgwatch::collectors
