// Mounts: what lies where, as a process sees it: its /proc/PID/mountinfo. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgwatch {

struct Mount {
  std::string point;                 // the folder it is mounted on
  std::string device;                // of the file system, "8:1"
  std::string root;                  // the folder of the file system that is shown there
  bool readonly = false;             // of this mount alone: others may show the same file system writable
  bool filesystem_readonly = false;  // of the file system itself, for whoever has it mounted
};

// What cannot be read is left out.
std::vector<Mount> parse_mounts(std::string_view mountinfo);

// The one on which a path without links lies; null where there is none.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

// Device and folder within it. The same words of two processes mean the same folder, whatever else they have mounted.
// REQUIRES: the path lies on the mount.
std::string place_on(const Mount& mount, std::string_view path);

}  // namespace pgwatch
