#include "exporter/health/result.h"

namespace pgwatch::health {

// A dead server says more than a mistyped name.
Status Result::status() const {
  const Status judged = overall(verdicts);
  return errors.empty() ? judged : std::max(judged, Status::kUnknown);
}

std::map<Status, int> Result::counts() const {
  std::map<Status, int> counts;
  for (const Status status :
       {Status::kOk, Status::kInactive, Status::kSkipped, Status::kWarning, Status::kUnknown, Status::kCritical})
    counts[status] = 0;
  for (const Verdict& verdict : verdicts) ++counts[verdict.status];
  return counts;
}

}  // namespace pgwatch::health
