// wal: how much WAL lies in pg_wal. Only segments count, not what waits there for the archiver or as history.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kWalSql = R"sql(
SELECT count(*) AS segments,
       sum(size) AS size_bytes
FROM pg_ls_waldir()
WHERE name ~ '^[0-9A-F]{24}$'
)sql";

}  // namespace

Collector wal() {
  return {
      .name = "wal",
      .help = "The files of the WAL.",
      .source = std::vector<Sql>{{.text = kWalSql}},
      .columns =
          {
              gauge("segments", "WAL segments in pg_wal, used and set aside for later."),
              gauge("size_bytes", "Size of these segments together."),
          },
      .cost = {.pages = 2},
      .privilege = "EXECUTE ON FUNCTION pg_ls_waldir()",
  };
}

}  // namespace pgwatch::collectors
