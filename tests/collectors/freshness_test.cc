// The newest row of a check, where it looks for it and what it says, on rows that a test makes up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/collectors/freshness_play.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// -- The newest row ---------------------------------------------------------------------------------------------------

TEST(Freshness, TellsTheNewestRowOfATable) {
  const Played played = play(bars(), {{resolved()}, {found("1795186790.5", "NULL", "2")}});
  EXPECT_EQ(played.lines,
            "pgwatch_freshness_future_rows{check=\"bars\"} 2\n"
            "pgwatch_freshness_last_timestamp_seconds{check=\"bars\"} 1795186790.5\n");
  EXPECT_THAT(played.statements[1],
              AllOf(HasSubstr("FROM public.bars WHERE true AND \"time\" <= '2026-11-20 15:05:00.000000+00'"),
                    HasSubstr("ORDER BY \"time\" DESC LIMIT 1"), HasSubstr("\"time\" > '2026-11-20 15:05:00")));
}

TEST(Freshness, TellsHowLateTheNewestRowWasWritten) {
  FreshnessCheck check = bars();
  check.ingest_column = "created at";
  const Played played =
      play(check, {{resolved({{"ingest_type", "timestamptz"}})}, {found("1795186790", "1795186793")}});
  EXPECT_THAT(played.lines, HasSubstr("last_ingest_timestamp_seconds{check=\"bars\"} 1795186793\n"));
  EXPECT_THAT(played.lines, HasSubstr("ingest_delay_seconds{check=\"bars\"} 3\n"));
  EXPECT_THAT(played.statements[1], HasSubstr("extract(epoch FROM \"created at\") AS ingested"));
}

TEST(Freshness, SaysNothingOfAnEmptyTable) {
  EXPECT_EQ(play(bars(), {{resolved()}, {found("NULL")}}).lines, "pgwatch_freshness_future_rows{check=\"bars\"} 0\n");
}

TEST(Freshness, TakesAnInfiniteTimeForNone) {
  EXPECT_THAT(play(bars(), {{resolved()}, {found("-Infinity")}}).lines, Not(HasSubstr("last_timestamp")));
}

