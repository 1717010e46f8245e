// What /proc says of a process.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace pgwatch::test {

std::vector<pid_t> children_of(pid_t parent);
std::string title_of(pid_t pid);  // its command line; "" where there is no such process

// 'R', 'S', 'T' for stopped, 'Z' for dead but not yet buried…, '\0' where there is no such process.
char state_of(pid_t pid);

std::size_t open_files_of(pid_t pid);
std::size_t resident_bytes_of(pid_t pid);
std::size_t most_resident_bytes_of(pid_t pid);  // at any time so far

}  // namespace pgwatch::test
