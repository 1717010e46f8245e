#include "exporter/config/read_systemd.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace pgwatch::config {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::chrono::seconds kLeastPatience{1};
constexpr std::chrono::days kMostPatience{30};
constexpr auto kTypes = std::to_array<std::string_view>(
    {"automount", "device", "mount", "path", "scope", "service", "slice", "socket", "swap", "target", "timer"});

enum class Enabled { kAuto, kTrue, kFalse };

bool is_unit_letter(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_letter || std::string_view(":-_.\\@*?").find(c) != std::string_view::npos;
}

class SystemdReader {
 public:
  SystemdReader(const Reader& reader, const UserFinder& find_user) : reader_(reader), find_user_(find_user) {}

  std::optional<Systemd> read(const Node& node) {
    reader_.mapping(node, {
                              {"enabled", [&](const Node& value) { enabled_ = enabled(value); }},
                              {"managers", [&](const Node& value) { systemd_.managers = managers(value); }},
                              {"units", [&](const Node& value) { systemd_.units = units(value); }},
                              {"exclude", [&](const Node& value) { systemd_.exclude = excluded(value); }},
                              {"failed", [&](const Node& value) { systemd_.failed = reader_.boolean(value); }},
                              {"max_units", [&](const Node& value) { systemd_.max_units = most(value); }},
                          });
    if (enabled_ == Enabled::kFalse) return std::nullopt;
    if (enabled_ == Enabled::kTrue) systemd_.presence = Systemd::Presence::kMust;
    return std::move(systemd_);
  }

 private:
  Enabled enabled(const Node& node) const {
    if (node.kind == Node::Kind::kText && reader_.text(node) == "auto") return Enabled::kAuto;
    return reader_.boolean(node) ? Enabled::kTrue : Enabled::kFalse;
  }

  std::size_t most(const Node& node) const { return static_cast<std::size_t>(reader_.integer(node, 1, 10'000)); }

  // -- Managers -------------------------------------------------------------------------------------------------------

  std::vector<ManagerName> managers(const Node& node) const {
    std::vector<ManagerName> names;
    for (const NodePtr& item : reader_.items(node)) {
      ManagerName name = manager(*item);
      if (std::ranges::find(names, name) != names.end()) reader_.fail_value(*item, "each manager once");
      names.push_back(std::move(name));
    }
    if (names.empty())
      reader_.fail(node.at, "expected at least one manager, as [system]; enabled: false looks at none");
    return names;
  }

  ManagerName manager(const Node& node) const {
    const std::string text = reader_.text(node);
    if (text == "system") return {.kind = ManagerName::Kind::kSystem};
    if (text == "user") return {.kind = ManagerName::Kind::kOwn};
    const std::string user = text.starts_with("user@") ? text.substr(5) : "";
    if (user.empty()) reader_.fail_value(node, "system, user, or another user's as user@NAME or user@1000");
    return {.kind = ManagerName::Kind::kUser, .uid = uid_of(user, node), .user = user};
  }

  unsigned uid_of(const std::string& user, const Node& node) const {
    unsigned uid = 0;
    const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), uid);
    if (error == std::errc{} && end == user.data() + user.size()) return uid;
    const std::optional<unsigned> found = find_user_ ? find_user_(user) : std::nullopt;
    if (!found) reader_.fail_value(node, "a user that this machine knows");
    return *found;
  }

  // -- Units ----------------------------------------------------------------------------------------------------------

  std::vector<UnitRule> units(const Node& node) const {
    std::vector<UnitRule> rules;
    for (const NodePtr& item : reader_.items(node)) rules.push_back(rule(*item));
    return rules;
  }

  UnitRule rule(const Node& node) const {
    if (node.kind == Node::Kind::kText) return {.pattern = unit(node)};
    if (node.kind != Node::Kind::kMapping)
      reader_.fail(node.at, "expected a unit, as postgresql.service or {match: \"feed-*.service\", expect: active}");
    UnitRule rule;
    reader_.mapping(node, {{"match", [&](const Node& value) { rule.pattern = unit(value); }},
                           {"expect", [&](const Node& value) { rule.expect = expect(value); }},
                           {"stuck_after", [&](const Node& value) { rule.stuck_after = patience(value); }}});
    if (rule.pattern.empty()) reader_.fail(node.at, "a unit without `match`: give its name or a pattern");
    return rule;
  }

  Milliseconds patience(const Node& node) const { return reader_.duration(node, kLeastPatience, kMostPatience); }

  Expect expect(const Node& node) const {
    return reader_.choice<Expect>(
        node,
        {{"active", Expect::kActive}, {"success", Expect::kSuccess}, {"armed", Expect::kArmed}, {"any", Expect::kAny}});
  }

  std::vector<std::string> excluded(const Node& node) const {
    std::vector<std::string> patterns;
    for (const NodePtr& item : reader_.items(node)) patterns.push_back(unit(*item));
    return patterns;
  }

  // As systemctl has it, a name without a type is a service's.
  std::string unit(const Node& node) const {
    std::string name = reader_.text(node);
    if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, is_unit_letter))
      reader_.fail_value(node, "the name of a unit, with * and ? for what differs, as postgresql@15-main.service");
    if (name.find_first_of("*?") != std::string::npos) return name;
    if (std::ranges::find(kTypes, type_of(name)) == kTypes.end()) name += ".service";
    if (name.starts_with('@') || name.starts_with('.') || name.size() > kLongestName)
      reader_.fail_value(node, "the name of a unit, as postgresql@15-main.service");
    if (name.find("@.") != std::string::npos)
      reader_.fail_value(node, "a unit and no template, which is never there itself: name an instance, or all as a@*");
    return name;
  }

  const Reader& reader_;
  const UserFinder& find_user_;
  Enabled enabled_ = Enabled::kAuto;
  Systemd systemd_;
};

}  // namespace

std::optional<Systemd> read_systemd(const Reader& reader, const Node& node, const UserFinder& find_user) {
  return SystemdReader(reader, find_user).read(node);
}

}  // namespace pgwatch::config
