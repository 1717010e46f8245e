#include "tests/integration/interview.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "exporter/postgres/session.h"
#include "tests/exporter/postgres/drive.h"

namespace pgwatch::test {
namespace {

// How many there are of what a cost grows with.
int count_of(const PostgresServer& server, const std::string& things, const std::string& database) {
  static const std::map<std::string, std::string> relations = {
      {"chunk", "_timescaledb_catalog.chunk"},
      {"continuous aggregate", "_timescaledb_catalog.continuous_agg"},
      {"database", "pg_database"},
      {"hypertable", "_timescaledb_catalog.hypertable"},
      {"index", "pg_stat_user_indexes"},
      {"index being built", "pg_stat_progress_create_index"},
      {"job", "timescaledb_information.jobs"},
      {"role", "pg_roles"},
      {"sequence", "pg_sequences"},
      {"session", "pg_stat_activity"},
      {"standby", "pg_stat_replication"},
      {"subscription", "pg_subscription"},
      {"tablespace", "pg_tablespace"},
      {"table", "pg_stat_user_tables"},
      {"running ANALYZE", "pg_stat_progress_analyze"},
      {"running CLUSTER", "pg_stat_progress_cluster"},
      {"running COPY", "pg_stat_progress_copy"},
      {"running VACUUM", "pg_stat_progress_vacuum"},
  };
  if (things.empty()) return 0;
  const auto found = relations.find(things);
  if (found == relations.end()) throw std::invalid_argument("no way to count each " + things + "; add one");
  const std::string& relation = found->second;
  if (server.value("SELECT to_regclass('" + relation + "') IS NULL", database) == "t") return 0;  // of a newer major
  return std::stoi(server.value("SELECT count(*) FROM " + relation, database));
}

// The first node of a plan counts what those below it touch, too.
int pages_in(const std::string& plan) {
  int pages = 0;
  for (const char* kind : {"Hit", "Read"}) {
    std::smatch found;
    if (!std::regex_search(plan, found, std::regex("\"Shared " + std::string(kind) + R"( Blocks": (\d+))")))
      throw std::runtime_error("a plan that counts no pages: " + plan);
    pages += std::stoi(found[1]);
  }
  return pages;
}

std::size_t chunks_in(const std::string& plan) {
  static const std::regex chunk(R"re("Relation Name": "(_hyper_[^"]*)")re");
  std::set<std::string> chunks;
  for (std::sregex_iterator one(plan.begin(), plan.end(), chunk), end; one != end; ++one) chunks.insert((*one)[1]);
  return chunks.size();
}

}  // namespace

Interview::Interview(const PostgresServer& server, const std::string& database)
    : connection_(postgres::test::parameters(server.conninfo("pgwatch", database))) {
  if (!postgres::test::connect(connection_)) throw std::runtime_error(connection_.down().detail);
  for (const std::string& sql : postgres::session_statements({})) postgres::test::ask(connection_, {{1, sql}});
  for (const Collector& collector : collectors_of_servers())
    for (const std::string& need : needs_of(collector)) known_.asked.insert(need);
  known_.facts = postgres::read_facts(rows_of(postgres::facts_statement()), {});
  known_.facts.present =
      postgres::read_needs(rows_of(postgres::needs_statement({known_.asked.begin(), known_.asked.end()})));
}

Asked Interview::ask(const Collector& collector) {
  return test::ask(collector, known_.facts, [this](const std::string& sql) { return rows_of(sql); });
}

Taken Interview::taken_by(const Collector& collector) {
  Taken taken;
  test::ask(collector, known_.facts, [&](const std::string& sql) { return rows_of(sql, taken); });
  return taken;
}

std::map<std::string, int> Interview::statements_of(const std::vector<Collector>& collectors,
                                                    const PostgresServer& server) {
  const std::string begin = "SELECT 'asking ";
  for (const Collector& collector : collectors) {
    rows_of(begin + collector.name + "'");
    ask(collector);
  }
  rows_of(begin + "'");
  std::map<std::string, int> counts;
  std::string asked;
  for (const std::string& line : logged_statements(server, "postgres")) {
    if (const std::size_t at = line.find(begin); at != std::string::npos) {
      asked = line.substr(at + begin.size());
      asked.pop_back();
      counts[asked] = 0;
    } else if (!asked.empty()) {
      ++counts[asked];
    }
  }
  return counts;
}

Rows Interview::rows_of(const std::string& sql) { return postgres::test::read_rows(connection_, sql); }

Rows Interview::rows_of(const std::string& sql, Taken& taken) {
  rows_of("BEGIN");
  Rows rows = rows_of(sql);
  const Rows locks = rows_of("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()");
  rows_of("ROLLBACK");
  const Rows plan = rows_of("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, FORMAT JSON) " + sql);
  const std::string text(plan.at(0, 0).value());
  taken.pages += pages_in(text);
  taken.chunks = std::max(taken.chunks, chunks_in(text));
  taken.locks = std::max(taken.locks, std::stoi(std::string(locks.at(0, 0).value())));
  return rows;
}

int claimed_pages(const Cost& cost, const PostgresServer& server, const std::string& database) {
  return cost.pages + cost.more * count_of(server, cost.of, database);
}

int claimed_statements(const Cost& cost, const PostgresServer& server, const std::string& database) {
  return 1 + (cost.batch == 0 ? 0 : count_of(server, cost.of, database) / cost.batch);
}

void log_statements(const PostgresServer& server) { server.sql("ALTER ROLE pgwatch SET log_statement = 'all'"); }

std::vector<std::string> logged_statements(const PostgresServer& server, const std::string& database) {
  const std::string whose = "pgwatch@" + database + " LOG:  ";
  std::vector<std::string> statements;
  std::istringstream log(server.log());
  for (std::string line; std::getline(log, line);) {
    const std::size_t at = line.find(whose);
    if (at == std::string::npos) continue;
    line.erase(0, at + whose.size());
    if (line.starts_with("statement: ") || line.starts_with("execute ")) statements.push_back(line);
  }
  return statements;
}

}  // namespace pgwatch::test
