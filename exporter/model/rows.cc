#include "exporter/model/rows.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <stdexcept>
#include <utility>

namespace pgwatch {

Rows::Rows(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void Rows::add(std::span<const Cell> row) {
  assert(row.size() == columns_.size());
  for (const Cell& cell : row) {
    if (cell) text_ += *cell;
    // Offsets of 32 bits halve the table; nobody asks for 4 GiB.
    if (text_.size() > std::numeric_limits<std::uint32_t>::max())
      throw std::length_error("the answer holds more than 4 GiB of text");
    ends_.push_back({static_cast<std::uint32_t>(text_.size()), !cell});
  }
}

std::optional<std::size_t> Rows::find(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

Cell Rows::at(std::size_t row, std::size_t column) const {
  assert(row < size() && column < columns_.size());
  const std::size_t index = row * columns_.size() + column;
  const End& end = ends_[index];
  if (end.null) return std::nullopt;
  const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1].offset;
  return std::string_view(text_).substr(begin, end.offset - begin);
}

Cell Rows::at(std::size_t row, std::string_view column) const {
  const auto position = row < size() ? find(column) : std::nullopt;
  return position ? at(row, *position) : std::nullopt;
}

}  // namespace pgwatch
