#include "tests/peer/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgwatch::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Exposition page(const std::string& type, const std::string& samples) {
  return Exposition("# TYPE pg_x " + type + "\n" + samples);
}

Exposition counter(const std::string& value) { return page("counter", "pg_x{server=\"a:1\"} " + value + "\n"); }

std::vector<std::string> compared(const Exposition& before, const Exposition& ours, const Exposition& after,
                                  const std::vector<Exception>& blind = {}) {
  std::vector<std::string> texts;
  for (const Difference& one : differences(before, ours, after, "a:1", blind)) texts.push_back(to_string(one));
  return texts;
}

TEST(Comparison, FindsNothingInPagesThatSayTheSame) {
  const Exposition theirs = page("counter", "pg_x{datname=\"lake\"} 7\n");
  EXPECT_THAT(compared(theirs, page("counter", "pg_x{datname=\"lake\",server=\"a:1\"} 7\n"), theirs), IsEmpty());
}

TEST(Comparison, FindsAFamilyThatIsMissing) {
  EXPECT_THAT(compared(counter("1"), Exposition(""), counter("1")), ElementsAre("family pg_x"));
}

TEST(Comparison, FindsAnotherType) {
  const Exposition ours = page("gauge", "pg_x{server=\"a:1\"} 1\n");
  EXPECT_THAT(compared(counter("1"), ours, counter("1")), ElementsAre("type pg_x: is counter, ours gauge"));
}

TEST(Comparison, FindsOtherLabelNames) {
  const Exposition ours = page("counter", "pg_x{server=\"a:1\",database=\"lake\"} 1\n");
  const Exposition theirs = page("counter", "pg_x{datname=\"lake\"} 1\n");
  EXPECT_THAT(compared(theirs, ours, theirs), ElementsAre("labels pg_x: {datname,server}, ours {database,server}"));
}

TEST(Comparison, FindsAnotherValueBehindALabelMore) {
  const Exposition theirs = page("counter", "pg_x{index=\"a\"} 1\npg_x{index=\"b\"} 2\n");
  const Exposition ours = page("counter",
                               "pg_x{server=\"a:1\",datname=\"lake\",index=\"a\"} 1\n"
                               "pg_x{server=\"a:1\",datname=\"lake\",index=\"b\"} 7\n");
  EXPECT_THAT(
      compared(theirs, ours, theirs),
      ElementsAre("labels pg_x: {index,server}, ours {datname,index,server}",
                  "value pg_x{index=\"b\",server=\"a:1\"}: is 2.000000, then 2.000000; ours between: 7.000000"));
}

TEST(Comparison, FindsASeriesThatIsMissing) {
  const Exposition ours = page("counter", "pg_x{server=\"a:1\",datname=\"lake\"} 1\n");
  const Exposition theirs = page("counter", "pg_x{datname=\"lake\"} 1\npg_x{datname=\"sea\"} 2\n");
  EXPECT_THAT(compared(theirs, ours, theirs),
              ElementsAre("series pg_x{datname=\"sea\",server=\"a:1\"}: is 2.000000, then 2.000000"));
}

TEST(Comparison, DoesNotAskForASeriesThatComesOrGoes) {
  const Exposition ours = page("counter", "pg_x{server=\"a:1\",datname=\"lake\"} 1\n");
  const Exposition before = page("counter", "pg_x{datname=\"lake\"} 1\npg_x{datname=\"sea\"} 2\n");
  const Exposition after = page("counter", "pg_x{datname=\"lake\"} 1\npg_x{datname=\"pond\"} 2\n");
  EXPECT_THAT(compared(before, ours, after), IsEmpty());
}

TEST(Comparison, FindsAnotherValueOfWhatStandsStill) {
  EXPECT_THAT(compared(counter("7"), counter("8"), counter("7")),
              ElementsAre("value pg_x{server=\"a:1\"}: is 7.000000, then 7.000000; ours between: 8.000000"));
}

TEST(Comparison, WantsOursBetweenTheirsWhereTheValueMoves) {
  EXPECT_THAT(compared(counter("7"), counter("8"), counter("9")), IsEmpty());
  EXPECT_THAT(compared(counter("9"), counter("8"), counter("7")), IsEmpty());
  EXPECT_THAT(compared(counter("7"), counter("9.5"), counter("9")), testing::SizeIs(1));
}

