#include "tests/support/postgres_server.h"

#include <libpq-fe.h>
#include <signal.h>
#include <sys/shm.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/ports.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/postgres_template.h"
#include "tests/support/proc.h"

namespace pgwatch::test {
namespace {

// Small and careless of power cuts: it lives for seconds. Killed, it would leave shared memory of POSIX behind; in a
// file it goes with its folder.
constexpr const char* kSettings = R"(
fsync = off
full_page_writes = off
shared_buffers = 16MB
dynamic_shared_memory_type = mmap
max_connections = 40
max_wal_senders = 8
wal_keep_size = 1GB
listen_addresses = '127.0.0.1'
log_line_prefix = '%m [%p] %q%u@%d '
)";

// Its scheduler and its jobs are workers.
constexpr const char* kTimescaleDbSettings = R"(
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 16
max_worker_processes = 32
)";

Installation installation_of(const PostgresOptions& options) {
  return {.major = options.major, .timescaledb = options.timescaledb};
}

Beginning beginning_of(const PostgresOptions& options) {
  return {.installation = installation_of(options), .script = options.script};
}

constexpr const char* kSocketRules =
    "local all all trust\n"
    "local replication all trust\n";

// A killed server leaves a segment by which its next life would know it, and a machine has few of them. Line 7 of its
// lock file says which: its key and its number.
void free_shared_memory(const std::filesystem::path& data) {
  std::ifstream lock_file(data / "postmaster.pid");
  std::string line;
  for (int number = 1; number <= 7; ++number) std::getline(lock_file, line);
  std::istringstream words(line);
  long key = 0;
  int segment = -1;
  if (words >> key >> segment) ::shmctl(segment, IPC_RMID, nullptr);
}

int signal_of(PostgresServer::Stop mode) {
  switch (mode) {
    case PostgresServer::Stop::kSmart: return SIGTERM;
    case PostgresServer::Stop::kFast: return SIGINT;
    case PostgresServer::Stop::kImmediate: return SIGQUIT;
  }
  return SIGQUIT;
}

bool is_gone(pid_t pid) {
  const char state = state_of(pid);
  return state == '\0' || state == 'Z';
}

void freeze_all(const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) ::kill(pid, SIGSTOP);
  const auto is_frozen = [](pid_t pid) { return state_of(pid) == 'T' || is_gone(pid); };
  if (!eventually([&] { return std::all_of(pids.begin(), pids.end(), is_frozen); }))
    throw std::runtime_error("a PostgreSQL process did not stop on SIGSTOP");
}

}  // namespace

PostgresServer::PostgresServer(PostgresOptions options)
    : options_(std::move(options)), port_(free_port()), folder_(server_user()), data_(folder_.path() / "data") {
  copy_template(data_, beginning_of(options_));
  write_configuration();
  start();
}

// What all servers of a major begin as serves as a backup of each of them: no pg_basebackup of that major is needed.
PostgresServer::PostgresServer(const PostgresServer& primary, const std::string& name, PostgresOptions options)
    : options_(std::move(options)), port_(free_port()), folder_(server_user()), data_(folder_.path() / "data") {
  copy_template(data_, beginning_of(options_));
  write_configuration();
  run(server_command(installation_of(options_), {"touch", data_ / "standby.signal"}));
  primary.sql("SELECT pg_create_physical_replication_slot('" + name + "', true)");
  start();
  const auto streams = primary.wait_until(
      "SELECT count(*) FROM pg_stat_replication WHERE application_name = '" + name + "' AND state = 'streaming'", "1");
  if (!streams) throw std::runtime_error("standby " + name + " does not stream: " + streams.message() + "\n" + log());
}

// A frozen process would take no notice of its server's end.
PostgresServer::~PostgresServer() {
  if (postmaster_) kill();
  free_shared_memory(data_);
}

PostgresServer PostgresServer::standby(const std::string& name, PostgresOptions options) {
  std::vector<std::string> settings = options_.settings;
  settings.push_back("cluster_name = '" + name + "'");
  settings.push_back("primary_conninfo = '" + socket_conninfo() + " application_name=" + name + "'");
  settings.push_back("primary_slot_name = '" + name + "'");
  std::ranges::copy(options.settings, std::back_inserter(settings));
  options.major = options_.major;
  options.timescaledb = options_.timescaledb;
  options.script = options_.script;
  options.settings = settings;
  return PostgresServer(*this, name, std::move(options));
}

std::string PostgresServer::conninfo(const std::string& user, const std::string& database,
                                     std::optional<std::uint16_t> port) const {
  return "host=127.0.0.1 port=" + std::to_string(port.value_or(port_)) + " user=" + user + " dbname=" + database +
         " password=" + password_of(user);
}

