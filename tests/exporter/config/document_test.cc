#include "exporter/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "exporter/config/config.h"

namespace pgwatch::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of_document(const std::string& text) {
  try {
    parse_document(text, "f.yaml");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

TEST(Document, KnowsWhereEachNodeStands) {
  const NodePtr root = parse_document("a:\n  - b: c\n", "f.yaml");
  ASSERT_EQ(root->kind, Node::Kind::kMapping);
  const Entry& entry = root->entries.at(0);
  EXPECT_EQ(entry.key, "a");
  const Entry& inner = entry.value->items.at(0)->entries.at(0);
  EXPECT_EQ(inner.key, "b");
  EXPECT_EQ(inner.at.line, 2);
  EXPECT_EQ(inner.at.column, 5);
  EXPECT_EQ(inner.value->at.column, 8);
}

TEST(Document, TellsNothingFromEmptyText) {
  const NodePtr root = parse_document("[~, \"\", \"~\", null]", "f.yaml");
  EXPECT_EQ(root->items.at(0)->kind, Node::Kind::kNothing);
  EXPECT_EQ(root->items.at(1)->kind, Node::Kind::kText);
  EXPECT_EQ(root->items.at(2)->text, "~");
  EXPECT_EQ(root->items.at(3)->kind, Node::Kind::kNothing);
}

TEST(Document, RefusesAKeyThatStandsTwice) {
  EXPECT_EQ(error_of_document("a: 1\nb: 2\na: 3"), "f.yaml:3:1: key \"a\" stands here twice, also in line 1");
}

TEST(Document, RefusesWhatIsNotYamlWhereItIsNot) {
  EXPECT_THAT(error_of_document("a: [1\nb: 2"), StartsWith("f.yaml:2:"));
  EXPECT_THAT(error_of_document("a: *b"), HasSubstr("not YAML"));
  EXPECT_THAT(error_of_document("\tb: 2"), StartsWith("f.yaml:1:"));
}

TEST(Document, RefusesKeysThatAreNotText) {
  EXPECT_THAT(error_of_document("? [a]\n: b"), HasSubstr("a key must be plain text"));
  EXPECT_THAT(error_of_document("~: b"), HasSubstr("a key must be plain text"));
  EXPECT_THAT(error_of_document("a: &x b\n*x : c"), HasSubstr("a key must be plain text"));
}

TEST(Document, RefusesMergeKeys) {
  EXPECT_THAT(error_of_document("a: &x {b: 1}\nc: {<<: *x}"), StartsWith("f.yaml:2:5: merge keys (<<) are not read"));
}

TEST(Document, RefusesAnAliasInsideItsAnchor) {
  EXPECT_THAT(error_of_document("&x [*x]"), StartsWith("f.yaml:1:5: this alias stands inside its own anchor"));
}

TEST(Document, RefusesASecondDocument) {
  EXPECT_THAT(error_of_document("a: 1\n---\nb: 2"), HasSubstr("a second document begins here"));
}

TEST(Document, BearsAliasesOfAliases) {
  std::ostringstream text;
  text << "a: &a0 [x]\n";
  for (int i = 1; i < 20; ++i) {
    std::ostringstream alias;
    alias << "*a" << i - 1 << ", ";
    text << "a" << i << ": &a" << i << " [" << repeat(alias.str(), 10) << "]\n";
  }
  EXPECT_EQ(parse_document(text.str(), "f.yaml")->entries.size(), 20U);
}

TEST(Document, BearsNestingOf32Levels) {
  const auto nested = [](int levels) { return repeat("[", levels) + repeat("]", levels); };
  EXPECT_EQ(error_of_document(nested(32)), "");
  EXPECT_EQ(error_of_document(nested(33)), "f.yaml:1:33: nested more than 32 levels deep");
  EXPECT_THAT(error_of_document(repeat("- ", 33) + "a"), HasSubstr("nested more than 32 levels deep"));
}

TEST(Document, DoesNotOverflowTheStack) {
  for (const char* opening : {"[", "{a: ", "- ", "? "}) {
    EXPECT_THAT(error_of_document(repeat(opening, 100'000)), StartsWith("f.yaml:1:")) << opening;
  }
}

TEST(Document, RefusesHugeTexts) {
  EXPECT_THAT(error_of_document(repeat("# 34567\n", 200'000)), HasSubstr("larger than 1 MiB"));
}

TEST(Document, RefusesControlCharacters) {
  EXPECT_EQ(error_of_document("a: 1\nb: \x04"), "f.yaml:2:4: a control character; the file must be UTF-8 text");
}

TEST(Document, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(error_of_document("a: 1\nb: \xe4"), "f.yaml:2:4: a byte that is not UTF-8; the file must be UTF-8 text");
  EXPECT_THAT(error_of_document("a: \xc0\xaf"), StartsWith("f.yaml:1:4: a byte"));
  EXPECT_THAT(error_of_document("\xff\xfe"), StartsWith("f.yaml:1:1: a byte"));
  EXPECT_EQ(parse_document("a: ä€🐘", "f.yaml")->entries.at(0).value->text, "ä€🐘");
}

TEST(Document, ShowsNoSecretWhereAKeyStandsTwice) {
  const std::string key = "\"postgres://u:Gehe1m@h/d\": 1\n";
  EXPECT_EQ(error_of_document(key + key),
            "f.yaml:2:1: key what looks like a connection string stands here twice, also in line 1");
}

TEST(Document, SkipsAByteOrderMark) {
  EXPECT_EQ(parse_document("\xEF\xBB\xBF"
                           "a: 1",
                           "f.yaml")
                ->entries.at(0)
                .key,
            "a");
}

}  // namespace
}  // namespace pgwatch::config
