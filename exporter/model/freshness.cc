#include "exporter/model/freshness.h"

namespace pgwatch {

std::string collector_name(const FreshnessCheck& check) { return "freshness_" + check.name; }

CheckInfo check_info(const FreshnessCheck& check) {
  const std::string rows = check.table.empty() ? "what its query gives" : "the rows of " + check.table;
  return {.name = check.name, .help = "How fresh " + rows + " are.", .unit = Unit::kSeconds, .threshold = check.age};
}

}  // namespace pgwatch
