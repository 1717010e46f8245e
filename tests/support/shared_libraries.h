// The shared libraries of a program, for where its machine is another.
#pragma once

#include <filesystem>
#include <vector>

namespace pgwatch::test {

// As this machine's loader finds them, without those of the kernel.
std::vector<std::filesystem::path> shared_libraries_of(const std::filesystem::path& program);

}  // namespace pgwatch::test
