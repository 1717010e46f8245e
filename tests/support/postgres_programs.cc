#include "tests/support/postgres_programs.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = "/usr/lib/postgresql";
constexpr const char* kMountPoint = "/mnt";

int major_of(const fs::path& version_folder) { return std::atoi(version_folder.filename().c_str()); }

bool has_server(const fs::path& folder) { return fs::exists(folder / "bin" / "postgres"); }

fs::path newest_installed() {
  fs::path newest;
  std::error_code none;
  for (const auto& version : fs::directory_iterator(kInstalled, none))
    if (has_server(version) && (newest.empty() || major_of(version) > major_of(newest))) newest = version.path();
  return newest;
}

fs::path folder_of(int major) {
  return major == 0 ? newest_installed() : fs::path(PGWATCH_SERVERS) / std::to_string(major);
}

bool all_may_enter(const fs::path& folder) {
  const fs::perms enter = fs::perms::others_read | fs::perms::others_exec;
  if ((fs::status(folder).permissions() & enter) != enter) return false;
  return folder == folder.root_path() || all_may_enter(folder.parent_path());
}

// Root may have its checkout where no other user can go.
bool needs_mount(const fs::path& folder) { return !server_user().empty() && !all_may_enter(folder); }

}  // namespace

std::string why_missing(int major) {
  if (has_server(folder_of(major))) return "";
  if (major == 0) return "no PostgreSQL server is installed: run scripts/install test";
  return "PostgreSQL " + std::to_string(major) + " is not here: run scripts/servers";
}

std::string postgres_program(int major, std::string_view name) {
  if (const std::string why = why_missing(major); !why.empty()) throw std::runtime_error(why);
  const fs::path folder = folder_of(major);
  return (needs_mount(folder) ? kMountPoint : folder) / "bin" / name;
}

std::string server_user() { return ::geteuid() == 0 ? "postgres" : ""; }

Command server_command(int major, std::vector<std::string> arguments) {
  Command command{.arguments = std::move(arguments), .environment = {{"LC_ALL", "C.UTF-8"}}, .user = server_user()};
  if (const fs::path folder = folder_of(major); needs_mount(folder)) command.mounts = {{folder, kMountPoint}};
  return command;
}

}  // namespace pgwatch::test
