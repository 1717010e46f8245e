#include "exporter/model/metric.h"

#include <gtest/gtest.h>

#include "exporter/model/text.h"

namespace pgwatch {
namespace {

std::string spelled(std::string_view value) {
  std::string text;
  append_label(text, "a", value);
  return text;
}

TEST(Labels, AreJoinedByCommas) {
  std::string text;
  append_label(text, "a", "1");
  append_label(text, "b", "");
  EXPECT_EQ(text, R"(a="1",b="")");
}

TEST(Labels, EscapeBackslashQuoteAndNewline) { EXPECT_EQ(spelled("\\ \" \n \t"), "a=\"\\\\ \\\" \\n \t\""); }

TEST(Labels, KeepUtf8) { EXPECT_EQ(spelled("Größe €  😀"), "a=\"Größe €  😀\""); }

TEST(Labels, ReplaceWhatIsNotUtf8) {
  EXPECT_EQ(spelled("Gr\xF6\xDF"
                    "e"),
            "a=\"Gr\uFFFD\uFFFDe\"");
  EXPECT_EQ(spelled("\xC0\x80"), "a=\"\uFFFD\uFFFD\"") << "overlong";
  EXPECT_EQ(spelled("\xED\xA0\x80"), "a=\"\uFFFD\uFFFD\uFFFD\"") << "surrogate";
  EXPECT_EQ(spelled("\xE2\x82"), "a=\"\uFFFD\uFFFD\"") << "cut short";
  EXPECT_EQ(spelled(std::string_view("x\0y", 3)), "a=\"x\uFFFDy\"");
}

TEST(Labels, AreFoundAndUnescaped) {
  std::string text;
  append_label(text, "first", R"(with "quotes", second="no" and \)");
  append_label(text, "second", "two\nlines");
  EXPECT_EQ(find_label(text, "first"), R"(with "quotes", second="no" and \)");
  EXPECT_EQ(find_label(text, "second"), "two\nlines");
  EXPECT_EQ(find_label(text, "third"), std::nullopt);
  EXPECT_EQ(find_label("", "first"), std::nullopt);
}

TEST(Labels, AreNotFoundInTextThatIsNone) {
  for (const char* text : {"a", "a=", "a=\"", "a=\"\\", ",", "\"\"", "b=\"x\"a"}) find_label(text, "c");
  EXPECT_EQ(find_label("a", "a"), std::nullopt);
}

TEST(Help, EscapesBackslashAndNewlineOnly) {
  std::string text;
  append_escaped(text, "a \\ \"b\" \n", Place::kHelp);
  EXPECT_EQ(text, "a \\\\ \"b\" \\n");
}

TEST(Names, FollowPrometheus) {
  for (const char* good : {"pg_up", "_x", "job:rate5m", "A9"}) EXPECT_TRUE(is_metric_name(good)) << good;
  for (const char* bad : {"", "9a", "a-b", "a b", "grün", "a\n"}) EXPECT_FALSE(is_metric_name(bad)) << bad;
  for (const char* good : {"datname", "_x", "A9"}) EXPECT_TRUE(is_label_name(good)) << good;
  for (const char* bad : {"", "9a", "a:b", "__name__", "é"}) EXPECT_FALSE(is_label_name(bad)) << bad;
}

TEST(Kinds, AreSpelledAsTheTypeLineDoes) {
  EXPECT_EQ(to_string(Kind::kGauge), "gauge");
  EXPECT_EQ(to_string(Kind::kCounter), "counter");
  EXPECT_EQ(to_string(Kind::kUntyped), "untyped");
  EXPECT_EQ(to_string(Kind::kHistogram), "histogram");
}

}  // namespace
}  // namespace pgwatch
