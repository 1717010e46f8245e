#include "exporter/postgres/session.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "exporter/model/plan.h"

namespace pgwatch::postgres {
namespace {

using namespace std::chrono_literals;

enum class Until { kSessionEnd, kTransactionEnd };

using Settings = std::vector<std::pair<std::string, std::string>>;

std::string in_milliseconds(std::chrono::milliseconds time) { return std::to_string(time.count()) + "ms"; }

Settings core_settings(const SessionSettings& settings) {
  Settings list = {
      {"default_transaction_read_only", "on"},
      {"jit", "off"},
      {"max_parallel_workers_per_gather", "0"},
      {"statement_timeout", in_milliseconds(settings.statement_timeout)},
      {"lock_timeout", in_milliseconds(settings.lock_timeout)},
      {"idle_in_transaction_session_timeout", in_milliseconds(settings.statement_timeout + 1s)},
      {"idle_session_timeout", "0"},  // between scrapes the kept connection is idle
  };
  if (settings.search_path == SearchPath::kCatalog) list.emplace_back("search_path", "pg_catalog");
  return list;
}

// All in one statement, passing over what this server does not have (idle_session_timeout came with 14).
std::string set_statement(const Settings& settings, Until until) {
  std::string values;
  for (const auto& [name, value] : settings)
    values.append(values.empty() ? "" : ", ").append("(" + quote_literal(name) + ", " + quote_literal(value) + ")");
  const std::string local = until == Until::kTransactionEnd ? "true" : "false";
  return "SELECT pg_catalog.set_config(wanted.name, wanted.value, " + local + ") FROM (VALUES " + values +
         ") AS wanted (name, value) WHERE pg_catalog.current_setting(wanted.name, true) IS NOT NULL";
}

// Names in a database that knows no encoding may be no UTF-8, and as such the server would refuse to send them. They
// come as they are, and the page repairs them.
constexpr const char* kTakeBytesAsTheyAre =
    "SELECT pg_catalog.set_config('client_encoding', 'SQL_ASCII', false)"
    " WHERE pg_catalog.current_setting('server_encoding') OPERATOR(pg_catalog.=) 'SQL_ASCII'";

// Its own spelling of the time, so that neither TimeZone nor DateStyle has a say.
constexpr const char* kStarted = "pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')";

std::string backends_where(const std::string& condition) {
  return std::string("SELECT a.pid, ") + kStarted + " AS started FROM pg_catalog.pg_stat_activity AS a WHERE " +
         condition;
}

}  // namespace

std::chrono::milliseconds lock_budget(std::size_t statements) {
  const auto share = 1000ms / static_cast<long>(std::clamp<std::size_t>(statements, 1, 1000));
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(share), std::chrono::milliseconds(20ms),
                    std::chrono::milliseconds(250ms));
}

std::vector<std::string> session_statements(const SessionSettings& settings) {
  return {set_statement(core_settings(settings), Until::kSessionEnd), kTakeBytesAsTheyAre,
          set_statement({{"client_connection_check_interval", "1s"}}, Until::kSessionEnd)};
}

std::string lock_timeout_statement(std::chrono::milliseconds lock_timeout) {
  return set_statement({{"lock_timeout", in_milliseconds(lock_timeout)}}, Until::kSessionEnd);
}

Transaction pooled_transaction(const SessionSettings& settings) {
  return {{"BEGIN READ ONLY", set_statement(core_settings(settings), Until::kTransactionEnd)}};
}

std::string backend_statement() { return backends_where("a.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()"); }

Backend read_backend(const Rows& rows) {
  const std::vector<Backend> backends = read_backends(rows);
  return backends.empty() ? Backend() : backends.front();
}

std::string still_there_statement(const std::vector<Backend>& backends) {
  std::string pairs;
  for (const Backend& backend : backends)
    pairs += ", (" + std::to_string(backend.pid) + ", " + quote_literal(backend.started) + ")";
  // A row that matches nobody keeps the list from being empty. An unknown start matches by pid alone.
  return backends_where(std::string("EXISTS (SELECT FROM (VALUES (0, '')") + pairs +
                        ") AS known (pid, started) WHERE known.pid OPERATOR(pg_catalog.=) a.pid"
                        " AND known.started OPERATOR(pg_catalog.=) ANY (ARRAY['', COALESCE(" +
                        kStarted + ", known.started)]))");
}

std::vector<Backend> read_backends(const Rows& rows) {
  std::vector<Backend> backends;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string_view pid = rows.at(row, "pid").value_or("");
    Backend& backend = backends.emplace_back();
    std::from_chars(pid.data(), pid.data() + pid.size(), backend.pid);
    backend.started = rows.at(row, "started").value_or("");
  }
  return backends;
}

}  // namespace pgwatch::postgres
