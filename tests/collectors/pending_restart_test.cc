#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"

namespace pgwatch::collectors {
namespace {

TEST(PendingRestart, CountsSettings) {
  EXPECT_EQ(test::emitted_from(pending_restart(), {{{"settings", "2"}}}), "pg_pending_restart_settings 2\n");
}

}  // namespace
}  // namespace pgwatch::collectors
