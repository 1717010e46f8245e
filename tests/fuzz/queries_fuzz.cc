// Any text is a file of queries, in each format, or an Error that says where: never a crash, a hang, or another
// exception.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "exporter/config/query_formats.h"

namespace {

using namespace pgwatch::config;

void read_as(ReadQueries format, const std::string& text) {
  const Environment environment = [](const std::string&) { return std::nullopt; };
  try {
    format(Reader("q.yaml", environment), *parse_document(text, "q.yaml"));
  } catch (const Error& error) {
    if (!std::string_view(error.what()).starts_with("q.yaml:")) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  read_as(read_own_queries, text);
  read_as(read_postgres_exporter_queries, text);
  read_as(read_pg_exporter_queries, text);
  read_as(read_sql_exporter_queries, text);
  return 0;
}
