#include "exporter/health/verdict.h"

#include <algorithm>

namespace pgwatch::health {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::kOk: return "ok";
    case Status::kInactive: return "inactive";
    case Status::kSkipped: return "skipped";
    case Status::kWarning: return "warning";
    case Status::kUnknown: return "unknown";
    case Status::kCritical: return "critical";
  }
  return "unknown";
}

bool looked(const Verdict& verdict) { return verdict.status != Status::kSkipped; }

Status overall(std::span<const Verdict> verdicts) {
  if (std::ranges::none_of(verdicts, looked)) return Status::kUnknown;
  const Status worst = std::ranges::max_element(verdicts, {}, &Verdict::status)->status;
  return worst < Status::kWarning ? Status::kOk : worst;
}

}  // namespace pgwatch::health
