#include "tests/support/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>
#include <stdexcept>

namespace pgwatch::test {
namespace {

constexpr const char* kPage = R"(# HELP up Whether it is up.
# TYPE up gauge
up{server="a",note="say \"hi\"\\\n"} 1
up{server="b"} 0

# TYPE seconds histogram
seconds_bucket{le="+Inf"} 3
seconds_sum 1.5e-3
seconds_count 3
# TYPE ratio gauge
ratio NaN
)";

TEST(Exposition, FindsASampleByNameAndSomeOfItsLabels) {
  const Exposition page(kPage);
  EXPECT_EQ(page.value("up", {{"server", "a"}}), 1);
  EXPECT_EQ(page.value("up", {{"note", "say \"hi\"\\\n"}}), 1);
  EXPECT_EQ(page.value("up", {{"server", "c"}}), std::nullopt);
  EXPECT_EQ(page.value("seconds_sum"), 0.0015);
  EXPECT_TRUE(std::isnan(page.value("ratio").value()));
  EXPECT_EQ(page.all("up").size(), 2U);
  EXPECT_EQ(page.samples().size(), 6U);
}

TEST(Exposition, KnowsTypeAndHelp) {
  const Exposition page(kPage);
  EXPECT_EQ(page.type("up"), "gauge");
  EXPECT_EQ(page.help("up"), "Whether it is up.");
  EXPECT_EQ(page.type("seconds"), "histogram");
  EXPECT_EQ(page.type("down"), "");
}

TEST(Exposition, RefusesToChooseAmongSeveralSamples) {
  EXPECT_THROW(static_cast<void>(Exposition(kPage).value("up")), std::invalid_argument);
}

struct Malformed {
  const char* name;
  const char* page;
};

void PrintTo(const Malformed& malformed, std::ostream* stream) { *stream << malformed.name; }

class MalformedExposition : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedExposition, IsRefused) { EXPECT_THROW(Exposition{GetParam().page}, std::invalid_argument); }

INSTANTIATE_TEST_SUITE_P(
    All, MalformedExposition,
    testing::Values(Malformed{"LastLineDoesNotEnd", "# TYPE a gauge\na 1"}, Malformed{"NoType", "a 1\n"},
                    Malformed{"NoNumber", "# TYPE a gauge\na one\n"}, Malformed{"TwoSpaces", "# TYPE a gauge\na  1\n"},
                    Malformed{"Timestamp", "# TYPE a gauge\na 1 1700000000000\n"},
                    Malformed{"OpenQuote", "# TYPE a gauge\na{b=\"c} 1\n"},
                    Malformed{"UnknownEscape", "# TYPE a gauge\na{b=\"\\t\"} 1\n"},
                    Malformed{"NoComma", "# TYPE a gauge\na{b=\"1\"c=\"2\"} 1\n"},
                    Malformed{"LabelTwice", "# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n"},
                    Malformed{"SeriesTwice", "# TYPE a gauge\na 1\na 1\n"},
                    Malformed{"SeriesTwiceBeforeAnotherFamily",
                              "# TYPE a gauge\n# TYPE b gauge\na{c=\"1\"} 1\na{c=\"2\"} 1\na{c=\"1\"} 1\nb 1\n"},
                    Malformed{"SeriesTwiceInTwoFamilies",
                              "# TYPE a histogram\na_count 1\n# TYPE b gauge\nb 1\n# TYPE a_count gauge\na_count 1\n"},
                    Malformed{"TypeTwice", "# TYPE a gauge\n# TYPE a gauge\na 1\n"},
                    Malformed{"HelpAfterSample", "# TYPE a gauge\na 1\n# HELP a Late.\n"},
                    Malformed{"FamilyInTwoParts", "# TYPE a gauge\n# TYPE b gauge\na{c=\"1\"} 1\nb 1\na 2\n"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pgwatch::test
