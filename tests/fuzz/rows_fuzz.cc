// Foreign text as rows: whatever a server answers, the page stays well-formed, line by line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/model/exposition.h"
#include "exporter/model/instrument.h"

namespace pgwatch {
namespace {

// Every use of a column, shared metrics, and a cap that is soon reached.
Instrument make_instrument() {
  return Instrument(
      {.name = "fuzz",
       .help = "Anything.",
       .source = std::vector<Sql>{{.text = "SELECT 1"}},
       .columns = {label("a"), label("b"), gauge("size", "Size.").called("m").with("of", "size"),
                   gauge("rest", "Size.").called("m").with("of", "rest"), counter("c", "C."),
                   untyped("u", "U.").unlabelled(), state("s", "S.", {"on", "off"}).by({"b"}), histogram("h", "H.")},
       .max_series = 20});
}

// Cells end with 0xFE, which UTF-8 never has; a cell beginning with 0xFF is NULL.
Rows make_rows(std::string_view data) {
  Rows rows({"a", "b", "size", "rest", "c", "u", "s", "h", "h_bucket", "h_sum", "h_count"});
  std::vector<Cell> row;
  while (!data.empty()) {
    const std::size_t end = std::min(data.find('\xFE'), data.size());
    const std::string_view cell = data.substr(0, end);
    row.push_back(cell.starts_with('\xFF') ? Cell() : Cell(cell));
    data.remove_prefix(std::min(end + 1, data.size()));
    if (row.size() == rows.columns().size()) {
      rows.add(row);
      row.clear();
    }
  }
  return rows;
}

[[noreturn]] void fail(std::string_view what, std::string_view line) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(line.size()),
               line.data());
  std::abort();
}

// Takes one name="value" off the front, and the comma behind it.
void take_label(std::string_view& rest, std::string_view line) {
  const std::size_t equals = rest.find("=\"");
  if (equals == std::string_view::npos || !is_label_name(rest.substr(0, equals))) fail("no label name", line);
  std::size_t i = equals + 2;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && ++i < rest.size() && rest[i] != '\\' && rest[i] != '"' && rest[i] != 'n')
      fail("bad escape", line);
  }
  if (i >= rest.size()) fail("open label value", line);
  rest.remove_prefix(i + 1);
  if (rest.starts_with(',')) rest.remove_prefix(1);
}

void check_value(std::string_view value, std::string_view line) {
  const std::string text(value);
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') fail("no value", line);
}

void check_sample(std::string_view line) {
  const std::size_t name_end = std::min(line.find_first_of("{ "), line.size());
  if (!is_metric_name(line.substr(0, name_end))) fail("no metric name", line);
  std::string_view rest = line.substr(name_end);
  if (rest.starts_with('{')) {
    rest.remove_prefix(1);
    while (!rest.empty() && !rest.starts_with('}')) take_label(rest, line);
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
  }
  if (!rest.starts_with(' ')) fail("no blank before the value", line);
  check_value(rest.substr(1), line);
}

void check_page(std::string_view page) {
  while (!page.empty()) {
    const std::size_t end = page.find('\n');
    if (end == std::string_view::npos) fail("no newline at the end", page);
    const std::string_view line = page.substr(0, end);
    if (!line.starts_with("# HELP ") && !line.starts_with("# TYPE ")) check_sample(line);
    page.remove_prefix(end + 1);
  }
}

}  // namespace
}  // namespace pgwatch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pgwatch;
  static const Instrument instrument = make_instrument();
  const std::string text(data, data + size);
  Sink sink(instrument.metrics(), {}, instrument.collector().max_series);
  instrument.emit(make_rows(text), sink);
  Block block;
  append_label(block.labels, "server", std::string_view(text).substr(0, 8));
  block.samples = sink.take_samples();
  const BlockPtr blocks[] = {std::make_shared<const Block>(std::move(block))};
  check_page(write_exposition(blocks).text);
  return 0;
}
