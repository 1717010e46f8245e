#include "tests/peer/postgres_exporter.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "tests/support/http_client.h"
#include "tests/support/ports.h"

namespace pgwatch::test {
namespace {

constexpr const char* kProgram = PGWATCH_PEER "/postgres_exporter";

// Asks for what PostgreSQL 10 renamed.
constexpr const char* kObsolete = "xlog_location";

Command command(const std::string& conninfo, std::uint16_t port, PostgresExporter::Collectors which,
                const std::string& query_file) {
  Command command{.arguments = {kProgram, "--web.listen-address=127.0.0.1:" + std::to_string(port)}};
  if (which == PostgresExporter::Collectors::kAll)
    for (const auto& [name, on] : PostgresExporter::collectors())
      if (name != kObsolete) command.arguments.push_back("--collector." + name);
  if (!query_file.empty()) command.arguments.push_back("--extend.query-path=" + query_file);
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

// Its help is the one place where it names them all.
std::map<std::string, bool> PostgresExporter::collectors() {
  static const std::regex flag(R"(--collector\.(\w+)\s[^(]*\(default:\s+(en|dis)abled\))");
  const std::string help = run({.arguments = {"sh", "-c", std::string(kProgram) + " --help 2>&1"}});
  std::map<std::string, bool> collectors;
  for (std::sregex_iterator match(help.begin(), help.end(), flag), end; match != end; ++match)
    collectors[(*match)[1]] = (*match)[2] == "en";
  return collectors;
}

PostgresExporter::PostgresExporter(const std::string& conninfo, Collectors which, const std::string& query_file)
    : port_(free_port()), process_(command(conninfo, port_, which, query_file)) {
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
