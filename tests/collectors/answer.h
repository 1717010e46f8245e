// Answer: what a collector's SQL gives, told by the columns that matter to a test.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/collector.h"
#include "tests/exporter/model/emitted.h"

namespace pgwatch::test {

using Row = std::map<std::string, std::string>;

// The columns of the answer that one of the collector's is read from: a histogram's are arrays and two numbers.
std::vector<std::string> result_columns(const Column& column);

// All columns the collector declares; those a row does not name are NULL. Naming another throws std::invalid_argument.
Rows answer(const Collector& collector, const std::vector<Row>& rows);

// What the page says of these.
inline std::string emitted_from(const Collector& collector, const std::vector<Row>& rows) {
  return emitted(collector, answer(collector, rows));
}

// The statement it would run on a server of this version that has its extension and these of its needs, "" where it
// would be skipped.
std::string statement(const Collector& collector, int version, const std::vector<std::string>& present = {});

}  // namespace pgwatch::test
