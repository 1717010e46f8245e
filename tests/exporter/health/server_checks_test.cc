#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/exporter/health/examination.h"

namespace pgwatch::health {
namespace {

using testing::ElementsAre;

Examination server(bool in_recovery, Role role) {
  Examination server;
  auto facts = std::make_shared<Facts>();
  facts->version_text = "15.18";
  facts->in_recovery = in_recovery;
  server.status.facts = facts;
  server.target.role = role;
  return server;
}

TEST(Up, SaysWhatAnswersAndWhere) {
  EXPECT_THAT(told(server(false, Role::kAny).of("up")),
              ElementsAre("ok: PostgreSQL 15.18, a primary at 127.0.0.1:5432"));
  EXPECT_THAT(told(server(true, Role::kAny).of("up")),
              ElementsAre("ok: PostgreSQL 15.18, a standby at 127.0.0.1:5432"));
  EXPECT_THAT(told(Examination().of("up")), ElementsAre("ok: answers"));
}

TEST(Up, SaysWhyItIsDown) {
  Examination down;
  down.is_down("refused", "no server listens on port 5432");
  EXPECT_THAT(told(down.of("up")), ElementsAre("critical: down, refused: no server listens on port 5432"));
  down.is_down("timeout", "");
  EXPECT_THAT(told(down.of("up")), ElementsAre("critical: down, timeout"));
}

TEST(Role, IsWellWhereItIsAsConfigured) {
  EXPECT_THAT(told(server(false, Role::kPrimary).of("role")), ElementsAre("ok: a primary, as configured"));
  EXPECT_THAT(told(server(true, Role::kStandby).of("role")), ElementsAre("ok: a standby, as configured"));
}

TEST(Role, IsCriticalWhereItIsAnother) {
  EXPECT_THAT(told(server(true, Role::kPrimary).of("role")), ElementsAre("critical: a standby; configured is primary"));
  EXPECT_THAT(told(server(false, Role::kStandby).of("role")),
              ElementsAre("critical: a primary; configured is standby"));
}

TEST(Role, HasNothingToJudgeWhereAnyWillDo) {
  EXPECT_THAT(told(server(true, Role::kAny).of("role")), ElementsAre("inactive: a standby; any role will do"));
}

TEST(Role, IsUnknownWhereTheServerHasNotSaidIt) {
  Examination silent;
  silent.target.role = Role::kPrimary;
  EXPECT_THAT(told(silent.of("role")), ElementsAre("unknown: the server has not said what it is"));
}

}  // namespace
}  // namespace pgwatch::health
