// buffercache_summary: how full shared buffers are, under postgres_exporter's names. The server looks at every buffer,
// without a lock.
#include "collectors/catalogue.h"
#include "collectors/postgres/extension.h"

namespace pgwatch::collectors {
namespace {

constexpr const char* kPgBuffercache = "pg_buffercache";

Step ask_summary(const Facts& facts, const Memory&) {
  const Extension& extension = *facts.extension(kPgBuffercache);
  if (facts.version < 160000) return Skip{"version", "needs PostgreSQL 16"};
  if (!is_at_least(extension, 1, 4))
    return Skip{"version", "extension pg_buffercache of database " + facts.database + " is of version " +
                               extension.version + " and has no summary; ALTER EXTENSION pg_buffercache UPDATE"};
  return Statement{"SELECT * FROM " + function_of(extension, "pg_buffercache_summary") + "()"};
}

}  // namespace

Collector buffercache_summary() {
  return {
      .name = "buffercache_summary",
      .help = "How full the shared buffers are.",
      .enabled = false,
      .extension = kPgBuffercache,
      .source = Planner(ask_summary),
      .columns =
          {
              gauge("buffers_used", "Shared buffers that hold a page.").since(16),
              gauge("buffers_unused", "Shared buffers that hold none.").since(16),
              gauge("buffers_dirty", "Shared buffers that hold a page not yet written.").since(16),
              gauge("buffers_pinned", "Shared buffers in use at the moment.").since(16),
              gauge("usagecount_avg", "Mean usage count of the shared buffers that hold a page.").since(16),
          },
      .cost = {.pages = 10},
      .privilege = "EXECUTE ON FUNCTION pg_buffercache_summary()",
  };
}

}  // namespace pgwatch::collectors
