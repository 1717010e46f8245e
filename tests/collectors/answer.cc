#include "tests/collectors/answer.h"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "exporter/model/plan.h"

namespace pgwatch::test {
namespace {

std::vector<std::string> column_names(const Collector& collector) {
  std::vector<std::string> names;
  for (const Column& column : collector.columns)
    for (const std::string& name : result_columns(column))
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

void check_names(const std::vector<std::string>& columns, const Row& row) {
  for (const auto& [name, value] : row)
    if (std::find(columns.begin(), columns.end(), name) == columns.end())
      throw std::invalid_argument("the collector has no column " + name);
}

}  // namespace

std::vector<std::string> result_columns(const Column& column) {
  if (column.use != Use::kHistogram) return {column.name};
  return {column.name, column.name + "_bucket", column.name + "_sum", column.name + "_count"};
}

Rows answer(const Collector& collector, const std::vector<Row>& rows) {
  const std::vector<std::string> columns = column_names(collector);
  Rows answer(columns);
  for (const Row& row : rows) {
    check_names(columns, row);
    std::vector<Cell> cells;
    for (const std::string& column : columns) {
      const auto found = row.find(column);
      cells.push_back(found == row.end() ? Cell() : Cell(found->second));
    }
    answer.add(cells);
  }
  return answer;
}

std::string statement(const Collector& collector, int version, const std::vector<std::string>& present) {
  Facts facts;
  facts.version = version;
  facts.present.insert(present.begin(), present.end());
  facts.extensions = {{collector.extension, "1.0", "public"}};
  const Step step = plan(collector, facts, with_options(collector, {}));
  const auto* found = std::get_if<Statement>(&step);
  return found == nullptr ? "" : found->sql;
}

}  // namespace pgwatch::test
