// Folder: what lies in a folder. All of it blocks: it belongs to jobs of Host::read_files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pgwatch {

struct FolderEntry {
  std::string name;
  bool is_folder = false;
  std::uint64_t size = 0;    // bytes
  std::int64_t written = 0;  // Unix time of the last write, in seconds
};

// Who has more in a folder wants another folder.
inline constexpr std::size_t kMostEntries = 1'000'000;

// Files and folders, sorted by name. Whatever else there is, links included, is left out: a link to a file that is
// there would count it twice. So is a file system's lost+found. Throws std::runtime_error that names the folder, the
// reason and the cure.
std::vector<FolderEntry> list_folder(const std::string& path, std::size_t most = kMostEntries);

// A folder as if it were one file: the sum of all files below it, and the latest write among them.
FolderEntry sum_folder(const std::string& path, const FolderEntry& folder, std::size_t most = kMostEntries);

}  // namespace pgwatch
