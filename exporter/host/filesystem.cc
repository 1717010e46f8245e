#include "exporter/host/filesystem.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "exporter/model/number.h"

namespace pgwatch {
namespace {

std::optional<double> share(std::uint64_t used, std::uint64_t available) {
  if (used == 0 && available == 0) return std::nullopt;
  return static_cast<double>(used) / (static_cast<double>(used) + static_cast<double>(available));
}

std::string spelled(Number number) {
  std::string text;
  number.append_to(text);
  return text;
}

// A file system that changes meanwhile may say that more is free than there is.
std::uint64_t less(std::uint64_t all, std::uint64_t part) { return all > part ? all - part : 0; }

constexpr const char* kCure =
    "; cure: in a drop-in for pgwatch's unit, SupplementaryGroups= with the server's group where that may enter, or "
    "all "
    "of CapabilityBoundingSet=CAP_DAC_READ_SEARCH, AmbientCapabilities=CAP_DAC_READ_SEARCH and PrivateUsers=no, which "
    "let pgwatch read every file of this machine";

Unreadable unreadable(const std::string& path, const std::error_code& error) {
  const std::string what = "cannot look at " + path + ": " + error.message();
  if (error == std::errc::permission_denied) return {"permission", what + kCure};
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return {"missing", what};
  return {"error", what};
}

Unreadable elsewhere(const std::string& path) {
  return {"elsewhere", path +
                           " is another folder for the server than for pgwatch: one of them is in a container, or "
                           "has other file systems mounted"};
}

bool is_readonly(const Mount* own, const Mount* server, bool for_us) {
  const bool for_all = own == nullptr ? for_us : own->filesystem_readonly;
  return for_all || (server != nullptr && server->readonly);
}

}  // namespace

std::optional<double> used_ratio(const FilesystemSpace& space) {
  return share(less(space.size, space.free), space.available);
}

std::optional<double> files_used_ratio(const FilesystemSpace& space) {
  if (space.files == 0) return std::nullopt;
  return share(less(space.files, space.files_free), space.files_free);
}

std::vector<std::pair<std::string, std::string>> figures_of(const FilesystemSpace& space) {
  std::vector<std::pair<std::string, std::string>> figures = {{"size_bytes", spelled(space.size)},
                                                              {"available_bytes", spelled(space.available)},
                                                              {"free_bytes", spelled(space.free)},
                                                              {"readonly", space.readonly ? "1" : "0"}};
  if (const auto ratio = used_ratio(space)) figures.emplace_back("used_ratio", spelled(*ratio));
  if (space.files == 0) return figures;
  figures.emplace_back("files", spelled(space.files));
  figures.emplace_back("files_free", spelled(space.files_free));
  if (const auto ratio = files_used_ratio(space)) figures.emplace_back("files_used_ratio", spelled(*ratio));
  return figures;
}

std::variant<FilesystemSpace, Unreadable> look_at_filesystem(const std::string& path, const std::vector<Mount>& own,
                                                             const std::vector<Mount>& server) {
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error);
  if (error) return unreadable(path, error);
  const Mount* const own_mount = mount_of(own, real);
  const Mount* const its_mount = mount_of(server, real);
  const bool both = own_mount != nullptr && its_mount != nullptr;
  if (both && place_on(*own_mount, real) != place_on(*its_mount, real)) return elsewhere(path);
  struct statvfs found {};
  if (::statvfs(real.c_str(), &found) != 0) return unreadable(path, {errno, std::generic_category()});
  const std::uint64_t block = found.f_frsize;
  return FilesystemSpace{.size = found.f_blocks * block,
                         .free = found.f_bfree * block,
                         .available = found.f_bavail * block,
                         .files = found.f_files,
                         .files_free = found.f_ffree,
                         .readonly = is_readonly(own_mount, its_mount, (found.f_flag & ST_RDONLY) != 0)};
}

}  // namespace pgwatch
