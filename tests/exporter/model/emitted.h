// What a collector says of rows, as lines of the page.
#pragma once

#include <string>

#include "exporter/model/block.h"
#include "exporter/model/collector.h"

namespace pgwatch::test {

BlockPtr make_block(Samples samples, std::string labels = "");

// One line per sample, HELP and TYPE left out.
std::string sample_lines(Samples samples);
std::string emitted(Collector collector, const Rows& rows);

// A collector as small as one can be that gives these columns.
Collector collector_of(std::vector<Column> columns);

}  // namespace pgwatch::test
