#include "exporter/model/threshold.h"

namespace pgwatch {

bool Threshold::is_beyond(const std::optional<double>& limit, double value) const {
  return limit && (below ? value <= *limit : value >= *limit);
}

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::kNone:
    case Unit::kNumber: return "";
    case Unit::kSeconds: return "s";
    case Unit::kBytes: return "B";
  }
  return "";
}

CheckSetting setting_of(const CheckSettings& settings, const CheckInfo& check) {
  const auto found = settings.find(check.name);
  return found == settings.end() ? CheckSetting{true, check.threshold} : found->second;
}

}  // namespace pgwatch
