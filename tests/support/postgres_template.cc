#include "tests/support/postgres_template.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>

#include "exporter/grants.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

// The role is what pgwatch tells its users to make, and nothing more.
std::string roles() { return grants("pgwatch") + "\nALTER ROLE pgwatch PASSWORD '" + password_of("pgwatch") + "';\n"; }

// A standby must not have less of these than its primary last had, and the first primary is this one.
constexpr const char* kMakeRoles =
    R"("$0" --single -F -j -D "$1" -c max_connections=4 -c max_wal_senders=0 -c max_worker_processes=0 )"
    R"(-c max_locks_per_transaction=10 postgres < "$2" > /dev/null)";

// Checksums as PostgreSQL 18 has them by itself.
constexpr const char* kInitdb =
    R"("$0" --pgdata="$1" --pwfile="$2" --username=postgres --auth-local=trust --auth-host=scram-sha-256 )"
    R"(--encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-sync)";

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

// Roles are made in single-user mode: a server of its own would take a second more.
void make_template(const fs::path& target, int major) {
  const TemporaryFolder folder(server_user());
  const fs::path data = folder.path() / "data";
  const fs::path password = folder.write("password", password_of("postgres"));
  const fs::path script = folder.write("roles.sql", roles());
  run(server_command(major,
                     {"sh", "-c", kInitdb, postgres_program(major, "initdb"), data.string(), password.string()}));
  run(server_command(major,
                     {"sh", "-c", kMakeRoles, postgres_program(major, "postgres"), data.string(), script.string()}));
  const fs::path unfinished = target.string() + ".unfinished";
  fs::remove_all(unfinished);
  run({.arguments = {"cp", "-a", "--sparse=always", data.string(), unfinished.string()}});  // WAL is mostly zeros
  fs::rename(unfinished, target);
}

// Named for what it is made from, so that a new server or another recipe makes a new one.
fs::path template_folder(int major) {
  const std::string recipe =
      run(server_command(major, {postgres_program(major, "postgres"), "--version"})) + roles() + kInitdb + kMakeRoles;
  return fs::path(PGWATCH_TEST_CACHE) / ("postgres-template-" + std::to_string(std::hash<std::string>()(recipe)));
}

}  // namespace

void copy_template(const fs::path& data, int major) {
  const fs::path source = template_folder(major);
  {
    const FileLock lock(source.string() + ".lock");
    if (!fs::exists(source)) make_template(source, major);
  }
  run({.arguments = {"cp", "-a", "--reflink=auto", source.string(), data.string()}});
}

std::string password_of(std::string_view role) { return std::string(role) + "-password"; }

}  // namespace pgwatch::test
