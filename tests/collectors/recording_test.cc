#include "tests/collectors/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "collectors/catalogue.h"

namespace pgwatch::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Recording, ReadsBackWhatItWrote) {
  Rows first({"name", "text"});
  first.add({"a", "two\nlines and a \\n: \r"});
  first.add({"", std::nullopt});
  const std::string text = answers_text({{"12ab", first}, {"34cd", Rows({"none"})}});
  EXPECT_EQ(text,
            "== 12ab name text\n\nname: a\ntext: two\\nlines and a \\\\n: \\r\n\nname:\ntext\n"
            "\n== 34cd none\n");
  const auto answers = parse_answers(text);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].checksum, "12ab");
  EXPECT_EQ(answers[0].rows.at(0, "text"), "two\nlines and a \\n: \r");
  EXPECT_EQ(answers[0].rows.at(1, "name"), "");
  EXPECT_EQ(answers[0].rows.at(1, "text"), std::nullopt);
  EXPECT_THAT(answers[1].rows.columns(), ElementsAre("none"));
  EXPECT_EQ(answers[1].rows.size(), 0U);
}

TEST(Recording, RefusesWhatNoServerAnswers) {
  for (const char* text : {"a: 1\n", "== 1 a b\n\na: 1\n", "== 1 a\n\nb: 1\n", "== 1 a\n\na: 1\na: 2\n", "== \n"})
    EXPECT_THROW(parse_answers(text), std::invalid_argument) << text;
  EXPECT_THROW(parse_facts("color: green\n"), std::invalid_argument);
}

TEST(Recording, OfFactsHasAllThatPlansDependOn) {
  RecordedFacts recorded;
  recorded.facts.version = 170010;
  recorded.facts.in_recovery = true;
  recorded.facts.database = "postgres";
  recorded.facts.extensions = {{"plpgsql", "1.0", "pg_catalog"}};
  recorded.facts.present = {"a.b.c"};
  recorded.asked = {"a.b.c", "f()"};
  const std::string text = facts_text(recorded);
  EXPECT_EQ(text,
            "version: 170010\nin_recovery: t\ndatabase: postgres\nextension: plpgsql 1.0 pg_catalog\n"
            "has: a.b.c\nlacks: f()\n");
  EXPECT_EQ(parse_facts(text).facts, recorded.facts);
  EXPECT_EQ(parse_facts(text).asked, recorded.asked);
}

Collector unheard_of(const std::string& sql) {
  return {.name = "unheard_of", .help = "For a test.", .source = std::vector<Sql>{{.text = sql}}};
}

TEST(Recording, ThatIsMissingSaysHowItIsMade) {
  const auto trouble = [](const Collector& collector) -> std::string {
    try {
      ask_recording({17, "primary"}, collector);
      return "none";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  EXPECT_THAT(trouble(unheard_of("SELECT 1")),
              HasSubstr("tests/fixtures/pg17/primary/unheard_of.txt is missing. Record it: PGWATCH_RECORD=1 "));
  EXPECT_THAT(trouble(unheard_of("SELECT /*if a.b*/ 1 /*else 2*/")), HasSubstr("does not say whether there is a.b. R"));
  Collector changed = collectors::replication();
  std::get<std::vector<Sql>>(changed.source).front().text += " ";
  EXPECT_THAT(trouble(changed), HasSubstr(changed.name + ".txt was made of another statement. R"));
}

}  // namespace
}  // namespace pgwatch::test
