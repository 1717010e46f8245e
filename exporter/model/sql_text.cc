#include "exporter/model/sql_text.h"

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace pgwatch {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// As PostgreSQL reads names: letters, digits, _, $ and everything beyond ASCII.
bool is_word(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '_' ||
         one == '$' || static_cast<unsigned char>(one) >= 0x80;
}

std::size_t word_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_word(text[length])) ++length;
  return length;
}

bool begins(std::string_view text, char first, char second) {
  return text.size() >= 2 && text[0] == first && text[1] == second;
}

// Length of what is quoted from `begin` on; a quote in it is doubled, or escaped where backslashes escape.
std::size_t quoted_length(std::string_view text, std::size_t begin, bool backslashes) {
  const char quote = text[begin];
  std::size_t i = begin + 1;
  while (i < text.size()) {
    const bool doubled = text[i] == quote && text.substr(i + 1, 1) == text.substr(begin, 1);
    if (text[i] == quote && !doubled) return i + 1;
    i += doubled || (backslashes && text[i] == '\\') ? 2 : 1;
  }
  return text.size();
}

// $$…$$ or $tag$…$tag$; 0 where the dollar begins none.
std::size_t dollar_quoted_length(std::string_view text) {
  const std::size_t tag_end = text.find('$', 1);
  if (tag_end == kNone || (tag_end > 1 && text[1] >= '0' && text[1] <= '9')) return 0;
  const std::string_view tag = text.substr(0, tag_end + 1);
  if (word_length(tag) != tag.size()) return 0;
  const std::size_t closing = text.find(tag, tag.size());
  return closing == kNone ? text.size() : closing + tag.size();
}

// Comments nest in PostgreSQL.
std::size_t block_comment_length(std::string_view text) {
  std::size_t depth = 1;
  std::size_t i = 2;
  while (depth > 0) {
    i = text.find_first_of("/*", i);
    const std::string_view two = i == kNone ? "" : text.substr(i, 2);
    if (two.size() < 2)
      throw std::invalid_argument("comment " + std::string(text.substr(0, 40)) + " does not end; close it with */");
    if (two == "/*") ++depth;
    if (two == "*/") --depth;
    i += two == "/*" || two == "*/" ? 2 : 1;
  }
  return i;
}

std::size_t key_length(std::string_view text) {
  const std::size_t word = word_length(text.substr(2));
  return word > 0 && text.substr(2 + word, 1) == "'" ? word + 3 : 1;
}

// A name, or an E'…' literal. A word never begins with $, which begins a dollar quote.
std::size_t word_or_escape_literal_length(std::string_view text) {
  const std::size_t word = word_length(text);
  const bool escapes = word == 1 && (text[0] == 'e' || text[0] == 'E') && text.substr(1, 1) == "'";
  return escapes ? quoted_length(text, 1, true) : word;
}

// All SQL of all collectors comes through here at the start, character by character.
std::size_t piece_length(std::string_view text) {
  switch (text[0]) {
    case ' ': return std::min(text.find_first_not_of(' '), text.size());
    case '\'':
    case '"': return quoted_length(text, 0, false);
    case '-': return begins(text, '-', '-') ? std::min(text.find('\n'), text.size()) : 1;
    case '/': return begins(text, '/', '*') ? block_comment_length(text) : 1;
    case ':': return begins(text, ':', ':') ? 2 : begins(text, ':', '\'') ? key_length(text) : 1;
    case '$': return std::max<std::size_t>(dollar_quoted_length(text), 1);
    default: return std::max<std::size_t>(word_or_escape_literal_length(text), 1);
  }
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  return begin == kNone ? std::string_view() : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// The trimmed text of the comment /*WORD …*/.
std::optional<std::string_view> comment_after(std::string_view word, std::string_view piece) {
  if (!begins(piece, '/', '*')) return std::nullopt;
  const std::string_view inside = piece.substr(2, piece.size() - 4);
  if (inside.substr(0, word_length(inside)) != word) return std::nullopt;
  return trimmed(inside.substr(word.size()));
}

}  // namespace

std::string_view SqlPieces::next() {
  if (rest_.empty()) return {};
  const std::string_view piece = rest_.substr(0, piece_length(rest_));
  rest_.remove_prefix(piece.size());
  return piece;
}

std::optional<std::string_view> need_in(std::string_view piece) { return comment_after("if", piece); }

std::optional<std::string_view> alternative_in(std::string_view piece) { return comment_after("else", piece); }

std::optional<std::string_view> key_in(std::string_view piece) {
  if (!begins(piece, ':', '\'')) return std::nullopt;
  return piece.substr(2, piece.size() - 3);
}

}  // namespace pgwatch
