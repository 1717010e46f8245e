// slru: the small caches before the commit log, multixacts, subtransactions and their like. One that no longer fits
// its working set slows everything.
#include "collectors/catalogue.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kSlruSql = R"sql(
SELECT name,
       blks_zeroed,
       blks_hit,
       blks_read,
       blks_written,
       blks_exists,
       flushes,
       truncates,
       extract(epoch FROM stats_reset) AS stats_reset
FROM pg_stat_slru
)sql";

Column slru_total(const std::string& name, const std::string& help) {
  return counter(name, help).called("pg_stat_slru_" + name + "_total");
}

}  // namespace

Collector slru() {
  return {
      .name = "slru",
      .help =
          "Caches of the commit log, multixacts, subtransactions and their like, by the name this major has for each.",
      .source = std::vector<Sql>{{.text = kSlruSql}},
      .columns =
          {
              label("name"),
              slru_total("blks_zeroed", "Blocks begun."),
              slru_total("blks_hit", "Blocks found in the cache."),
              slru_total("blks_read", "Blocks read from disk."),
              slru_total("blks_written", "Blocks written to disk."),
              slru_total("blks_exists", "Blocks looked for on disk."),
              slru_total("flushes", "Flushes of all dirty blocks."),
              slru_total("truncates", "Truncations."),
              gauge("stats_reset", "When these statistics were last reset, as a Unix time.")
                  .called("pg_stat_slru_stats_reset_timestamp_seconds"),
          },
      .cost = {.pages = 2},
  };
}

}  // namespace pgwatch::collectors
