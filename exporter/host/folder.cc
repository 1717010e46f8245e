#include "exporter/host/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace pgwatch {
namespace {

struct Close {
  void operator()(DIR* folder) const { closedir(folder); }
};
using Folder = std::unique_ptr<DIR, Close>;

std::string cure_of(int error) {
  switch (error) {
    case EACCES: return "; let the user that pgwatch runs as enter and list it";
    case ENOENT:
    case ENOTDIR: return "; `directory` must name a folder that this machine sees";
    default: return "";
  }
}

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::runtime_error("cannot list " + path + ": " + std::generic_category().message(error) + cure_of(error));
}

[[noreturn]] void fail_too_many(const std::string& path) {
  throw std::runtime_error("cannot list " + path + ": it holds too many files; keep backups in a folder of their own");
}

Folder open_folder(const std::string& path) {
  Folder folder(opendir(path.c_str()));
  if (!folder) fail(path, errno);
  return folder;
}

// False for what is neither, or is gone again.
bool look_at(const Folder& folder, FolderEntry& entry) {
  struct stat found {};
  if (fstatat(dirfd(folder.get()), entry.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return false;
  entry.is_folder = S_ISDIR(found.st_mode);
  entry.size = static_cast<std::uint64_t>(found.st_size);
  entry.written = found.st_mtim.tv_sec;
  return entry.is_folder || S_ISREG(found.st_mode);
}

// Besides itself and the one above, the folder that a file system keeps for its repair, which root alone may list.
bool is_no_content(const std::string& name) { return name == "." || name == ".." || name == "lost+found"; }

void add_all_below(const std::string& path, FolderEntry& sum, std::size_t& left) {
  for (const FolderEntry& entry : list_folder(path, left)) {
    if (left == 0) fail_too_many(path);
    --left;
    sum.written = std::max(sum.written, entry.written);
    if (entry.is_folder)
      add_all_below(path + "/" + entry.name, sum, left);
    else
      sum.size += entry.size;
  }
}

}  // namespace

std::vector<FolderEntry> list_folder(const std::string& path, std::size_t most) {
  const Folder folder = open_folder(path);
  std::vector<FolderEntry> entries;
  errno = 0;
  while (const dirent* found = readdir(folder.get())) {
    FolderEntry entry{.name = found->d_name};
    if (!is_no_content(entry.name) && look_at(folder, entry)) entries.push_back(std::move(entry));
    if (entries.size() > most) fail_too_many(path);
    errno = 0;
  }
  if (errno != 0) fail(path, errno);
  std::ranges::sort(entries, {}, &FolderEntry::name);
  return entries;
}

FolderEntry sum_folder(const std::string& path, const FolderEntry& folder, std::size_t most) {
  FolderEntry sum = folder;
  sum.size = 0;
  add_all_below(path, sum, most);
  return sum;
}

}  // namespace pgwatch
