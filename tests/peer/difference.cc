#include "tests/peer/difference.h"

#include <tuple>

namespace pgwatch::test {

std::string to_string(What what) {
  switch (what) {
    case What::kFamily: return "family";
    case What::kType: return "type";
    case What::kLabels: return "labels";
    case What::kLabel: return "label";
    case What::kSeries: return "series";
    case What::kNull: return "null";
    case What::kValue: return "value";
  }
  return "";
}

std::string to_string(const Difference& difference) {
  std::string text = to_string(difference.what) + " ";
  text += difference.name.empty() ? difference.family : difference.name;
  for (const auto& [name, value] : difference.labels)
    text.append(text.ends_with('"') ? "," : "{").append(name).append("=\"").append(value).append("\"");
  if (!difference.labels.empty()) text += "}";
  return difference.detail.empty() ? text : text + ": " + difference.detail;
}

bool operator<(const Difference& one, const Difference& other) {
  return std::tie(one.what, one.family, one.name, one.labels) <
         std::tie(other.what, other.family, other.name, other.labels);
}

}  // namespace pgwatch::test
