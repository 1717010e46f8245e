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

fs::path community() {
  const char* folder = std::getenv("PGWATCH_TIMESCALEDB");
  return folder != nullptr ? folder : "";
}

fs::path place_of(Installation installation) {
  const std::string major = std::to_string(installation.major);
  switch (installation.timescaledb) {
    case TimescaleDb::kNone: return installation.major == 0 ? newest_installed() : fs::path(PGWATCH_SERVERS) / major;
    case TimescaleDb::kApache: return fs::path(PGWATCH_TIMESCALEDB_SERVERS) / major;
    case TimescaleDb::kCommunity: return community();
  }
  return {};
}

bool all_may_enter(const fs::path& folder) {
  const fs::perms enter = fs::perms::others_read | fs::perms::others_exec;
  if ((fs::status(folder).permissions() & enter) != enter) return false;
  return folder == folder.root_path() || all_may_enter(folder.parent_path());
}

// Root may have its checkout where no other user can go.
bool needs_mount(const fs::path& folder) { return !server_user().empty() && !all_may_enter(folder); }

}  // namespace

std::string why_missing(Installation installation) {
  if (has_server(place_of(installation))) return "";
  const std::string server = "PostgreSQL " + std::to_string(installation.major);
  switch (installation.timescaledb) {
    case TimescaleDb::kNone: break;
    case TimescaleDb::kApache: return server + " with TimescaleDB is not here: run scripts/timescaledb";
    case TimescaleDb::kCommunity:
      return "TimescaleDB's community edition is not here: let PGWATCH_TIMESCALEDB name the folder of a PostgreSQL "
             "with it";
  }
  if (installation.major == 0) return "no PostgreSQL server is installed: run scripts/install test";
  return server + " is not here: run scripts/servers";
}

fs::path folder_of(Installation installation) {
  if (const std::string why = why_missing(installation); !why.empty()) throw std::runtime_error(why);
  return place_of(installation);
}

std::string postgres_program(Installation installation, std::string_view name) {
  const fs::path folder = folder_of(installation);
  return (needs_mount(folder) ? kMountPoint : folder) / "bin" / name;
}

std::string server_user() { return ::geteuid() == 0 ? "postgres" : ""; }

Command server_command(Installation installation, std::vector<std::string> arguments) {
  Command command{.arguments = std::move(arguments), .environment = {{"LC_ALL", "C.UTF-8"}}, .user = server_user()};
  if (const fs::path folder = place_of(installation); needs_mount(folder)) command.mounts = {{folder, kMountPoint}};
  return command;
}

}  // namespace pgwatch::test
