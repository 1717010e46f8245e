#include "exporter/util/file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace pgwatch {

std::string read_file(const std::string& path) {
  constexpr std::size_t kMost = 1024 * 1024;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 16 * 1024> part{};
  // Unlike iterators, read() does not throw where the path is a folder.
  while (file.read(part.data(), part.size()) || file.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMost) throw std::runtime_error("larger than 1 MiB");
  }
  if (!file.is_open() || errno != 0) throw std::runtime_error(std::strerror(errno));
  return text;
}

std::string read_word(const std::string& path) {
  std::string text = read_file(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace pgwatch
