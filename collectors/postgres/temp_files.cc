// temp_files: temporary files that are there now; pg_stat_database counts those that were. What a crash left behind
// shows as well.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

// The global tablespace has no temporary files, and is answered with those of the default one.
constexpr const char* kTempFilesSql = R"sql(
SELECT tablespace.spcname,
       count(file.name) AS files,
       coalesce(sum(file.size), 0) AS bytes
FROM pg_tablespace AS tablespace
LEFT JOIN LATERAL pg_ls_tmpdir(tablespace.oid) AS file ON true
WHERE tablespace.spcname <> 'pg_global'
GROUP BY tablespace.spcname
)sql";

}  // namespace

Collector temp_files() {
  return {
      .name = "temp_files",
      .help = "Temporary files that are there now, less those that parallel workers share.",
      .source = std::vector<Sql>{{.text = kTempFilesSql}},
      .columns =
          {
              label("spcname"),
              gauge("files", "Temporary files in the tablespace.").called("pg_temp_files"),
              gauge("bytes", "Size of the temporary files in the tablespace."),
          },
      .cost = {.pages = 2, .more = 1, .of = "tablespace"},
      .privilege = "EXECUTE ON FUNCTION pg_ls_tmpdir(oid)",
  };
}

}  // namespace pgwatch::collectors