std::string PostgresServer::socket_conninfo(const std::string& user, const std::string& database) const {
  return "host=" + socket_folder().string() + " port=" + std::to_string(port_) + " user=" + user +
         " dbname=" + database;
}

std::vector<Row> PostgresServer::sql(const std::string& text, const std::string& database) const {
  return SqlSession(socket_conninfo("postgres", database)).run(text);
}

std::string PostgresServer::value(const std::string& text, const std::string& database) const {
  return sql(text, database).at(0).at(0).value_or("");
}

testing::AssertionResult PostgresServer::wait_until(const std::string& text, std::string_view expected,
                                                    std::chrono::milliseconds patience) const {
  SqlSession session(socket_conninfo());
  std::string last;
  const auto holds = [&] {
    const std::vector<Row> rows = session.run(text);
    last = rows.empty() ? "no row" : rows[0].at(0).value_or("NULL");
    return last == expected;
  };
  if (eventually(holds, patience)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text << " gave " << last << " and never " << expected;
}

void PostgresServer::start() {
  const Installation installation = installation_of(options_);
  postmaster_ = std::make_unique<Process>(
      server_command(installation, {postgres_program(installation, "postgres"), "-D", data_.string()}));
  const std::string conninfo = socket_conninfo() + " connect_timeout=2";
  const auto answers = [&] { return PQping(conninfo.c_str()) == PQPING_OK || !postmaster_->running(); };
  if (!eventually(answers, 3 * kPatience) || !postmaster_->running())
    throw std::runtime_error("PostgreSQL does not start:\n" + log());
}

void PostgresServer::stop(Stop mode) {
  thaw();
  postmaster_->signal(signal_of(mode));
  if (!postmaster_->wait()) throw std::runtime_error("PostgreSQL does not stop:\n" + log());
  log_of_earlier_lives_ += postmaster_->errors();
  postmaster_.reset();
}

void PostgresServer::restart() {
  stop();
  start();
}

// Its shared memory is free for another life when the last of its processes is gone; so it must make no more of them.
void PostgresServer::kill() {
  freeze_postmaster();
  const std::vector<pid_t> pids = family();
  for (const pid_t pid : pids) ::kill(pid, SIGKILL);
  if (!eventually([&] { return std::all_of(pids.begin(), pids.end(), is_gone); }))
    ADD_FAILURE() << "PostgreSQL lives on";
  log_of_earlier_lives_ += postmaster_->errors();
  postmaster_.reset();
}

void PostgresServer::configure(const std::string& setting) {
  std::ofstream(data_ / "postgresql.conf", std::ios::app) << setting << '\n';
  options_.settings.push_back(setting);
  sql("SELECT pg_reload_conf()");
}

void PostgresServer::freeze_postmaster() { freeze_all({pid()}); }

void PostgresServer::freeze_backends(const std::string& user) { freeze_all(backends(user)); }

void PostgresServer::freeze() { freeze_all(family()); }

void PostgresServer::thaw() {
  for (const pid_t pid : family()) ::kill(pid, SIGCONT);
}

// A backend's title reads "postgres: pgwatch postgres 127.0.0.1(41234) idle", with the cluster's name before the user.
std::vector<pid_t> PostgresServer::backends(const std::string& user) const {
  std::vector<pid_t> pids = children_of(pid());
  std::erase_if(pids, [&](pid_t pid) { return title_of(pid).find(": " + user + " ") == std::string::npos; });
  return pids;
}

pid_t PostgresServer::pid() const {
  if (!postmaster_) throw std::logic_error("the PostgreSQL server is stopped");
  return postmaster_->pid();
}

std::string PostgresServer::log() const { return log_of_earlier_lives_ + (postmaster_ ? postmaster_->errors() : ""); }

void PostgresServer::write_configuration() const {
  std::ofstream settings(data_ / "postgresql.conf", std::ios::app);
  settings << kSettings << "port = " << port_ << "\nunix_socket_directories = '" << socket_folder().string() << "'\n";
  if (options_.timescaledb != TimescaleDb::kNone) settings << kTimescaleDbSettings;
  for (const std::string& line : options_.settings) settings << line << '\n';
  std::ofstream rules(data_ / "pg_hba.conf");
  for (const std::string& line : options_.hba) rules << line << '\n';
  rules << kSocketRules << "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n";
}

std::vector<pid_t> PostgresServer::family() const {
  std::vector<pid_t> pids = children_of(pid());
  pids.push_back(pid());
  return pids;
}

}  // namespace pgwatch::test
