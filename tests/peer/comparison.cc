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
using Key = std::pair<std::string, Labels>;  // a series' name and labels
using Values = std::vector<double>;          // of one series or, where a label has lost its values, of several

struct Family {
  std::string type;
  std::set<LabelNames> label_names;
  std::map<Key, Values> series;
};

using Families = std::map<std::string, Family>;

bool is_their_own(const std::string& family) {
  return std::ranges::any_of(kOfTheirOwn, [&](const char* prefix) { return family.starts_with(prefix); });
}

bool nan_first(double one, double other) { return std::isnan(one) ? !std::isnan(other) : one < other; }

LabelNames names_of(const Labels& labels) {
  LabelNames names;
  for (const auto& [name, value] : labels) names.insert(name);
  return names;
}

void take_values_out(Labels& labels, const std::string& family, const std::vector<Exception>& blind) {
  for (const Exception& one : blind) {
    if (!names(one, family)) continue;
    for (const auto& [name, pattern] : one.labels)
      if (const auto label = labels.find(name); label != labels.end()) label->second.clear();
  }
}

Families families_of(const Exposition& page, const std::string& server, const std::vector<Exception>& blind) {
  Families families;
  for (const Sample& sample : page.samples()) {
    Labels labels = sample.labels;
    if (labels.emplace("server", server).first->second != server) continue;
    const std::string name = page.family_of(sample.name);
    take_values_out(labels, name, blind);
    Family& family = families[name];
    family.type = page.type(name);
    family.label_names.insert(names_of(labels));
    family.series[{sample.name, std::move(labels)}].push_back(sample.value);
  }
  for (auto& [name, family] : families)
    for (auto& [key, values] : family.series) std::ranges::sort(values, nan_first);
  return families;
}

std::string braced(const LabelNames& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "{" : ",") + name;
  return text + "}";
}

// Between NaN and a number lies anything.
bool lies_between(double value, double one, double other) {
  if (std::isnan(one) || std::isnan(other)) return std::isnan(one) != std::isnan(other) || std::isnan(value);
  return std::min(one, other) <= value && value <= std::max(one, other);
}

// Where some come or go meanwhile, nobody knows which value belongs to which.
bool all_lie_between(const Values& ours, const Values& first, const Values& last) {
  if (ours.size() != first.size() || ours.size() != last.size()) return true;
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (!lies_between(ours[i], first[i], last[i])) return false;
  return true;
}

// What both pages have, by name and labels: the first values and the last.
std::map<Key, std::pair<Values, Values>> said_twice(const Family& before, const Family& after) {
  std::map<Key, std::pair<Values, Values>> series;
  for (const auto& [key, last] : after.series)
    if (const auto first = before.series.find(key); first != before.series.end()) series[key] = {first->second, last};
  return series;
}

std::string joined(const Values& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : " and ") + std::to_string(value);
  return text;
}

bool are_null(const Values& values) {
  return std::ranges::all_of(values, [](double value) { return std::isnan(value); });
}

bool is_null(const Family& family) {
  return std::ranges::all_of(family.series, [](const auto& one) { return are_null(one.second); });
}

void compare_series(const std::string& name, const Family& before, const Family& ours, const Family& after,
                    std::vector<Difference>& found) {
  for (const auto& [key, values] : said_twice(before, after)) {
    const auto& [first, last] = values;
    const auto own = ours.series.find(key);
    const Values here = own == ours.series.end() ? Values{} : own->second;
    const std::string theirs = "is " + joined(first) + ", then " + joined(last);
    if (here.size() < std::min(first.size(), last.size()))
      found.push_back({are_null(last) ? What::kNull : What::kSeries, name, key.first, key.second, theirs});
    else if (!all_lie_between(here, first, last))
      found.push_back({What::kValue, name, key.first, key.second, theirs + "; ours between: " + joined(here)});
  }
}

// Without the labels that ours have more: then series that are alike stand together.
Family narrowed(const Family& ours, const LabelNames& names) {
  Family narrow;
  for (const auto& [key, values] : ours.series) {
    Labels labels = key.second;
    std::erase_if(labels, [&](const auto& label) { return !names.contains(label.first); });
    Values& all = narrow.series[{key.first, std::move(labels)}];
    all.insert(all.end(), values.begin(), values.end());
    std::ranges::sort(all, nan_first);
  }
  return narrow;
}

void compare(const std::string& name, const Family& before, const Family& ours, const Family& after,
             std::vector<Difference>& found) {
  if (ours.type != after.type) found.push_back({What::kType, name, "", {}, "is " + after.type + ", ours " + ours.type});
  for (const LabelNames& names : after.label_names) {
    if (ours.label_names.contains(names)) continue;
    const LabelNames& own = *ours.label_names.begin();
    found.push_back({What::kLabels, name, "", {}, braced(names) + ", ours " + braced(own)});
    if (std::ranges::includes(own, names)) compare_series(name, before, narrowed(ours, names), after, found);
    return;
  }
  compare_series(name, before, ours, after, found);
}

}  // namespace

std::vector<Difference> differences(const Exposition& before, const Exposition& ours, const Exposition& after,
                                    const std::string& server, const std::vector<Exception>& blind) {
  const Families first = families_of(before, server, blind);
  const Families own = families_of(ours, server, blind);
  std::vector<Difference> found;
  for (const auto& [name, last] : families_of(after, server, blind)) {
    if (is_their_own(name) || !first.contains(name) || said_twice(first.at(name), last).empty()) continue;
    if (own.contains(name))
      compare(name, first.at(name), own.at(name), last, found);
    else
      found.push_back({is_null(last) ? What::kNull : What::kFamily, name});
  }
  return found;
}

}  // namespace pgwatch::test
