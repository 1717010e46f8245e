// The newest of several backups, and those it is held against. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pgwatch::collectors {

struct Copy {
  std::string name;
  std::int64_t completed = 0;  // Unix time
  std::uint64_t size = 0;      // bytes
};

struct Newest {
  Copy copy;
  std::optional<double> median = {};  // size of those before it, five at most; nothing where it is the first
  // Of its size to the median.
  std::optional<double> ratio() const;
};

// Nothing where there are none.
std::optional<Newest> newest_of(std::vector<Copy> copies);

}  // namespace pgwatch::collectors
