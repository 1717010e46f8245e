#include "tests/exporter/model/emitted.h"

#include <sstream>
#include <utility>

#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"

namespace pgwatch::test {

BlockPtr make_block(Samples samples, std::string labels) {
  Block block;
  block.labels = std::move(labels);
  block.samples = std::move(samples);
  return std::make_shared<const Block>(std::move(block));
}

std::string sample_lines(Samples samples) {
  const BlockPtr block = make_block(std::move(samples));
  std::istringstream page(write_exposition(std::span(&block, 1)).text);
  std::string lines;
  for (std::string line; std::getline(page, line);)
    if (!line.starts_with('#')) lines += line + "\n";
  return lines;
}

std::string emitted(Collector collector, const Rows& rows) {
  const Instrument instrument(std::move(collector));
  Sink sink(instrument.metrics());
  instrument.emit(rows, sink);
  return sample_lines(sink.take_samples());
}

Collector collector_of(std::vector<Column> columns) {
  return {.name = "x", .help = "For a test.", .source = std::vector<Sql>{{.text = "SELECT 1"}}, .columns = columns};
}

}  // namespace pgwatch::test