TEST(Freshness, QuotesNamesAndSendsTheFilterAsItIs) {
  FreshnessCheck check = bars();
  check.table = R"(märkte."b'ars")";
  check.time_column = R"(ti"me)";
  check.filter = "venue = 'X' OR true -- all";
  const Played played = play(check, {{resolved({{"relation", R"("märkte"."b'ars")"}})}, {found("NULL")}});
  EXPECT_THAT(played.statements[0], AllOf(HasSubstr(R"(to_regclass('märkte."b''ars"'))"), HasSubstr(R"('ti"me')")));
  EXPECT_THAT(played.statements[1], AllOf(HasSubstr(R"(FROM "märkte"."b'ars" WHERE true AND "ti""me" <=)"),
                                          HasSubstr(" AND (venue = 'X' OR true -- all\n)")));
}

// -- Chunks -----------------------------------------------------------------------------------------------------------

TEST(Freshness, LooksIntoTheNewestChunkOfAHypertable) {
  FreshnessCheck check = bars();
  check.time_column = "";
  const Played played = play(check, {{hypertable(slice(15, 16) + " " + slice(14, 15))}, {found("1795186790")}});
  EXPECT_THAT(played.statements[1], HasSubstr("WHERE \"time\" >= '2026-11-20 15:00:00.000000+00'"));
  EXPECT_THAT(played.statements[1],
              HasSubstr("> '2026-11-20 15:05:00.000000+00'::pg_catalog.timestamptz AND \"time\" < "
                        "'2026-11-20 16:00:00.000000+00'"))
      << "rows of the future, in the chunk of now";
}

TEST(Freshness, StepsBackFromAnEmptyChunk) {
  const std::string slices = slice(15, 16) + " " + slice(14, 15) + " " + slice(14, 15) + " " + slice(2, 3);
  const Played played =
      play(bars(), {{hypertable(slices)}, {found("NULL", "NULL", "7")}, {found("NULL")}, {found("9")}});
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr(">= '2026-11-20 14:00:00.000000+00'"),
                                          HasSubstr("< '2026-11-20 15:00:00.000000+00'"), Not(HasSubstr("future"))));
  EXPECT_THAT(played.statements[3],
              AllOf(HasSubstr(">= '2026-11-20 02:00:00.000000+00'"), HasSubstr("< '2026-11-20 14:00:00.000000+00'")));
  EXPECT_THAT(played.lines, AllOf(HasSubstr("future_rows{check=\"bars\"} 7\n"), HasSubstr("{check=\"bars\"} 9\n")));
}

TEST(Freshness, SaysSinceWhenThereIsNothingWhereItLooksNoFurtherBack) {
  FreshnessCheck check = bars();
  check.most_steps_back = 1;
  const std::string slices = slice(15, 16) + " " + slice(14, 15) + " " + slice(13, 14);
  EXPECT_THAT(play(check, {{hypertable(slices)}, {found("NULL")}, {found("NULL")}}).lines,
              HasSubstr("searched_since_timestamp_seconds{check=\"bars\"} 1795183200\n"));
}

TEST(Freshness, SaysNotSinceWhenWhereAllChunksAreEmpty) {
  const std::string slices = slice(15, 16) + " " + slice(14, 15);
  EXPECT_THAT(play(bars(), {{hypertable(slices)}, {found("NULL")}, {found("NULL")}}).lines, Not(HasSubstr("since")));
  EXPECT_THAT(play(bars(), {{hypertable("NULL")}, {found("NULL")}}).lines, Not(HasSubstr("since")));
}

TEST(Freshness, LeavesChunksOfTheFutureAloneButForAFew) {
  std::string slices = "9223372036854775806:9223372036854775807";  // tiered
  for (int day = 30; day > 20; --day) slices += " " + slice(0, 24, day);
  slices += " " + slice(0, 24);
  const Played played = play(bars(), {{hypertable(slices)}, {found("1795186790")}});
  EXPECT_THAT(played.statements[1], AllOf(HasSubstr("\"time\" >= '2026-11-20 00:00:00.000000+00'"),
                                          HasSubstr("\"time\" < '2026-11-29 00:00:00.000000+00'")));
}

TEST(Freshness, TakesTheUnitOfAnIntegerTimeFromTheHypertablesClock) {
  const Row row = hypertable("1795186000000:1795189600000 1795182400000:1795186000000",
                             {{"time_type", "int8"}, {"clock", "public.\"now ms\""}});
  const Played played = play(bars(), {{row}, {{{"clock", "1795186800123"}}}, {found("1795186799.5")}});
  EXPECT_EQ(played.statements[1], "SELECT public.\"now ms\"() AS clock");
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr("\"time\" >= 1795186000000 AND \"time\" <= 1795187100000"),
                                          HasSubstr("(\"time\"::pg_catalog.numeric / 1000) AS newest")));
  EXPECT_THAT([&] { play(bars(), {{row}, {{{"clock", "23000000"}}}}); }, fails_with("says 23000000, which is no time"));
}

// -- Others -----------------------------------------------------------------------------------------------------------

TEST(Freshness, LooksIntoPartitionsByAgeThatDoubles) {
  FreshnessCheck check = bars();
  check.most_steps_back = 2;
  check.age = {3600, 7200};
  const Played played =
      play(check, {{resolved({{"kind", "p"}, {"has_parts", "t"}})}, {found("NULL")}, {found("NULL")}, {found("NULL")}});
  EXPECT_THAT(played.statements[1], HasSubstr(">= '2026-11-20 11:00:00"));
  EXPECT_THAT(played.statements[2], AllOf(HasSubstr(">= '2026-11-20 07:00:00"), HasSubstr("< '2026-11-20 11:00:00")));
  EXPECT_THAT(played.statements[3], AllOf(HasSubstr(">= '2026-11-19 23:00:00"), HasSubstr("< '2026-11-20 07:00:00")));
  EXPECT_THAT(played.lines, HasSubstr("searched_since_timestamp_seconds{check=\"bars\"} 1795129200\n"));
}

TEST(Freshness, RunsAQueryOnceWhateverItsTimeIs) {
  FreshnessCheck check = bars();
  check.table = "";
  check.query = "SELECT max(t) AS ts FROM x ;\n";
  const Played played = play(check, {{{{"now", kNow}}}, {found("1795186790")}});
  EXPECT_THAT(played.statements[0], Not(HasSubstr("pg_class")));
  EXPECT_THAT(played.statements[1],
              AllOf(StartsWith("WITH asked AS MATERIALIZED (\nSELECT max(t) AS ts FROM x\n)\nSELECT"),
                    HasSubstr("FROM asked WHERE true AND extract(epoch FROM \"ts\") <= 1795187100.000000")));
}

TEST(Freshness, RefusesWhatItCannotAskAndSaysTheCure) {
  FreshnessCheck check = bars();
  expect_misconfigured(check, {{"now", kNow}, {"database", "market"}}, "does not exist in database market");
  expect_misconfigured(check, resolved({{"kind", "v"}}), "is a view, whose reading nothing bounds");
  expect_misconfigured(check, resolved({{"kind", "f"}}), "is a foreign table");
  expect_misconfigured(check, resolved({{"kind", "S"}}), "is no table");
  expect_misconfigured(check, resolved({{"indexed", "f"}}),
                       "CREATE INDEX CONCURRENTLY ON public.bars (\"time\"), or say allow_seqscan: true");
  expect_misconfigured(check, resolved({{"time_type", "NULL"}}), "has no column \"time\"; correct time_column");
  expect_misconfigured(check, resolved({{"time_type", "uuid"}}), "of type uuid, which is not read; use a query");
  expect_misconfigured(check, resolved({{"time_type", "int8"}}), "say its time_unit");
  expect_misconfigured(check, hypertable(slice(14, 15), {{"dimension", "at"}}),
                       "is chunked by \"at\", not by \"time\"");
  check.ingest_column = "created";
  expect_misconfigured(check, resolved({{"ingest_type", "NULL"}}), "has no column \"created\"; correct ingest_column");
  expect_misconfigured(check, resolved({{"ingest_type", "text"}}), "column \"created\" of type text, which is no time");
  check.time_column = "";
  expect_misconfigured(check, resolved(), "name it as time_column");
}

TEST(Freshness, TakesASequentialScanWhereThatIsAllowed) {
  FreshnessCheck check = bars();
  check.allow_seqscan = true;
  EXPECT_THAT(play(check, {{resolved({{"indexed", "f"}})}, {found("1")}}).lines, HasSubstr("last_timestamp"));
}

}  // namespace
}  // namespace pgwatch::collectors
