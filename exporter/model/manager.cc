#include "exporter/model/manager.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace pgwatch {

std::string to_string(const ManagerName& name) {
  switch (name.kind) {
    case ManagerName::Kind::kSystem: return "system";
    case ManagerName::Kind::kOwn: return "user";
    case ManagerName::Kind::kUser: break;
  }
  return "user@" + name.user;
}

std::string_view get(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  return found == properties.end() ? std::string_view() : std::string_view(found->second);
}

// The largest number of 64 bits is how a manager says that it has not set one.
std::optional<double> number(const Properties& properties, std::string_view name) {
  const std::string_view text = get(properties, name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return static_cast<double>(value);
}

std::string_view type_of(std::string_view unit) {
  const std::size_t dot = unit.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : unit.substr(dot + 1);
}

bool is_check_of_health(std::string_view unit) {
  return unit.size() > kContainerIdDigits && unit.find_first_not_of("0123456789abcdef") >= kContainerIdDigits;
}

const ManagedUnit* ManagerView::find(std::string_view name) const {
  for (const auto* list : {&units, &others}) {
    const auto found = std::ranges::find(*list, name, &ManagedUnit::name);
    if (found != list->end()) return &*found;
  }
  return nullptr;
}

}  // namespace pgwatch
