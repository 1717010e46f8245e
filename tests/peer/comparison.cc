#include "tests/peer/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace pgwatch::test {
namespace {

// Of the program itself, which pgwatch is not.
constexpr std::array kOfTheirOwn = {"go_", "promhttp_", "postgres_exporter_"};

using LabelNames = std::set<std::string>;

struct Family {
  std::string type;
  std::set<LabelNames> label_names;
  std::map<std::pair<std::string, Labels>, double> series;
};

using Families = std::map<std::string, Family>;

bool is_their_own(const std::string& family) {
  return std::ranges::any_of(kOfTheirOwn, [&](const char* prefix) { return family.starts_with(prefix); });
}

LabelNames names_of(const Labels& labels) {
  LabelNames names;
  for (const auto& [name, value] : labels) names.insert(name);
  return names;
}

Families families_of(const Exposition& page, const std::string& server) {
  Families families;
  for (const Sample& sample : page.samples()) {
    Labels labels = sample.labels;
    labels.emplace("server", server);
    const std::string name = page.family_of(sample.name);
    Family& family = families[name];
    family.type = page.type(name);
    family.label_names.insert(names_of(labels));
    family.series[{sample.name, std::move(labels)}] = sample.value;
  }
  return families;
}

std::string braced(const LabelNames& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "{" : ",") + name;
  return text + "}";
}

bool lies_between(double value, double one, double other) {
  return std::min(one, other) <= value && value <= std::max(one, other);
}

bool says_null(double before, double after) { return std::isnan(before) && std::isnan(after); }

// What both pages have and say, by name and labels: the first value and the last.
std::map<std::pair<std::string, Labels>, std::pair<double, double>> said_twice(const Family& before,
                                                                               const Family& after) {
  std::map<std::pair<std::string, Labels>, std::pair<double, double>> series;
  for (const auto& [key, last] : after.series) {
    const auto first = before.series.find(key);
    if (first != before.series.end() && !says_null(first->second, last)) series[key] = {first->second, last};
  }
  return series;
}

std::string detail(double first, double last) {
  return "is " + std::to_string(first) + ", then " + std::to_string(last);
}

void compare(const std::string& name, const Family& before, const Family& ours, const Family& after,
             std::vector<Difference>& found) {
  if (ours.type != after.type) found.push_back({What::kType, name, "", {}, "is " + after.type + ", ours " + ours.type});
  for (const LabelNames& names : after.label_names) {
    if (ours.label_names.contains(names)) continue;
    found.push_back({What::kLabels, name, "", {}, braced(names) + ", ours " + braced(*ours.label_names.begin())});
    return;
  }
  for (const auto& [key, values] : said_twice(before, after)) {
    const auto& [first, last] = values;
    const auto own = ours.series.find(key);
    if (own == ours.series.end())
      found.push_back({What::kSeries, name, key.first, key.second, detail(first, last)});
    else if (!lies_between(own->second, first, last))
      found.push_back({What::kValue, name, key.first, key.second,
                       detail(first, last) + "; ours between: " + std::to_string(own->second)});
  }
}

}  // namespace

std::vector<Difference> differences(const Exposition& before, const Exposition& ours, const Exposition& after,
                                    const std::string& server) {
  const Families first = families_of(before, server);
  const Families own = families_of(ours, server);
  std::vector<Difference> found;
  for (const auto& [name, last] : families_of(after, server)) {
    if (is_their_own(name) || !first.contains(name) || said_twice(first.at(name), last).empty()) continue;
    if (own.contains(name))
      compare(name, first.at(name), own.at(name), last, found);
    else
      found.push_back({What::kFamily, name});
  }
  return found;
}

}  // namespace pgwatch::test
