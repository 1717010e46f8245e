#include "exporter/model/sql_text.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace pgwatch {
namespace {

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> all;
  SqlPieces pieces(text);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) all.emplace_back(piece);
  return all;
}

using Pieces = std::vector<std::string>;

TEST(SqlPieces, KeepLiteralsAndNamesWhole) {
  EXPECT_EQ(pieces_of("'a:''b' \"c\"\"d\""), (Pieces{"'a:''b'", " ", "\"c\"\"d\""}));
  EXPECT_EQ(pieces_of(R"(E'it\'s' 'not\')"), (Pieces{R"(E'it\'s')", " ", R"('not\')"}));
  EXPECT_EQ(pieces_of("date'x'"), (Pieces{"date", "'x'"}));
}

TEST(SqlPieces, KeepDollarQuotesWhole) {
  EXPECT_EQ(pieces_of("$$ ' $$x"), (Pieces{"$$ ' $$", "x"}));
  EXPECT_EQ(pieces_of("$a$ $$ $b$ $a$+"), (Pieces{"$a$ $$ $b$ $a$", "+"}));
  EXPECT_EQ(pieces_of("$1+$2"), (Pieces{"$", "1", "+", "$", "2"}));
  EXPECT_EQ(pieces_of("$1$ '$1$'"), (Pieces{"$", "1$", " ", "'$1$'"}));
}

TEST(SqlPieces, KeepCommentsWholeAndNested) {
  EXPECT_EQ(pieces_of("a/* b /* c */ d */e"), (Pieces{"a", "/* b /* c */ d */", "e"}));
  EXPECT_EQ(pieces_of("/***/-- x'\n'y'"), (Pieces{"/***/", "-- x'", "\n", "'y'"}));
}

TEST(SqlPieces, TellCastsFromKeys) {
  EXPECT_EQ(pieces_of("a::text"), (Pieces{"a", "::", "text"}));
  EXPECT_EQ(pieces_of("::'x'"), (Pieces{"::", "'x'"}));
  EXPECT_EQ(pieces_of(":'key'::text"), (Pieces{":'key'", "::", "text"}));
  EXPECT_EQ(pieces_of(":'no key'"), (Pieces{":", "'no key'"}));
}

TEST(SqlPieces, TakeBlanksTogetherAndElseOneCharacter) {
  EXPECT_EQ(pieces_of("a  -b\n  /;"), (Pieces{"a", "  ", "-", "b", "\n", "  ", "/", ";"}));
  EXPECT_EQ(pieces_of(" - / :  "), (Pieces{" ", "-", " ", "/", " ", ":", "  "}));
}

TEST(SqlPieces, LeaveAnOpenLiteralToTheServer) {
  EXPECT_EQ(pieces_of("'open"), (Pieces{"'open"}));
  EXPECT_EQ(pieces_of("'open''"), (Pieces{"'open''"}));
  EXPECT_EQ(pieces_of("E'open\\"), (Pieces{"E'open\\"}));
  EXPECT_EQ(pieces_of("$$ open"), (Pieces{"$$ open"}));
  EXPECT_EQ(pieces_of(":'open"), (Pieces{":", "'open"}));
}

TEST(SqlPieces, RefuseAnOpenComment) {
  for (const char* text : {"/*", "/*/", "/* /* */", "/*if a.b", "/* *"})
    EXPECT_THROW(pieces_of(text), std::invalid_argument) << text;
}

TEST(SqlPieces, SayWhatTheyMean) {
  EXPECT_EQ(need_in("/*if pg_x.y */"), "pg_x.y");
  EXPECT_EQ(need_in("/*iffy*/"), std::nullopt);
  EXPECT_EQ(need_in("/* if a.b */"), std::nullopt);
  EXPECT_EQ(alternative_in("/*else NULL::text*/"), "NULL::text");
  EXPECT_EQ(alternative_in("/*else*/"), "");
  EXPECT_EQ(alternative_in("/*elsewhere*/"), std::nullopt);
  EXPECT_EQ(key_in(":'key'"), "key");
  EXPECT_EQ(key_in(":"), std::nullopt);
}

}  // namespace
}  // namespace pgwatch
