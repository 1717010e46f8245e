#include "exporter/model/plan.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch {
namespace {

Facts facts_of(int version, std::set<std::string, std::less<>> present = {}) {
  Facts facts;
  facts.version = version;
  facts.database = "lake";
  facts.present = std::move(present);
  return facts;
}

Collector asking(std::vector<Sql> variants) { return {.name = "x", .source = std::move(variants)}; }

std::string statement_of(const Step& step) {
  const auto* statement = std::get_if<Statement>(&step);
  return statement ? statement->sql : "no statement";
}

Skip skip_of(const Step& step) {
  const auto* skip = std::get_if<Skip>(&step);
  return skip ? *skip : Skip{"not skipped"};
}

const Sql kFor16{.text = "SELECT 16", .since = 160000};
const Sql kFor10{.text = "SELECT 10", .since = 100000};

TEST(Plan, TakesTheFirstVariantThatFits) {
  const Collector collector = asking({kFor16, kFor10});
  EXPECT_EQ(statement_of(plan(collector, facts_of(170001), {})), "SELECT 16");
  EXPECT_EQ(statement_of(plan(collector, facts_of(150018), {})), "SELECT 10");
}

TEST(Plan, SkipsWhatANewerServerHasNoMore) {
  const Collector collector = asking({{.text = "SELECT 13", .before = 140'000}});
  EXPECT_EQ(statement_of(plan(collector, facts_of(130'021), {})), "SELECT 13");
  const Skip skip = skip_of(plan(collector, facts_of(140'000), {}));
  EXPECT_EQ(skip.reason, "version");
  EXPECT_EQ(skip.detail, "is for releases before PostgreSQL 14, the server is 14");
}

TEST(Plan, SkipsWhatIsForTheOtherRole) {
  const Collector collector = asking({{.text = "SELECT 1", .in_recovery = true}});
  Facts facts = facts_of(150'018);
  EXPECT_EQ(skip_of(plan(collector, facts, {})).reason, "role");
  facts.in_recovery = true;
  EXPECT_EQ(statement_of(plan(collector, facts, {})), "SELECT 1");
}

TEST(Plan, SkipsForTheVersionNamingTheLowestItNeeds) {
  const Skip skip = skip_of(plan(asking({kFor16, kFor10}), facts_of(90624), {}));
  EXPECT_EQ(skip.reason, "version");
  EXPECT_EQ(skip.detail, "needs PostgreSQL 10, the server is 9.6");
}

TEST(Plan, SkipsNamingTheNeedThatIsMissing) {
  const Sql needy{.text = "SELECT 1", .needs = {"pg_stat_io.reads", "pg_stat_io.fsyncs"}};
  EXPECT_EQ(statement_of(plan(asking({needy}), facts_of(160000, {"pg_stat_io.reads", "pg_stat_io.fsyncs"}), {})),
            "SELECT 1");
  const Skip skip = skip_of(plan(asking({needy}), facts_of(160000, {"pg_stat_io.reads"}), {}));
  EXPECT_EQ(skip.reason, "unsupported");
  EXPECT_EQ(skip.detail, "database lake has no pg_stat_io.fsyncs");
}

TEST(Plan, DoesNotBlameTheVersionWhereAnotherVariantIsOldEnough) {
  const Sql needy{.text = "SELECT 1", .needs = {"a.b"}};
  EXPECT_EQ(skip_of(plan(asking({kFor16, needy}), facts_of(150000), {})).reason, "unsupported");
  EXPECT_EQ(skip_of(plan(asking({needy, kFor16}), facts_of(150000), {})).reason, "unsupported");
}

TEST(Plan, PrefersTheVariantWhoseKeyIsRemembered) {
  const Sql newest{.text = "SELECT newest(:'chunk')", .remembered = "chunk"};
  const Collector collector = asking({newest, kFor10});
  EXPECT_EQ(statement_of(plan(collector, facts_of(150000), {})), "SELECT 10");
  EXPECT_EQ(statement_of(plan(collector, facts_of(150000), {{"chunk", "_hyper_1"}})), "SELECT newest('_hyper_1')");
}

TEST(Plan, SkipsWhereTheExtensionIsMissing) {
  Collector collector = asking({kFor10});
  collector.extension = "timescaledb";
  Facts facts = facts_of(150000);
  const Skip skip = skip_of(plan(collector, facts, {}));
  EXPECT_EQ(skip.reason, "extension");
  EXPECT_EQ(skip.detail,
            "extension timescaledb is not installed in database lake; there, CREATE EXTENSION timescaledb");
  facts.extensions = {{"timescaledb", "2.17.0", "public"}};
  EXPECT_EQ(statement_of(plan(collector, facts, {})), "SELECT 10");
}

TEST(Plan, LetsAPlannerDecide) {
  const Collector collector = {.name = "x", .source = [](const Facts& facts, const Memory& memory) -> Step {
                                 if (facts.in_recovery) return Skip{"role", "only a primary knows"};
                                 return Statement{memory.empty() ? "first" : "second"};
                               }};
  Facts facts;
  EXPECT_EQ(statement_of(plan(collector, facts, {})), "first");
  EXPECT_EQ(statement_of(plan(collector, facts, {{"k", "v"}})), "second");
  facts.in_recovery = true;
  EXPECT_EQ(skip_of(plan(collector, facts, {})).reason, "role");
}

TEST(Plan, HandsOutAHostRead) {
  const Collector collector = {.name = "x", .source = HostRead([](Host&, HostDone) {})};
  EXPECT_TRUE(std::holds_alternative<HostRead>(plan(collector, {}, {})));
}

TEST(ResolveSql, ChoosesByWhatIsPresent) {
  const std::string_view text = "SELECT /*if s.reason*/ s.reason /*else NULL*/, 1";
  EXPECT_EQ(resolve_sql(text, facts_of(170000, {"s.reason"}), {}), "SELECT  s.reason , 1");
  EXPECT_EQ(resolve_sql(text, facts_of(160000), {}), "SELECT NULL, 1");
}

TEST(ResolveSql, KeepsEveryOtherComment) {
  EXPECT_EQ(resolve_sql("SELECT /* if */ 1 -- /*else*/", {}, {}), "SELECT /* if */ 1 -- /*else*/");
}

TEST(ResolveSql, PutsWhatIsRememberedAsALiteral) {
  const Memory memory = {{"key", "it's"}};
  EXPECT_EQ(resolve_sql("x > :'key'::text", {}, memory), "x > 'it''s'::text");
  EXPECT_EQ(resolve_sql("/*if a.b*/ 1 /*else :'key'*/", {}, memory), "'it''s'");
}

TEST(ResolveSql, MakesNullOfWhatIsNotRemembered) { EXPECT_EQ(resolve_sql("x > :'key'", {}, {}), "x > NULL"); }

TEST(ResolveSql, LeavesCastsLiteralsAndCommentsAlone) {
  const Memory memory = {{"key", "v"}, {"text", "v"}, {"b", "v"}};
  for (const std::string text : {"a::text", "'a:''b'", "':''key'''", "\":'key'\"", "$$:'key'$$", "-- :'key'",
                                 "/* :'key' */", "E'\\':''key'", "a[1:2]", "x := 'key'"})
    EXPECT_EQ(resolve_sql(text, {}, memory), text);
}

TEST(ResolveSql, DoesNotReadWhatItPutIn) {
  EXPECT_EQ(resolve_sql(":'a' :'b'", {}, {{"a", ":'b'"}, {"b", "/*if x.y*/"}}), "':''b''' '/*if x.y*/'");
}

TEST(ResolveSql, RefusesCommentsThatDoNotClose) {
  for (const char* text : {"/*if a.b*/ 1", "/*if a.b*/ /*if c.d*/ 1 /*else 2*/", "/*else 1*/", "/*if a.b", "/* x"})
    EXPECT_THROW(resolve_sql(text, {}, {}), std::invalid_argument) << text;
}

TEST(QuoteLiteral, DoublesQuotesAndBackslashes) {
  EXPECT_EQ(quote_literal(""), "''");
  EXPECT_EQ(quote_literal("plain"), "'plain'");
  EXPECT_EQ(quote_literal("'; DROP TABLE x; --"), "'''; DROP TABLE x; --'");
  EXPECT_EQ(quote_literal(R"(\'; DROP TABLE x; --)"), R"( E'\\''; DROP TABLE x; --')");
  EXPECT_EQ(quote_literal(std::string_view("a\0b", 3)), "'ab'");
}

}  // namespace
}  // namespace pgwatch
