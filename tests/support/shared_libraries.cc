#include "tests/support/shared_libraries.h"

#include <sstream>

#include "tests/support/process.h"

namespace pgwatch::test {

// Each line is "name => path (address)", or without a path.
std::vector<std::filesystem::path> shared_libraries_of(const std::filesystem::path& program) {
  std::vector<std::filesystem::path> paths;
  std::istringstream lines(run({.arguments = {"ldd", program}}));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t arrow = line.find("=> /");
    if (arrow == std::string::npos) continue;
    const std::size_t start = arrow + 3;
    paths.emplace_back(line.substr(start, line.find(' ', start) - start));
  }
  return paths;
}

}  // namespace pgwatch::test
