// Filesystem: how full the file system is that a path lies on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/host/mounts.h"

namespace pgwatch {

struct FilesystemSpace {
  std::uint64_t size = 0;       // bytes
  std::uint64_t free = 0;       // with what is kept for root
  std::uint64_t available = 0;  // to everybody
  std::uint64_t files = 0;      // inodes; 0 where it does not count them, as btrfs
  std::uint64_t files_free = 0;
  bool readonly = false;  // nobody may write there, or the server may not

  friend bool operator==(const FilesystemSpace&, const FilesystemSpace&) = default;
};

// As df has them: what is used, as a share of what is used and available. Nothing where it holds nothing, or does not
// count. Pure.
std::optional<double> used_ratio(const FilesystemSpace& space);
std::optional<double> files_used_ratio(const FilesystemSpace& space);

// As the columns of an answer: size_bytes, available_bytes, free_bytes, used_ratio, readonly, and files, files_free and
// files_used_ratio where these are counted. Pure.
std::vector<std::pair<std::string, std::string>> figures_of(const FilesystemSpace& space);

struct Unreadable {
  // A label's value: "permission", "missing", "elsewhere" where the server sees another folder there, "error".
  std::string reason;
  std::string detail;  // a sentence, with the cure
};

// Follows links. `own` is what we see mounted and `server` what the server does, empty where it is not known: whether
// something is read-only is not ours to say where our unit makes all of the machine so for us. Blocks, for ever where a
// file server is gone: it belongs to jobs of Host::read_files.
std::variant<FilesystemSpace, Unreadable> look_at_filesystem(const std::string& path, const std::vector<Mount>& own,
                                                             const std::vector<Mount>& server = {});

}  // namespace pgwatch
