// SqlText: SQL read piece by piece, so that what stands in a literal or a comment is never taken for SQL. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace pgwatch {

// Pieces are literals, quoted names, comments, words, blanks, ::, :'key', and else single characters. Together they are
// the text.
class SqlPieces {
 public:
  explicit SqlPieces(std::string_view text) : rest_(text) {}

  // "" at the end. A comment that does not end throws std::invalid_argument; a literal that does not is the server's to
  // refuse.
  std::string_view next();

 private:
  std::string_view rest_;
};

// What these pieces say, nothing where they are others: NEED of /*if NEED*/, TEXT of /*else TEXT*/, KEY of :'KEY'.
std::optional<std::string_view> need_in(std::string_view piece);
std::optional<std::string_view> alternative_in(std::string_view piece);
std::optional<std::string_view> key_in(std::string_view piece);

}  // namespace pgwatch
