#include "collectors/backups/json.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pgwatch::collectors {
namespace {

TEST(BackupJson, IsReadWithAllItsKinds) {
  const JsonValue value = parse_json(R"( {"a": [1, -2.5e1, "x\n\u00e9\ud83d\ude00", true, null], "b": {}} )");
  const JsonValue::List& list = value.at("a").list();
  ASSERT_EQ(list.size(), 5U);
  EXPECT_EQ(list[0].integer(), 1);
  EXPECT_EQ(list[1].number(), -25);
  EXPECT_EQ(list[2].text(), "x\n\u00e9\U0001F600");
  EXPECT_EQ(list[3].boolean(), true);
  EXPECT_EQ(list[4].text(), std::nullopt);
}

TEST(BackupJson, IsNothingOfAnotherKind) {
  const JsonValue value = parse_json(R"({"a": "1", "b": 1.5})");
  EXPECT_EQ(value.at("a").number(), std::nullopt);
  EXPECT_EQ(value.at("b").integer(), std::nullopt);
  EXPECT_TRUE(value.at("c").at("d").list().empty());
}

TEST(BackupJson, IsRefusedWhereItIsNone) {
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "01x", "\"", "\"\\x\"", "\"\\ud800\"", "\"\\u12\"",
                           "1 2", "tru", "\"\n\"", "{a: 1}", "-", "\"\\"})
    EXPECT_THROW(parse_json(text), std::runtime_error) << text;
  EXPECT_THROW(parse_json(std::string(1'000, '[')), std::runtime_error);
}

}  // namespace
}  // namespace pgwatch::collectors
