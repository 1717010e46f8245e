#include "tests/integration/pooler.h"

#include <filesystem>
#include <stdexcept>

#include "tests/support/ports.h"
#include "tests/support/postgres_programs.h"
#include "tests/support/postgres_template.h"
#include "tests/support/sql.h"
#include "tests/support/wait.h"

namespace pgwatch::test {
namespace {

std::string program() {
  for (const char* folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/bin/"})
    if (const std::string path = std::string(folder) + "pgbouncer"; std::filesystem::exists(path)) return path;
  return "";
}

bool answers(const std::string& conninfo) try {
  const SqlSession session(conninfo);
  return true;
} catch (const std::runtime_error&) {
  return false;
}

}  // namespace

std::string Pooler::unavailable() { return program().empty() ? "pgbouncer is not installed" : ""; }

Pooler::Pooler(const PostgresServer& server)
    : port_(free_port()),
      conninfo_(server.conninfo("pgwatch", "postgres", port_)),
      folder_(server_user()),
      process_(start(server)) {
  if (!eventually([&] { return answers(conninfo_) || !process_.running(); }) || !process_.running())
    throw std::runtime_error("no pooler:\n" + process_.errors());
}

std::string Pooler::conninfo() const { return conninfo_; }

void Pooler::command(const std::string& text) const { SqlSession(conninfo_ + " dbname=pgbouncer").run(text); }

Command Pooler::start(const PostgresServer& server) const {
  const auto users = folder_.write("users", "\"pgwatch\" \"" + password_of("pgwatch") + "\"\n");
  const auto config = folder_.write(
      "pgbouncer.ini", "[databases]\n* = host=127.0.0.1 port=" + std::to_string(server.port()) +
                           "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + std::to_string(port_) +
                           "\nunix_socket_dir =\nauth_type = plain\nauth_file = " + users.string() +
                           "\nadmin_users = pgwatch\npool_mode = transaction\ndefault_pool_size = 1\n");
  return {.arguments = {program(), config.string()}, .user = server_user()};
}

}  // namespace pgwatch::test
