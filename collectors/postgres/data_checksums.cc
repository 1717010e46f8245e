// data_checksums: pages that were read and were not what had been written. The row without a database is of the
// catalogs that all share.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kDataChecksumsSql = R"sql(
SELECT current_setting('data_checksums') = 'on' AS enabled,
       coalesce(datname, '') AS datname,
       checksum_failures AS failures,
       extract(epoch FROM checksum_last_failure) AS last_failure
FROM pg_stat_database
)sql";

}  // namespace

Collector data_checksums() {
  return {
      .name = "data_checksums",
      .help = "Whether pages have checksums, and how many were wrong.",
      .source = std::vector<Sql>{{.text = kDataChecksumsSql}},
      .columns =
          {
              gauge("enabled", "Whether the server checks its pages.").unlabelled(),
              label("datname"),
              counter("failures",
                      "Pages whose checksum was wrong; of shared catalogs where datname is empty, absent "
                      "where pages have none.")
                  .called("pg_data_checksums_failures_total"),
              gauge("last_failure", "When a checksum was last wrong, as a Unix time; absent if never.")
                  .called("pg_data_checksums_last_failure_timestamp_seconds"),
          },
      .cost = {.pages = 4, .more = 1, .of = "database"},
  };
}

}  // namespace pgwatch::collectors
