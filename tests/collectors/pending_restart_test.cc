#include <gtest/gtest.h>

#include "collectors/catalogue.h"
#include "tests/collectors/answer.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::collectors {
namespace {

std::string emitted(const std::vector<test::Row>& rows) {
  return test::emitted(pending_restart(), test::answer(pending_restart(), rows));
}

TEST(PendingRestart, CountsSettings) { EXPECT_EQ(emitted({{{"settings", "2"}}}), "pg_pending_restart_settings 2\n"); }

}  // namespace
}  // namespace pgwatch::collectors
