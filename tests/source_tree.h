// SourceTree: this project's own files, for tests that hold one against another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pgwatch::test {

// The text of a file, by its path from the root. Throws std::runtime_error naming the file.
std::string read_source(const std::string& path);
bool source_exists(const std::string& path);

// Paths from the root of the files below a folder whose names end so, sorted.
std::vector<std::string> sources_below(const std::string& folder, const std::vector<std::string>& endings);

struct Include {
  std::string header;
  bool ours = false;  // in quotes
};
std::vector<Include> includes_of(std::string_view text);

// A function's extent, from the first line of its head to its last brace. Those in a function count as part of it.
struct Function {
  std::string head;
  std::size_t lines = 0;
};
std::vector<Function> functions_of(std::string_view text);

std::size_t count_lines(std::string_view text);

}  // namespace pgwatch::test
