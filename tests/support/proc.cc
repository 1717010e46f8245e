#include "tests/support/proc.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace pgwatch::test {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::filesystem::path folder_of(pid_t pid) { return std::filesystem::path("/proc") / std::to_string(pid); }

struct Stat {
  char state = '\0';
  pid_t parent = -1;
};

// The name, second, is in brackets and may itself hold spaces and brackets; what we want follows the last one.
Stat stat_of(pid_t pid) {
  const std::string text = read(folder_of(pid) / "stat");
  const std::size_t name_end = text.rfind(')');
  Stat stat;
  if (name_end != std::string::npos) std::istringstream(text.substr(name_end + 1)) >> stat.state >> stat.parent;
  return stat;
}

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    if (stat_of(pid).parent == parent) children.push_back(pid);
  }
  return children;
}

std::string title_of(pid_t pid) {
  std::string title = read(folder_of(pid) / "cmdline");
  std::replace(title.begin(), title.end(), '\0', ' ');
  return title;
}

char state_of(pid_t pid) { return stat_of(pid).state; }

std::size_t open_files_of(pid_t pid) {
  const std::filesystem::directory_iterator files(folder_of(pid) / "fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::size_t resident_bytes_of(pid_t pid) {
  std::size_t all = 0;
  std::size_t resident = 0;
  std::istringstream(read(folder_of(pid) / "statm")) >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t most_resident_bytes_of(pid_t pid) {
  std::istringstream status(read(folder_of(pid) / "status"));
  std::size_t kilobytes = 0;
  for (std::string word; status >> word;)
    if (word == "VmHWM:") status >> kilobytes;
  return kilobytes * 1024;
}

}  // namespace pgwatch::test