TEST(Comparison, TakesNanForAValue) {
  EXPECT_THAT(compared(counter("NaN"), counter("NaN"), counter("NaN")), IsEmpty());
  EXPECT_THAT(compared(counter("NaN"), counter("1"), counter("NaN")), testing::SizeIs(1));
  EXPECT_THAT(compared(counter("1"), counter("NaN"), counter("1")), testing::SizeIs(1));
  EXPECT_THAT(compared(counter("NaN"), counter("1"), counter("1")), IsEmpty());
}

TEST(Comparison, TellsWhatIsMissingFromWhatIsNanThere) {
  EXPECT_THAT(compared(counter("NaN"), Exposition(""), counter("NaN")), ElementsAre("null pg_x"));
  const Exposition ours = page("counter", "pg_x{server=\"a:1\",datname=\"lake\"} 1\n");
  const Exposition theirs = page("counter", "pg_x{datname=\"lake\"} 1\npg_x{datname=\"sea\"} NaN\n");
  EXPECT_THAT(compared(theirs, ours, theirs),
              ElementsAre("null pg_x{datname=\"sea\",server=\"a:1\"}: is nan, then nan"));
}

TEST(Comparison, LeavesOutWhatSpeaksOfTheOtherProgram) {
  const Exposition theirs(
      "# TYPE go_threads gauge\ngo_threads 7\n# TYPE postgres_exporter_build_info gauge\n"
      "postgres_exporter_build_info 1\n");
  EXPECT_THAT(compared(theirs, Exposition(""), theirs), IsEmpty());
}

TEST(Comparison, TakesTheSamplesOfAHistogramForOneFamily) {
  const std::string text = "# TYPE pg_x histogram\npg_x_bucket{le=\"+Inf\"} 2\npg_x_sum 3\npg_x_count 2\n";
  EXPECT_THAT(compared(Exposition(text), Exposition(""), Exposition(text)), ElementsAre("family pg_x"));
  EXPECT_THAT(compared(Exposition(text), Exposition(text), Exposition(text)), IsEmpty());
}

TEST(Comparison, LeavesOutWhatOursSaysOfOtherServers) {
  const Exposition ours = page("counter", "pg_x{server=\"b:2\"} 1\n");
  EXPECT_THAT(compared(counter("1"), ours, counter("1")), ElementsAre("family pg_x"));
}

// The slots of a primary's receivers, by their names here and by something else there.
class BlindComparison : public testing::Test {
 protected:
  static Exposition slots(const std::string& one, const std::string& other, const std::string& values) {
    return page("gauge",
                "pg_x{slot=\"" + one + "\"} " + values[0] + "\npg_x{slot=\"" + other + "\"} " + values[2] + "\n");
  }

  const std::vector<Exception> blind_ = read_exceptions("label pg_x{slot=~\".*\"}\n  why\n");
  const Exposition theirs_ = slots("12", "34", "5 6");
};

TEST_F(BlindComparison, FindsNothingWhereOnlyTheLabelHasOtherValues) {
  EXPECT_THAT(compared(theirs_, slots("lake", "sea", "6 5"), theirs_, blind_), IsEmpty());
  EXPECT_THAT(compared(theirs_, slots("lake", "sea", "6 5"), theirs_), testing::SizeIs(2));
}

TEST_F(BlindComparison, FindsFewerSeries) {
  const Exposition ours = page("gauge", "pg_x{slot=\"lake\"} 5\n");
  EXPECT_THAT(compared(theirs_, ours, theirs_, blind_),
              ElementsAre(testing::HasSubstr("series pg_x{server=\"a:1\",slot=\"\"}: is 5.000000 and 6.000000")));
}

TEST_F(BlindComparison, FindsOtherValues) {
  EXPECT_THAT(compared(theirs_, slots("lake", "sea", "5 7"), theirs_, blind_),
              ElementsAre(testing::StartsWith("value pg_x")));
}

TEST_F(BlindComparison, FindsThatTheLabelItselfIsMissing) {
  const Exposition ours = page("gauge", "pg_x{port=\"lake\"} 5\npg_x{port=\"sea\"} 6\n");
  EXPECT_THAT(compared(theirs_, ours, theirs_, blind_), ElementsAre(testing::StartsWith("labels pg_x")));
}

}  // namespace
}  // namespace pgwatch::test
