#include "exporter/health/selection.h"

#include <algorithm>
#include <set>

namespace pgwatch::health {
namespace {

template <typename List, typename NameOf>
std::string listed(const List& list, NameOf name_of) {
  std::string names;
  for (const auto& one : list) names += (names.empty() ? "" : ", ") + name_of(one);
  return names;
}

// Why a pattern takes nothing. Names of checks hold no slash, those of servers may.
std::string complaint(const std::string& pattern, const World& world, std::span<const Check> checks) {
  const std::size_t slash = pattern.rfind('/');
  const std::string name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  const std::string server = slash == std::string::npos ? "*" : pattern.substr(0, slash);
  const auto is_meant = [&](const TargetPtr& target) { return matches(server, target->name); };
  if (std::ranges::none_of(world.targets, is_meant))
    return "no server is called " + server +
           "; there are: " + listed(world.targets, [](const TargetPtr& target) { return target->name; });
  if (std::ranges::none_of(checks, [&](const Check& check) { return matches(name, check.info.name); }))
    return "no check is called " + name +
           "; there are: " + listed(checks, [](const Check& check) { return check.info.name; });
  return "check " + pattern + " is turned off, by `checks` in the configuration";
}

}  // namespace

bool is_wanted(const Check& check, const Selection& selection) {
  return check.of_host && selection.takes(check.server, check.info.name);
}

bool is_wanted(const Target& target, const Check& check, const Selection& selection) {
  if (check.of_host) return false;
  const auto is_its_collector = [&](const InstrumentPtr& one) { return one->name() == check.collector; };
  if (check.where_collected && std::ranges::none_of(target.instruments, is_its_collector)) return false;
  return setting_of(target.checks, check.info).enabled && selection.takes(target.name, check.info.name);
}

bool Selection::takes(std::string_view server, std::string_view check) const {
  if (patterns_.empty()) return true;
  const std::string full = std::string(server) + "/" + std::string(check);
  return std::ranges::any_of(patterns_, [&](const std::string& pattern) {
    return matches(pattern, pattern.find('/') == std::string::npos ? check : std::string_view(full));
  });
}

std::vector<std::string> Selection::complaints(const World& world, std::span<const Check> checks) const {
  std::vector<std::string> complaints;
  for (const std::string& pattern : patterns_)
    if (targets_for(world, checks, Selection({pattern})).empty())
      complaints.push_back(complaint(pattern, world, checks));
  return complaints;
}

std::vector<std::string> collectors_for(const World& world, std::span<const Check> checks, const Selection& selection) {
  std::set<std::string> names;
  for (const TargetPtr& target : world.targets)
    for (const Check& check : checks)
      if (!check.collector.empty() && is_wanted(*target, check, selection)) names.insert(check.collector);
  for (const Check& check : checks)
    if (is_wanted(check, selection)) names.insert(check.collector);
  return {names.begin(), names.end()};
}

std::vector<std::string> targets_for(const World& world, std::span<const Check> checks, const Selection& selection) {
  std::vector<std::string> names;
  for (const TargetPtr& target : world.targets)
    if (std::ranges::any_of(checks, [&](const Check& check) { return is_wanted(*target, check, selection); }))
      names.push_back(target->name);
  if (std::ranges::any_of(checks, [&](const Check& check) { return is_wanted(check, selection); }))
    names.emplace_back(kHost);
  return names;
}

}  // namespace pgwatch::health
