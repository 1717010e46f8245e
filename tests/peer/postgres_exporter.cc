#include "tests/peer/postgres_exporter.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>

#include "tests/support/http_client.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

constexpr const char* kProgram = PGWATCH_PEER "/postgres_exporter";

// Asks for what PostgreSQL 10 renamed.
constexpr const char* kObsolete = "xlog_location";

// It names them in its help, and those that are off by default only there.
std::set<std::string> collectors() {
  static const std::regex flag(R"(--collector\.(\w+)\s)");
  const std::string help = run({.arguments = {"sh", "-c", std::string(kProgram) + " --help 2>&1"}});
  std::set<std::string> names;
  for (std::sregex_iterator match(help.begin(), help.end(), flag), end; match != end; ++match)
    names.insert((*match)[1]);
  names.erase(kObsolete);
  return names;
}

Command command(const std::string& conninfo, std::uint16_t port) {
  Command command{.arguments = {kProgram, "--web.listen-address=127.0.0.1:" + std::to_string(port)}};
  for (const std::string& name : collectors()) command.arguments.push_back("--collector." + name);
  command.environment["DATA_SOURCE_NAME"] = conninfo + " sslmode=disable";
  return command;
}

}  // namespace

std::string PostgresExporter::why_missing() {
  return std::filesystem::exists(kProgram) ? "" : "postgres_exporter is not here: run scripts/peer";
}

std::string PostgresExporter::version() {
  std::ifstream file(PGWATCH_PEER "/version");
  std::string version;
  std::getline(file, version);
  return version;
}

PostgresExporter::PostgresExporter(const std::string& conninfo)
    : port_(free_port()), process_(command(conninfo, port_)) {
  const auto answers = [&] {
    try {
      return page().value("pg_up").has_value() || !process_.running();
    } catch (const std::runtime_error&) {
      return !process_.running();  // it does not listen yet
    }
  };
  if (!eventually(answers) || !process_.running())
    throw std::runtime_error("postgres_exporter does not answer:\n" + log());
}

Exposition PostgresExporter::page() const { return Exposition(http_get(port_, "/metrics").body); }

}  // namespace pgwatch::test
