#include "exporter/config/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace pgwatch::config {
namespace {

constexpr std::size_t kLongestWord = 64;  // longer ones are no slip of a key, and the table is quadratic

std::size_t most_slips(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

bool begins(std::string_view word, std::string_view known) { return word.size() >= 3 && known.starts_with(word); }

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before(right.size() + 1);  // two rows back, for swaps
  std::vector<std::size_t> above(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above.back();
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  if (word.size() > kLongestWord) return "";
  std::string best;
  std::size_t fewest = most_slips(word) + 1;
  for (const std::string& candidate : known) {
    const std::size_t slips = begins(word, candidate) ? 1 : edit_distance(word, candidate);
    if (slips >= fewest) continue;
    fewest = slips;
    best = candidate;
  }
  return best;
}

std::string known_words(std::string_view word, std::span<const std::string> known) {
  const std::string meant = nearest(word, known);
  std::string text = meant.empty() ? ". Known are: " : "; did you mean \"" + meant + "\"? Known are: ";
  for (std::size_t i = 0; i < known.size(); ++i) text += (i == 0 ? "" : ", ") + known[i];
  return text;
}

}  // namespace pgwatch::config
