#include "tests/support/postgres_template.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>

#include "exporter/grants.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/temporary_folder.h"

namespace pgwatch::test {
namespace {

namespace fs = std::filesystem;

// The role is what pgwatch tells its users to make, and nothing more.
std::string roles() { return grants("pgwatch") + "\nALTER ROLE pgwatch PASSWORD '" + password_of("pgwatch") + "';\n"; }

// Single-user mode: a server of its own would take a second more. It reads a command up to an empty line.
constexpr const char* kRunScript =
    R"("$0" --single -F -j -D "$1" -c max_connections=4 -c max_wal_senders=0 -c max_worker_processes=0 )"
    R"(-c exit_on_error=on -c shared_preload_libraries="$3" -c max_locks_per_transaction="$4" postgres < "$2" > /dev/null)";

// A script may make ten thousand chunks.
constexpr std::chrono::minutes kPatienceWithScripts{10};
constexpr const char* kManyLocks = "20000";

// A standby must not have less of these than its primary last had, and the first primary is this one.
constexpr const char* kFewLocks = "10";

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

// What servers begin with. Last the roles, so that few locks is what is remembered.
void fill(const fs::path& data, const TemporaryFolder& folder, const Beginning& beginning) {
  const bool has_timescaledb = beginning.installation.timescaledb != TimescaleDb::kNone;
  const auto run_script = [&](const std::string& text, const char* locks) {
    const fs::path script = folder.write("script.sql", text);
    run(server_command(beginning.installation,
                       {"sh", "-c", kRunScript, postgres_program(beginning.installation, "postgres"), data.string(),
                        script.string(), has_timescaledb ? "timescaledb" : "", locks}),
        kPatienceWithScripts);
  };
  if (has_timescaledb) run_script("CREATE EXTENSION timescaledb;\n", kFewLocks);
  if (!beginning.script.empty()) run_script(beginning.script + "\n", kManyLocks);
  run_script(roles(), kFewLocks);
}

void make_template(const fs::path& target, const Beginning& beginning) {
  const TemporaryFolder folder(server_user());
  const fs::path data = folder.path() / "data";
  const fs::path password = folder.write("password", password_of("postgres"));
  run(server_command(beginning.installation, {"sh", "-c", kInitdb, postgres_program(beginning.installation, "initdb"),
                                              data.string(), password.string()}));
  fill(data, folder, beginning);
  const fs::path unfinished = target.string() + ".unfinished";
  fs::remove_all(unfinished);
  run({.arguments = {"cp", "-a", "--sparse=always", data.string(), unfinished.string()}},  // WAL is mostly zeros
      kPatienceWithScripts);
  fs::rename(unfinished, target);
}

// The names of its libraries say which it is.
std::string timescaledb_of(Installation installation) {
  std::set<std::string> names;
  if (installation.timescaledb != TimescaleDb::kNone)
    for (const auto& file : fs::recursive_directory_iterator(folder_of(installation) / "lib"))
      if (file.path().filename().string().starts_with("timescaledb")) names.insert(file.path().filename());
  return std::accumulate(names.begin(), names.end(), std::string());
}

// Of this installation, asked once.
std::string version_of(const Installation& installation) {
  static std::mutex mutex;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(mutex);
  const std::string folder = folder_of(installation);
  if (const auto found = known.find(folder); found != known.end()) return found->second;
  const std::string program = postgres_program(installation, "postgres");
  return known[folder] = run(server_command(installation, {program, "--version"}));
}

// Named for what it is made from, so that a new server or another recipe makes a new one.
fs::path template_folder(const Beginning& beginning) {
  const Installation& installation = beginning.installation;
  const std::string recipe =
      version_of(installation) + timescaledb_of(installation) + beginning.script + roles() + kInitdb + kRunScript;
  return fs::path(PGWATCH_TEST_CACHE) / ("postgres-template-" + std::to_string(std::hash<std::string>()(recipe)));
}

}  // namespace

void copy_template(const fs::path& data, const Beginning& beginning) {
  const fs::path source = template_folder(beginning);
  {
    const FileLock lock(source.string() + ".lock");
    if (!fs::exists(source)) make_template(source, beginning);
  }
  run({.arguments = {"cp", "-a", "--reflink=auto", source.string(), data.string()}}, kPatienceWithScripts);
}

std::string password_of(std::string_view role) { return std::string(role) + "-password"; }

}  // namespace pgwatch::test
