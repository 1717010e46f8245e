#include "exporter/once/options.h"

#include <gtest/gtest.h>

namespace pgwatch::once {
namespace {

std::optional<Options> manner(const std::vector<const char*>& arguments) { return manner_of_complaint(arguments); }

TEST(OnceOptions, KnowTheirWords) {
  EXPECT_EQ(read_format("human"), Format::kHuman);
  EXPECT_EQ(read_format("json"), Format::kJson);
  EXPECT_EQ(read_format("prometheus"), Format::kPrometheus);
  EXPECT_FALSE(read_format("xml"));
  EXPECT_EQ(read_exit_style("nagios"), ExitStyle::kNagios);
  EXPECT_EQ(read_exit_style("binary"), ExitStyle::kBinary);
  EXPECT_EQ(read_exit_style("zero"), ExitStyle::kZero);
  EXPECT_FALSE(read_exit_style("Zero"));
}

TEST(MannerOfComplaint, IsTheUsualOneWhereNobodyProbes) {
  EXPECT_FALSE(manner({"pgwatch", "--config", "pgwatch.yaml", "--nonsense"}));
}

// Else a forgotten or mistyped --once would give a scheduler neither JSON nor a status it knows.
TEST(MannerOfComplaint, IsAProbesWhereAnyOfItsOptionsIsThere) {
  for (const char* option : {"--once", "--once=true", "--check", "--check=up", "--timeout=1s", "--format", "--output=x",
                             "--exit-style", "--verbose", "-v"})
    EXPECT_TRUE(manner({"pgwatch", "--onec", option})) << option;
}

TEST(MannerOfComplaint, IsTakenFromArgumentsThatMayBeWrong) {
  const auto options =
      manner({"pgwatch", "--nonsense", "--format", "json", "--exit-style=binary", "--output", "/tmp/x", "--once"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->format, Format::kJson);
  EXPECT_EQ(options->exit_style, ExitStyle::kBinary);
  EXPECT_EQ(options->output, "/tmp/x");
}

TEST(MannerOfComplaint, FallsBackToTheDefaultsForWhatIsNotUnderstood) {
  const auto options = manner({"pgwatch", "--once", "--format=xml", "--exit-style", "--formatted=json", "--output"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->format, Format::kHuman);
  EXPECT_EQ(options->exit_style, ExitStyle::kNagios);
  EXPECT_EQ(options->output, "");
}

}  // namespace
}  // namespace pgwatch::once
