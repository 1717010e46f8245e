#include "tests/exporter/config/query_reading.h"

#include <stdexcept>

#include "exporter/model/plan.h"

namespace pgwatch::config {

std::vector<Collector> queries_of(ReadQueries read, const std::string& text) {
  const Environment no_variables = [](const std::string&) { return std::nullopt; };
  return read(Reader("q.yaml", no_variables), *parse_document(text, "q.yaml"));
}

Collector query_of(ReadQueries read, const std::string& text) {
  std::vector<Collector> queries = queries_of(read, text);
  if (queries.size() != 1) throw std::runtime_error("there are " + std::to_string(queries.size()) + " queries");
  return queries.front();
}

std::string query_error(ReadQueries read, const std::string& text) {
  try {
    queries_of(read, text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string asked(const Collector& query, int version, bool in_recovery) {
  Facts facts;
  facts.version = version;
  facts.in_recovery = in_recovery;
  const Step step = plan(query, facts, {});
  if (const auto* skip = std::get_if<Skip>(&step)) return "skip " + skip->reason;
  return std::get<Statement>(step).sql;
}

}  // namespace pgwatch::config
