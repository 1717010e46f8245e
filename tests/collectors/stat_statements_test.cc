#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "collectors/catalogue.h"
#include "exporter/model/plan.h"
#include "tests/collectors/answer.h"
#include "tests/collectors/steps.h"

namespace pgwatch::collectors {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

using Ids = std::vector<std::string>;

// A server that has these statements, in their order of rank, and texts of most of them.
struct Server {
  Ids ranking;
  std::string without_text = {};
  bool texts_fail = false;
  Ids wanted = {};  // what texts were asked for

  Answer answer(const Memory& memory) {
    if (!memory.contains("wanted")) return ranked();
    wanted.push_back(memory.at("wanted"));
    if (texts_fail) return Failure{"57014", "canceling statement due to statement timeout"};
    Rows rows({"queryid", "query"});
    for (const std::string& id : ranking)
      if (id != without_text && memory.at("wanted").find(id) != std::string::npos) rows.add({id, "SELECT\n" + id});
    return rows;
  }

  Rows ranked() const {
    Rows rows({"user", "datname", "queryid", "calls_total", "seconds_total", "rows_total", "block_read_seconds_total",
               "block_write_seconds_total"});
    for (const std::string& id : ranking) rows.add({"ann", "lake", id, "7", "1.5", "21", "0.25", "0"});
    return rows;
  }

  test::Steps ask(Memory memory, int top, bool texts = false) {
    memory["top"] = std::to_string(top);
    memory["texts"] = texts ? "1" : "0";
    return test::take_steps(
        stat_statements(), [this](const Memory& one) { return answer(one); }, std::move(memory));
  }
};

Ids told_of(const test::Steps& steps) {
  Ids ids;
  const std::string begin = R"(pg_stat_statements_calls_total{user="ann",datname="lake",queryid=")";
  for (std::size_t at = steps.lines.find(begin); at != std::string::npos; at = steps.lines.find(begin, at)) {
    at += begin.size();
    ids.push_back(steps.lines.substr(at, steps.lines.find('"', at) - at));
  }
  return ids;
}

Step planned(const std::string& version, const Memory& memory = {{"top", "100"}}) {
  Facts facts;
  facts.version = 170000;
  facts.database = "postgres";
  if (!version.empty()) facts.extensions = {{"pg_stat_statements", version, "Moni\"tor"}};
  return plan(stat_statements(), facts, memory);
}

std::string sql(const Step& step) { return std::get<Statement>(step).sql; }

TEST(StatStatements, TellsWhatEachStatementDid) {
  EXPECT_EQ(Server{.ranking = {"-5"}}.ask({}, 10).lines,
            R"(pg_stat_statements_block_read_seconds_total{user="ann",datname="lake",queryid="-5"} 0.25
pg_stat_statements_block_write_seconds_total{user="ann",datname="lake",queryid="-5"} 0
pg_stat_statements_calls_total{user="ann",datname="lake",queryid="-5"} 7
pg_stat_statements_rows_total{user="ann",datname="lake",queryid="-5"} 21
pg_stat_statements_seconds_total{user="ann",datname="lake",queryid="-5"} 1.5
)");
}

TEST(StatStatements, ChoosesTheFirstAtFirst) {
  EXPECT_THAT(told_of(Server{.ranking = {"1", "2", "3", "4", "5", "6"}}.ask({}, 4)), ElementsAre("1", "2", "3", "4"));
}

TEST(StatStatements, KeepsWhoHasFallenALittleBehind) {
  Memory memory = Server{.ranking = {"1", "2", "3", "4", "5", "6"}}.ask({}, 4).memory;
  const test::Steps fallen = Server{.ranking = {"5", "6", "1", "2", "3", "7"}}.ask(memory, 4);
  EXPECT_THAT(told_of(fallen), ElementsAre("5", "6", "1", "2", "3"));
  const test::Steps back = Server{.ranking = {"1", "2", "3", "4", "6", "5"}}.ask(fallen.memory, 4);
  EXPECT_THAT(told_of(back), ElementsAre("1", "2", "3", "4", "6", "5"));
}

