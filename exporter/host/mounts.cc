#include "exporter/host/mounts.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace pgwatch {
namespace {

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

// The kernel writes blanks, tabs, newlines and backslashes as \040 and so on.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
                           is_octal(text[i + 3]);
    if (!is_escape) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

bool has_option(const std::string& options, std::string_view wanted) {
  std::istringstream list(options);
  for (std::string one; std::getline(list, one, ',');)
    if (one == wanted) return true;
  return false;
}

// After an error ext4 and XFS write no more and, in newer kernels, do not call themselves read-only.
bool takes_no_writes(const std::string& options) {
  constexpr std::array<std::string_view, 3> kWords = {"ro", "emergency_ro", "shutdown"};
  return std::ranges::any_of(kWords, [&](std::string_view word) { return has_option(options, word); });
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
bool read_mount(const std::string& line, Mount& mount) {
  std::istringstream words(line);
  std::string number;
  std::string parent;
  std::string options;
  words >> number >> parent >> mount.device >> mount.root >> mount.point >> options;
  std::string word;
  while (words >> word && word != "-") {
  }
  std::string type;
  std::string source;
  std::string options_of_all;
  if (!(words >> type >> source >> options_of_all)) return false;
  mount.root = unescaped(mount.root);
  mount.point = unescaped(mount.point);
  mount.readonly = has_option(options, "ro");
  mount.filesystem_readonly = takes_no_writes(options_of_all);
  return true;
}

bool lies_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    Mount mount;
    if (read_mount(line, mount)) mounts.push_back(std::move(mount));
  }
  return mounts;
}

// Of several on one folder the last hides the others.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* found = nullptr;
  for (const Mount& mount : mounts)
    if (lies_below(path, mount.point) && (found == nullptr || mount.point.size() >= found->point.size()))
      found = &mount;
  return found;
}

std::string place_on(const Mount& mount, std::string_view path) {
  const std::string_view rest = path.substr(mount.point == "/" ? 0 : mount.point.size());
  return mount.device + " " + (mount.root == "/" ? "" : mount.root) + (rest == "/" ? "" : std::string(rest));
}

}  // namespace pgwatch
