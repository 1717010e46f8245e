#include "exporter/util/file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pgwatch {

std::string read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file.is_open()) text << file.rdbuf();  // unlike iterators it does not throw where the path is a folder
  if (!file.is_open() || errno != 0) throw std::runtime_error(std::strerror(errno));
  return text.str();
}

std::string read_word(const std::string& path) {
  std::string text = read_file(path);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace pgwatch
