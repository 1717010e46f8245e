// Nearest: which known word a mistyped one was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pgwatch::config {

// Steps between two words: a letter more, a letter less, another letter, two letters swapped.
std::size_t edit_distance(std::string_view left, std::string_view right);

// The known word that `word` is a slip of, or the beginning of; "" where none is near.
std::string nearest(std::string_view word, std::span<const std::string> known);

// What follows "unknown key …": "; did you mean A? Known are: A, B, C".
std::string known_words(std::string_view word, std::span<const std::string> known);

}  // namespace pgwatch::config
