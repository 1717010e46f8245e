// Foreign text as a dump, and as what pgBackRest says: it is read or refused.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>

#include "collectors/backups/hypertable_rows.h"
#include "collectors/backups/pgbackrest.h"

using namespace pgwatch::collectors;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  try {
    std::istringstream archive(text);
    if (const auto contents = read_contents(archive)) (void)lacks_hypertable_rows(*contents, {"market.bars"});
  } catch (const std::runtime_error&) {
  }
  std::istringstream plain(text);
  (void)read_plain_contents(plain, 1'000'000, [](const DumpEntry&) { return false; });
  try {
    (void)read_pgbackrest(text, "main");
  } catch (const std::runtime_error&) {
  }
  return 0;
}
