#include "exporter/model/threshold.h"

namespace pgwatch {

std::string_view to_string(Unit unit) {
  switch (unit) {
    case Unit::kNone: return "";
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
