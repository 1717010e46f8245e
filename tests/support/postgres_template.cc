#include "tests/support/postgres_template.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoles =
    "CREATE ROLE pgwatch LOGIN PASSWORD 'pgwatch-password'\n"
    "GRANT pg_monitor TO pgwatch\n";

// One test process at a time makes the template. The lock goes with the file descriptor.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (file_ < 0 || ::flock(file_, LOCK_EX) != 0) throw std::runtime_error("cannot lock " + path.string());
  }
  ~FileLock() { ::close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

int major_of(const fs::path& version_folder) { return std::atoi(version_folder.filename().c_str()); }

fs::path newest_programs() {
  const fs::path all = "/usr/lib/postgresql";
  fs::path newest;
  std::error_code none;
  for (const auto& version : fs::directory_iterator(all, none)) {
    if (!fs::exists(version.path() / "bin" / "postgres")) continue;
    if (newest.empty() || major_of(version.path()) > major_of(newest)) newest = version.path();
  }
  if (newest.empty())
    throw std::runtime_error("no PostgreSQL server in " + all.string() + ": run scripts/install test");
  return newest / "bin";
}

// Roles are made in single-user mode: a server of its own would take a second more.
void make_template(const fs::path& target) {
  const TemporaryFolder folder(server_user());
  const fs::path data = folder.path() / "data";
  const fs::path password = folder.write("password", password_of("postgres"));
  const fs::path roles = folder.write("roles.sql", kRoles);
  run(server_command({postgres_program("initdb"), "--pgdata=" + data.string(), "--username=postgres",
                      "--pwfile=" + password.string(), "--auth-local=trust", "--auth-host=scram-sha-256",
                      "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"}));
  run(server_command({"sh", "-c", R"("$0" --single -F -D "$1" postgres < "$2" > /dev/null)",
                      postgres_program("postgres"), data.string(), roles.string()}));
  const fs::path unfinished = target.string() + ".unfinished";
  fs::remove_all(unfinished);
  run({.arguments = {"cp", "-a", data.string(), unfinished.string()}});
  fs::rename(unfinished, target);
}

// Named for what it is made from, so that a new server or another recipe makes a new one.
fs::path template_folder() {
  const std::string recipe = run({.arguments = {postgres_program("postgres"), "--version"}}) + kRoles;
  return fs::path(PGWATCH_TEST_CACHE) / ("postgres-template-" + std::to_string(std::hash<std::string>()(recipe)));
}

}  // namespace

std::string server_user() { return ::geteuid() == 0 ? "postgres" : ""; }

Command server_command(std::vector<std::string> arguments) {
  return {.arguments = std::move(arguments), .environment = {{"LC_ALL", "C.UTF-8"}}, .user = server_user()};
}

std::string postgres_program(std::string_view name) { return (newest_programs() / name).string(); }

void copy_template(const fs::path& data) {
  const fs::path source = template_folder();
  {
    const FileLock lock(fs::path(PGWATCH_TEST_CACHE) / "postgres-template.lock");
    if (!fs::exists(source)) make_template(source);
  }
  run({.arguments = {"cp", "-a", "--reflink=auto", source.string(), data.string()}});
}

std::string password_of(std::string_view role) { return std::string(role) + "-password"; }

}  // namespace pgwatch::test
