#include "tests/migration_page.h"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "tests/source_tree.h"

namespace pgwatch::test {
namespace {

// | a | b | is a and b.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest(line.substr(1));
  for (std::string cell; std::getline(rest, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') + 1 - first));
  }
  return cells;
}

}  // namespace

std::string migration_part(const std::string& heading) {
  const std::string page = read_source("docs/migrate-from-postgres-exporter.md");
  const std::size_t begin = page.find("\n" + heading + "\n");
  if (begin == std::string::npos) throw std::runtime_error("the page has no " + heading);
  return page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

std::vector<std::vector<std::string>> rows_of(const std::string& part) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(part);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const bool head_ends = line.starts_with("|---");
    if (inside && line.starts_with('|')) rows.push_back(cells_of(line));
    inside = head_ends || (inside && line.starts_with('|'));
  }
  return rows;
}

std::vector<std::string> code_spans(const std::string& text) {
  static const std::regex span("`([^`\n]+)`");
  std::vector<std::string> codes;
  for (std::sregex_iterator match(text.begin(), text.end(), span), end; match != end; ++match)
    codes.push_back((*match)[1]);
  return codes;
}

// What has no flag is called by its metrics, which begin with pg_.
std::vector<Migrated> migrated_collectors() {
  std::vector<Migrated> collectors;
  for (const std::vector<std::string>& row : rows_of(migration_part("## Collectors"))) {
    const std::string theirs = code_spans(row.at(0)).at(0);
    collectors.push_back({.theirs = theirs.starts_with("pg_") ? "" : theirs,
                          .their_default = row.at(1) == "on",
                          .ours = code_spans(row.at(2)),
                          .our_default = row.at(3) == "on"});
  }
  return collectors;
}

}  // namespace pgwatch::test
