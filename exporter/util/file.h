// File: the whole of a file as text.
#pragma once

#include <string>

namespace pgwatch {

// Throws std::runtime_error with the reason, without the path: /dev/zero, say, is larger than the 1 MiB that nothing we
// read ever is. Blocks for as long as the file system does.
std::string read_file(const std::string& path);

// The same for a file that holds one word, a secret mostly: without the newline editors put at its end.
std::string read_word(const std::string& path);

}  // namespace pgwatch