TEST(StatStatements, DropsWhoIsNoLongerAmongThoseThatMayStay) {
  Memory memory = Server{.ranking = {"1", "2"}}.ask({}, 2).memory;
  memory = Server{.ranking = {"3", "4", "1"}}.ask(memory, 2).memory;
  EXPECT_THAT(told_of(Server{.ranking = {"3", "4", "2"}}.ask(memory, 2)), ElementsAre("3", "4"));
}

TEST(StatStatements, TakesNoStatementForAnotherWhoseNumberItEndsLike) {
  const Memory memory = Server{.ranking = {"15"}}.ask({}, 1).memory;
  EXPECT_THAT(told_of(Server{.ranking = {"7", "5"}}.ask(memory, 1)), ElementsAre("7"));
}

TEST(StatStatements, AsksForNoTextsUnlessTold) {
  Server server{.ranking = {"1"}};
  const test::Steps steps = server.ask({}, 10);
  EXPECT_EQ(steps.count, 1);
  EXPECT_THAT(server.wanted, IsEmpty());
}

TEST(StatStatements, ReadsTheTextOfEachChosenStatementOnce) {
  Server server{.ranking = {"1", "2", "3"}};
  const test::Steps first = server.ask({}, 2, true);
  EXPECT_EQ(first.count, 2);
  EXPECT_THAT(first.lines, HasSubstr(R"(pg_stat_statements_query_id{queryid="1",query="SELECT\n1"} 1)"));
  const test::Steps second = server.ask(first.memory, 2, true);
  EXPECT_EQ(second.count, 1);
  EXPECT_EQ(second.lines, first.lines);
  server.ranking = {"1", "3", "4"};
  EXPECT_THAT(server.ask(second.memory, 2, true).lines, HasSubstr(R"({queryid="3",query="SELECT\n3"} 1)"));
  EXPECT_THAT(server.wanted, ElementsAre("{1,2}", "{3}"));
}

TEST(StatStatements, ForgetsTextsOfStatementsThatAreNotChosenAnyMore) {
  Server server{.ranking = {"1"}};
  Memory memory = server.ask({}, 1, true).memory;
  server.ranking = {"2"};
  memory = server.ask(memory, 1, true).memory;
  EXPECT_THAT(memory, testing::Contains(Pair("known_texts", "queryid=\"2\",query=\"SELECT\\n2\"\n")));
}

TEST(StatStatements, TellsNumbersWhereTextsCannotBeRead) {
  Server server{.ranking = {"1"}, .texts_fail = true};
  const test::Steps steps = server.ask({}, 1, true);
  EXPECT_FALSE(steps.failed);
  EXPECT_THAT(told_of(steps), ElementsAre("1"));
  server.texts_fail = false;
  EXPECT_THAT(server.ask(steps.memory, 1, true).lines, HasSubstr("query_id{queryid=\"1\""));
}

TEST(StatStatements, FailsWhereTheNumbersCannotBeRead) {
  const auto refuse = [](const Memory&) { return Failure{"55000", "pg_stat_statements must be loaded"}; };
  EXPECT_TRUE(test::take_steps(stat_statements(), refuse).failed);
}

TEST(StatStatements, AsksTheExtensionWhereverItIsInstalled) {
  EXPECT_THAT(sql(planned("1.11")), HasSubstr(R"(FROM "Moni""tor".pg_stat_statements(false))"));
  EXPECT_THAT(sql(planned("1.11")), AllOf(HasSubstr("shared_blk_read_time"), HasSubstr("LIMIT '100'")));
  EXPECT_THAT(sql(planned("1.10")), AllOf(HasSubstr("sum(blk_read_time)"), HasSubstr("total_exec_time")));
  EXPECT_THAT(sql(planned("1.7")), HasSubstr("sum(total_time)"));
  EXPECT_THAT(sql(planned("1.10", {{"wanted", "{1,-2}"}})),
              HasSubstr("(true) WHERE queryid = ANY ('{1,-2}'::bigint[])"));
}

TEST(StatStatements, SaysHowToGetTheExtension) {
  const auto skip = std::get<Skip>(planned(""));
  EXPECT_EQ(skip.reason, "extension");
  EXPECT_THAT(skip.detail, HasSubstr("CREATE EXTENSION pg_stat_statements"));
}

}  // namespace
}  // namespace pgwatch::collectors
