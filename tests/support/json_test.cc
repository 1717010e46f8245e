#include "tests/support/json.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch::test {
namespace {

TEST(Json, ReadsBackWhatIsInIt) {
  const Json json = Json::parse(R"( {"a": [1, -2.5e3, "x\"y"], "b": {"c": null, "d": true}, "e": [], "f": {}} )");
  ASSERT_EQ(json.at("a").items().size(), 3U);
  EXPECT_EQ(json.at("a").items()[1].number(), -2500);
  EXPECT_EQ(json.at("a").items()[2].text(), R"(x\"y)");
  EXPECT_TRUE(json.at("b").at("c").is_null());
  EXPECT_THROW(json.at("z"), std::invalid_argument);
  EXPECT_THROW(json.at("e").text(), std::invalid_argument);
}

TEST(Json, RefusesWhatIsNone) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{a:1}", "nan", "01", "1 2", "\"a",
                           "\"\\x\"", "\"a\nb\"", "{} {}", "[1}", "'a'"})
    EXPECT_THROW(Json::parse(text), std::invalid_argument) << text;
}

}  // namespace
}  // namespace pgwatch::test
