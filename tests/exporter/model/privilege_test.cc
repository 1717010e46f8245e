#include "exporter/model/privilege.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporter/model/plan.h"

namespace pgwatch {
namespace {

using testing::HasSubstr;

Facts facts_of(std::set<std::string, std::less<>> lacks = {}) {
  Facts facts;
  facts.version = 160000;
  facts.user = "watch \"er\"";
  facts.lacks = std::move(lacks);
  facts.extensions = {{"pg_buffercache", "1.4", "my ext"}};
  return facts;
}

Collector needing(const std::string& role) {
  return {.name = "sessions", .source = std::vector<Sql>{{.text = "SELECT 1"}}, .role = role};
}

Collector calling(const std::string& privilege) { return {.name = "files", .privilege = privilege}; }

std::string cure(const std::string& message, const Collector& collector = {}, const Facts& facts = facts_of()) {
  return cure_of_refusal(collector, facts, message);
}

// -- What the server hides --------------------------------------------------------------------------------------------

TEST(Privilege, WhatTheServerWouldHideIsNotAsked) {
  const Step step = plan(needing("pg_read_all_stats"), facts_of({"pg_monitor", "pg_read_all_stats"}), {});
  const auto* skip = std::get_if<Skip>(&step);
  ASSERT_NE(skip, nullptr);
  EXPECT_EQ(skip->reason, "permission");
  EXPECT_EQ(skip->detail,
            "role watch \"er\" does not have the rights of pg_read_all_stats, and the server hides from it what this "
            "collector counts; cure: GRANT pg_monitor TO \"watch \"\"er\"\"\";");
}

TEST(Privilege, WhatTheRoleMaySeeIsAsked) {
  EXPECT_FALSE(hidden_values(needing("pg_read_all_stats"), facts_of()));
  EXPECT_FALSE(hidden_values(needing("pg_read_all_stats"), facts_of({"pg_monitor", "pg_read_all_settings"})));
  EXPECT_FALSE(hidden_values(needing(""), facts_of({"pg_monitor", "pg_read_all_stats"})));
}

TEST(Privilege, AMemberThatDoesNotInheritIsToldHowItWould) {
  Facts facts = facts_of({"pg_read_all_stats"});
  EXPECT_THAT(hidden_values(needing("pg_read_all_stats"), facts)->detail,
              HasSubstr(R"(; cure: GRANT pg_read_all_stats TO "watch ""er""" WITH INHERIT TRUE;)"));
  facts.version = 150018;
  EXPECT_THAT(hidden_values(needing("pg_read_all_stats"), facts)->detail,
              HasSubstr(R"(; cure: GRANT pg_read_all_stats TO "watch ""er"""; ALTER ROLE "watch ""er""" INHERIT;)"));
}

// -- What the server refuses ------------------------------------------------------------------------------------------

TEST(Privilege, ARefusalIsCuredByAGrantOnWhatItNames) {
  EXPECT_EQ(cure("permission denied for function f"), R"(GRANT EXECUTE ON FUNCTION "f" TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for table my \"t\""), R"(GRANT SELECT ON TABLE "my ""t""" TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for view v"), R"(GRANT SELECT ON TABLE "v" TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for sequence s"), R"(GRANT SELECT ON SEQUENCE "s" TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for schema s"), R"(GRANT USAGE ON SCHEMA "s" TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for database d"), R"(GRANT CONNECT ON DATABASE "d" TO "watch ""er""";)");
  EXPECT_EQ(cure("must be superuser"), "");
}

TEST(Privilege, WhatPgMonitorHasIsCuredByItWhereItIsLacking) {
  const Collector collector = calling("EXECUTE ON FUNCTION pg_ls_tmpdir(oid)");
  const std::string refused = "permission denied for function pg_ls_tmpdir";
  EXPECT_EQ(cure(refused, collector, facts_of({"pg_monitor"})), R"(GRANT pg_monitor TO "watch ""er""";)");
  EXPECT_EQ(cure(refused, collector), R"(GRANT EXECUTE ON FUNCTION "pg_ls_tmpdir"(oid) TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for function ls", collector, facts_of({"pg_monitor"})),
            R"(GRANT EXECUTE ON FUNCTION "ls" TO "watch ""er""";)")
      << "pg_monitor does not have that";
}

TEST(Privilege, InAnyLanguageItIsWhatTheCollectorTakes) {
  const Collector collector = calling("EXECUTE ON FUNCTION pg_ls_waldir()");
  const std::string refused = "keine Berechtigung für Funktion pg_ls_waldir";
  EXPECT_EQ(cure(refused, collector, facts_of({"pg_monitor"})), R"(GRANT pg_monitor TO "watch ""er""";)");
  EXPECT_EQ(cure(refused, collector), R"(GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO "watch ""er""";)");
  EXPECT_EQ(cure(refused), "");
}

TEST(Privilege, WhatAnExtensionBroughtIsInItsSchema) {
  Collector collector = calling("EXECUTE ON FUNCTION pg_buffercache_summary()");
  collector.extension = "pg_buffercache";
  EXPECT_EQ(cure("permission denied for function pg_buffercache_summary", collector),
            R"(GRANT EXECUTE ON FUNCTION "my ext"."pg_buffercache_summary"() TO "watch ""er""";)");
  EXPECT_EQ(cure("permission denied for function pg_ls_waldir", collector),
            R"(GRANT EXECUTE ON FUNCTION "pg_ls_waldir" TO "watch ""er""";)");
}

TEST(Cure, OfAFunctionOfWhichThereAreSeveralSaysWhich) {
  Facts facts;
  facts.user = "mon";
  EXPECT_EQ(cure_of_refusal(Collector{.name = "database"}, facts, "permission denied for function pg_database_size"),
            R"(GRANT EXECUTE ON FUNCTION "pg_database_size"(oid) TO "mon";)");
}

TEST(HiddenPart, IsToldWithItsCure) {
  Facts facts;
  facts.user = "mon";
  facts.lacks = {"pg_monitor", "pg_read_all_stats"};
  Collector collector{.name = "replication"};
  collector.partly = "pg_read_all_stats";
  EXPECT_FALSE(hidden_values(collector, facts));
  ASSERT_TRUE(hidden_part(collector, facts));
  EXPECT_EQ(hidden_part(collector, facts)->reason, "permission");
  EXPECT_TRUE(hidden_part(collector, facts)->detail.ends_with(R"(cure: GRANT pg_monitor TO "mon";)"));
  EXPECT_FALSE(hidden_part(collector, Facts{}));
}

}  // namespace
}  // namespace pgwatch
