// Rows: a table of text with NULLs, as a server or the host answered it. Knows no libpq.
//
// All cells live in one string; a cell handed out is a view into it and lives as long as the Rows, unmoved and
// unchanged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgwatch {

using Cell = std::optional<std::string_view>;

class Rows {
 public:
  Rows() = default;
  explicit Rows(std::vector<std::string> columns);

  // REQUIRES: as many cells as there are columns.
  void add(std::span<const Cell> row);
  void add(std::initializer_list<Cell> row) { add(std::span<const Cell>(row.begin(), row.size())); }

  std::size_t size() const { return columns_.empty() ? 0 : ends_.size() / columns_.size(); }
  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<std::size_t> find(std::string_view column) const;

  // REQUIRES: row < size(), column < columns().size().
  Cell at(std::size_t row, std::size_t column) const;
  // The cell under a name; NULL where there is no such column, or no such row.
  Cell at(std::size_t row, std::string_view column) const;

  // How much text the cells hold.
  std::size_t bytes() const { return text_.size(); }

 private:
  struct End {
    std::uint32_t offset = 0;  // where the cell ends in text_; it starts where the one before ended
    bool null = false;
  };

  std::vector<std::string> columns_;
  std::string text_;
  std::vector<End> ends_;  // row by row
};

}  // namespace pgwatch
